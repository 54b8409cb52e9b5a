/** BIND's $GENERATE: one line that stands for many records. */
import { WordError, type Token } from '../records/fields.ts'
import { Misplaced } from './reader.ts'
import { scan, SCAN_TEXTS, type Entry } from './scanner.ts'

/** The numbers that a $GENERATE counts through. */
interface Range {
  readonly start: number
  readonly stop: number
  readonly step: number
}

/** The last number of a range at most, BIND's bound. */
const NUMBER_LIMIT = 0x7fffffff
/** Characters of one number at most. */
const WIDTH_LIMIT = 255

/** Reads `start-stop` or `start-stop/step`; throws a `PresentationError`. */
export function parseRange(token: Token): Range {
  const [, ...digits] = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(token.text) ?? []
  const [start = 1, stop = 0, step = 1] = digits.map((each) => Number(each ?? 1))
  if (!token.quoted && start <= stop && step > 0 && stop <= NUMBER_LIMIT) return { start, stop, step }
  throw new WordError(
    token,
    `is not a range: write its first and last number, up to ${NUMBER_LIMIT}, and if wanted a step, as in 1-20 or 0-100/5`,
    `no es un rango: escribe el primer y el último número, hasta ${NUMBER_LIMIT}, y si quieres un paso, como 1-20 o 0-100/5`,
  )
}

/** The owner and the data of one record, each as an entry of its own. */
interface Made {
  readonly owner: Entry
  readonly data: Entry
  /** Characters of both. */
  readonly size: number
}

/** Each record that the two templates make, in turn; throws a `Misplaced` at the template that is wrong. */
export function* expand({ start, stop, step }: Range, owner: Token, data: Token): Generator<Made> {
  // Within quotes, those of the data stand behind a backslash.
  const text = data.quoted ? data.text.replaceAll(String.raw`\"`, '"') : data.text
  for (let value = start; value <= stop; value += step) {
    const name = fill(owner, owner.text, value)
    const filled = fill(data, text, value)
    const [entry = EMPTY] = scan(filled, (mistake) => {
      throw new Misplaced(data, SCAN_TEXTS[mistake])
    })
    yield {
      owner: { ...EMPTY, tokens: [{ ...owner, text: name }] },
      data: entry,
      size: name.length + filled.length,
    }
  }
}

const EMPTY: Entry = { tokens: [], indented: false, end: { line: 1, column: 1 }, broken: false }

/** `$` with an offset, a width and a base, an escape, or what stands between them. */
const PIECE = /\$\$|\$(?:\{([^{}]*)\}|(\{)|)|\\[^]?|[^$\\]+/g

/** Puts `value` in the place of each `$` and `${offset,width,base}`; `$$` and `\$` stay dollar signs. */
function fill(token: Token, template: string, value: number): string {
  let text = ''
  for (const [piece, format, open] of template.matchAll(PIECE)) {
    if (piece === '$$') text += '$'
    else if (open !== undefined) throw badFormat(token, piece)
    else if (!piece.startsWith('$')) text += piece
    else text += format === undefined ? value.toString() : formatted(token, value, format)
  }
  return text
}

function formatted(token: Token, value: number, format: string): string {
  const match = /^([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?$/.exec(format)
  const [, offset = '0', digits = '0', base = 'd'] = match ?? []
  const width = Number(digits)
  const number = value + Number(offset)
  if (match === null || width > WIDTH_LIMIT) throw badFormat(token, `\${${format}}`)
  if (base === 'd') return number < 0 ? `-${pad(-number, 10, width - 1)}` : pad(number, 10, width)
  if (number < 0) {
    throw new Misplaced(token, {
      en: `\${${format}} makes ${value} negative, which only base d can write`,
      es: `\${${format}} hace negativo ${value}, y eso solo se escribe en base d`,
    })
  }
  const text = base.toLowerCase() === 'n' ? nibbles(number, width) : pad(number, base === 'o' ? 8 : 16, width)
  return base === 'X' || base === 'N' ? text.toUpperCase() : text
}

function pad(number: number, base: number, width: number): string {
  return number.toString(base).padStart(width, '0')
}

/** Hexadecimal digits as labels, the lowest first, as the reverse tree of IPv6 has them; the dots count in the width. */
function nibbles(number: number, width: number): string {
  const digits = Array.from(number.toString(16)).toReversed().join('.')
  return `${digits}${'.0'.repeat(Math.ceil(width / 2))}`.slice(0, Math.max(width, digits.length))
}

function badFormat(token: Token, piece: string): Misplaced {
  const text = piece.length > 40 ? `${piece.slice(0, 40)}…` : piece
  return new Misplaced(token, {
    en: `"${text}" is wrong: write $, or \${OFFSET}, \${OFFSET,WIDTH} or \${OFFSET,WIDTH,BASE} with base d, o, x, X, n or N, or \\$ for a dollar sign`,
    es: `"${text}" es incorrecto: escribe $, o \${DESPLAZAMIENTO}, \${DESPLAZAMIENTO,ANCHO} o \${DESPLAZAMIENTO,ANCHO,BASE} con base d, o, x, X, n o N, o \\$ para un signo de dólar`,
  })
}
