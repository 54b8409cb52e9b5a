/** What of a submission is kept to compare it with the others of a class: bounded, however long its journal is. */
import { hash } from 'node:crypto'
import type { SeenFact } from '../check.ts'

/** Lines of a journal that are looked at: work that is copied shows long before. */
const LINES = 100_000

/** Numbers that are kept of each kind: the smallest ones, so that two that share much share many of them. */
const KEPT = 2048

/** Pauses that are compared at once, and how much of them nobody could repeat by chance: their bits, the distinct ones. */
const [GAPS, BITS, DISTINCT] = [8, 48, 4]

/** Milliseconds without a fact after which another one begins: what follows sooner is the doing of programs, alike for all. */
const PAUSE = 50

/** Lines that are compared at once. */
const SPAN = 3

/** Mentions of others that are kept. */
const MENTIONS = 20

/** One text in a journal, or in a file that is handed in, that belongs to somebody else. */
export interface Mention {
  readonly owner: string
  readonly text: string
  /** In which line, counted from 1, of the file, or of the journals together. */
  readonly line: number
  readonly file?: string
}

/** What tells copies. */
export interface Print {
  readonly student: string
  readonly path: string
  /** Of the file. */
  readonly digest: string
  readonly mentions: readonly Mention[]
  /** Numbers that stand for stretches of the times between facts. */
  readonly gaps: readonly number[]
  /** Numbers that stand for stretches of lines, times and all. */
  readonly lines: readonly number[]
  readonly artifacts: readonly ArtifactPrint[]
}

/** What tells copies of an artifact. */
export interface ArtifactPrint {
  readonly name: string
  /** As it is. */
  readonly exact: string
  /** Without comments, case, spaces and what belongs to the student. */
  readonly normal: string
  /** Characters of the latter. */
  readonly length: number
}

/** Looks at facts as they pass. */
export class PrintMaker {
  readonly #student: string
  readonly #marks: ReadonlyMap<string, string>
  readonly #mentions = new Map<string, Mention>()
  readonly #gaps = new Sketch()
  readonly #lines = new Sketch()
  /** The last pauses, from beginning to beginning, each with the kind of fact that ended it; the last lines. */
  readonly #stretch: { readonly gap: number; readonly kind: number }[] = []
  readonly #texts: number[] = []
  #seen = 0
  #at: number | undefined
  /** When what is going on began. */
  #begun = 0

  /** `marks` tells whose a text is. */
  constructor(student: string, marks: ReadonlyMap<string, string>) {
    this.#student = student
    this.#marks = marks
  }

  /** Takes a fact, and its line. */
  take(line: string, { at, kind, service }: SeenFact): void {
    this.#seen += 1
    if (this.#seen > LINES) return
    if (this.#marks.size > 0 && this.#mentions.size < MENTIONS) this.#look(line, { line: this.#seen })
    // The number of a fact differs where lines were put in before it.
    push(this.#texts, textNumber(line, line.indexOf(',')), SPAN)
    if (this.#texts.length === SPAN && service !== 'lab') this.#lines.add(joined(this.#texts))
    const before = this.#at
    this.#at = at
    if (before !== undefined && at - before < PAUSE) return
    if (before !== undefined) push(this.#stretch, { gap: at - this.#begun, kind: textNumber(kind) }, GAPS)
    this.#begun = at
    if (isTelling(this.#stretch.map(({ gap }) => gap)))
      this.#gaps.add(joined(this.#stretch.flatMap(({ gap, kind: what }) => [gap, what])))
  }

  /** What was seen. */
  print(
    path: string,
    digest: string,
    artifacts: ReadonlyMap<string, Buffer>,
    values: Readonly<Record<string, string | number>>,
  ): Print {
    for (const [file, octets] of artifacts) this.#lookInto(file, octets)
    return {
      student: this.#student,
      path,
      digest,
      mentions: [...this.#mentions.values()],
      gaps: this.#gaps.numbers(),
      lines: this.#lines.numbers(),
      artifacts: [...artifacts].map(([name, octets]) => artifactPrint(name, octets, values)),
    }
  }

  #lookInto(file: string, octets: Buffer): void {
    if (this.#marks.size === 0 || octets.includes(0)) return
    for (const [index, line] of octets.toString('utf8').split('\n', LINES).entries()) {
      if (this.#mentions.size >= MENTIONS) return
      this.#look(line, { line: index + 1, file })
    }
  }

  /** Every word of the line, each part of it between dots, hyphens and underscores, and what is left of a name when labels are taken off its front, may be somebody's. */
  #look(line: string, where: Pick<Mention, 'line' | 'file'>): void {
    for (const [word] of line.toLowerCase().matchAll(/[a-z0-9_.-]{6,253}/g)) {
      for (let rest = word; rest !== '';) {
        this.#mention(rest, where)
        const dot = rest.indexOf('.')
        rest = dot < 0 ? '' : rest.slice(dot + 1)
      }
      // Short numbers inside longer words (times, identifiers) are somebody's by chance.
      for (const part of word.split(/[_.-]/)) if (!/^\d{0,7}$/.test(part)) this.#mention(part, where)
    }
  }

  #mention(text: string, where: Pick<Mention, 'line' | 'file'>): void {
    const owner = this.#marks.get(text)
    if (owner !== undefined && owner !== this.#student && !this.#mentions.has(text))
      this.#mentions.set(text, { owner, text, ...where })
  }
}

/** What tells copies of an artifact, given the values that belong to its student. */
export function artifactPrint(
  name: string,
  octets: Buffer,
  values: Readonly<Record<string, string | number>>,
): ArtifactPrint {
  const exact = hash('sha256', octets)
  if (octets.includes(0)) return { name, exact, normal: exact, length: octets.length }
  const own = Object.entries(values)
    .map(([key, value]) => [key, String(value).toLowerCase()] as const)
    .filter(([, value]) => value.length >= 3)
    .toSorted(([, one], [, other]) => other.length - one.length)
  const lines = octets
    .toString('utf8')
    .toLowerCase()
    .split(/\r?\n/)
    // Comments of zone files, shells and YAML, C; from the first blank on, or many blanks would be tried from each of them.
    .map((line) =>
      line
        .replace(/(?:^|(?<!\s)\s)\s*(?:;|#|\/\/).*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
  const normal = own.reduce(
    (text, [key, value]) => text.replaceAll(value, `\${${key.toLowerCase()}}`),
    lines.join('\n'),
  )
  return { name, exact, normal: hash('sha256', normal), length: normal.length }
}

/** Whether nobody comes upon the same gaps by chance. */
function isTelling(gaps: readonly number[]): boolean {
  if (gaps.length < GAPS) return false
  const bits = gaps.reduce((sum, gap) => sum + Math.log2(1 + Math.max(0, gap)), 0)
  return bits >= BITS && new Set(gaps).size >= DISTINCT
}

function push<Value>(list: Value[], value: Value, most: number): void {
  list.push(value)
  if (list.length > most) list.shift()
}

/** The smallest of many numbers. */
class Sketch {
  readonly #numbers = new Set<number>()
  #limit = Number.POSITIVE_INFINITY

  add(number: number): void {
    if (number >= this.#limit) return
    this.#numbers.add(number)
    if (this.#numbers.size < 2 * KEPT) return
    const kept = this.numbers()
    this.#limit = kept.at(-1) ?? this.#limit
    this.#numbers.clear()
    for (const one of kept) this.#numbers.add(one)
  }

  numbers(): number[] {
    return [...this.#numbers].toSorted((one, other) => one - other).slice(0, KEPT)
  }
}

/** A number of 53 bits for a text, from some character on: for telling alike from unlike, and quick, for it is done for every line. */
function textNumber(text: string, from = 0): number {
  let [low, high] = [0xdeadbeef, 0x41c6ce57]
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x9e3779b1)
    high = Math.imul(high ^ code, 0x5f356495)
  }
  return mixed(low, high)
}

/** A number of 53 bits for several. */
function joined(numbers: readonly number[]): number {
  let [low, high] = [0xdeadbeef, 0x41c6ce57]
  for (const number of numbers) {
    low = Math.imul(low ^ number, 0x9e3779b1)
    high = Math.imul(high ^ (number / 2 ** 32) ^ (low >>> 15), 0x5f356495)
  }
  return mixed(low, high)
}

function mixed(low: number, high: number): number {
  const one = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  const other = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return 2 ** 32 * (other & 0x1fffff) + (one >>> 0)
}
