/** Words and lines of master files: comments, quotes, parentheses, escapes (RFC 1035 §5.1). */
import type { Text } from '../../../lab/service.ts'
import type { Token } from '../records/fields.ts'

/** One entry of a master file, which parentheses may spread over lines. */
export interface Entry {
  readonly tokens: readonly Token[]
  /** The line starts with white space, which repeats the last owner. */
  readonly indented: boolean
  /** Just behind the last word, where a missing one belongs. */
  readonly end: Position
  /** The words up to a mistake that was reported already. */
  readonly broken: boolean
}

/** Counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What can be wrong with words and lines. */
export type ScanMistake = 'open parenthesis' | 'closing parenthesis' | 'quote' | 'character'

/** What to say of each mistake. */
export const SCAN_TEXTS: Readonly<Record<ScanMistake, Text>> = {
  'open parenthesis': {
    en: 'this parenthesis is never closed: add the missing ")"',
    es: 'este paréntesis no se cierra: añade el ")" que falta',
  },
  'closing parenthesis': {
    en: 'this parenthesis closes none: add the missing "(" or take it away',
    es: 'este paréntesis no cierra ninguno: añade el "(" que falta o quítalo',
  },
  quote: {
    en: 'this quoted text does not end on its line: add the missing "',
    es: 'este texto entre comillas no acaba en su línea: añade la " que falta',
  },
  character: {
    en: 'a control character or an unusual space stands here: write a plain space, or \\DDD for an octet of data',
    es: 'aquí hay un carácter de control o un espacio especial: escribe un espacio normal, o \\DDD para un octeto de datos',
  },
}

/** After so many mistakes the rest of the text is not read. */
const MISTAKE_LIMIT = 50
/** Words of one entry at most: no data of 65,535 octets needs more. */
const WORD_LIMIT = 70_000

/** The entries of a text; each mistake goes to `report` and ends its own entry only. */
export function scan(text: string, report: (mistake: ScanMistake, at: Position) => void): readonly Entry[] {
  const lines = text.split(/\r?\n/)
  const entries: Entry[] = []
  let mistakes = 0
  for (let line = 0; line < lines.length;) {
    const draft = new Draft(lines, line)
    const mistake = draft.read()
    const next = mistake?.kind === 'open parenthesis' ? nextStart(lines, line) : draft.line + 1
    if (draft.tokens.length > 0 || mistake !== undefined)
      entries.push(draft.entry(mistake !== undefined, next))
    if (mistake !== undefined) {
      report(mistake.kind, mistake.at)
      mistakes += 1
      if (mistakes >= MISTAKE_LIMIT) return entries
    }
    line = next
  }
  return entries
}

// After a parenthesis that never closes, indented lines most likely belong to it.
function nextStart(lines: readonly string[], line: number): number {
  let next = line + 1
  while (next < lines.length && /^(?:[ \t;)]|$)/.test(lines[next] ?? '')) next += 1
  return next
}

interface Mistake {
  readonly kind: ScanMistake
  readonly at: Position
}

/**
 * White space is the space and the tab alone, a comment goes to the end of its line (RFC 1035 §5.1). What is left for the
 * last branch, with a backslash that may stand before it, is a control character or another kind of space.
 */
const PIECE =
  /[ \t]+|;[^]*|([()])|"((?:[^"\\\p{Cc}]|\t|\\[^\p{Cc}]|\\\t)*)("?)|((?:[^\s\p{Cc};()"\\]|\\[^\p{Cc}]|\\\t|\\$)+)|\\?[^]/gu

const CONTROL = /(?!\t)\p{Cc}/u

/** One entry while it is read. */
class Draft {
  readonly tokens: Token[] = []
  readonly lines: readonly string[]
  readonly indented: boolean
  line: number
  private readonly open: Position[] = []
  private end: Position

  constructor(lines: readonly string[], line: number) {
    this.lines = lines
    this.line = line
    this.indented = /^[ \t]/.test(lines[line] ?? '')
    this.end = { line: line + 1, column: 1 }
  }

  read(): Mistake | undefined {
    for (;;) {
      const mistake = this.readLine(this.lines[this.line] ?? '')
      if (mistake !== undefined || this.open.length === 0) return mistake
      if (this.line + 1 >= this.lines.length || this.tokens.length > WORD_LIMIT)
        return { kind: 'open parenthesis', at: this.open[0] ?? this.end }
      this.line += 1
    }
  }

  /** With the words up to the line at which the next entry starts. */
  entry(broken: boolean, next: number): Entry {
    const tokens = broken ? this.tokens.filter(({ line }) => line <= next) : this.tokens
    return { tokens, indented: this.indented, end: this.end, broken }
  }

  private readLine(text: string): Mistake | undefined {
    for (const match of text.matchAll(PIECE)) {
      const [piece, parenthesis, quoted, closing, word] = match
      const at = { line: this.line + 1, column: match.index + 1 }
      if (quoted !== undefined) {
        if (closing === '') return openQuote(text, at)
        this.add({ text: quoted, quoted: true, ...at }, piece.length)
      } else if (word !== undefined) this.add({ text: word, quoted: false, ...at }, word.length)
      else if (parenthesis === '(') this.open.push(at)
      else if (parenthesis === ')') {
        if (this.open.pop() === undefined) return { kind: 'closing parenthesis', at }
      } else if (!/^[ \t;]/.test(piece))
        return { kind: 'character', at: { ...at, column: at.column + piece.length - 1 } }
    }
    return undefined
  }

  private add(token: Token, length: number): void {
    this.tokens.push(token)
    this.end = { line: token.line, column: token.column + length }
  }
}

// A quoted string ends on its line; one that does not is more likely a forgotten quote.
function openQuote(text: string, at: Position): Mistake {
  const control = text.slice(at.column - 1).search(CONTROL)
  return control < 0
    ? { kind: 'quote', at }
    : { kind: 'character', at: { ...at, column: at.column + control } }
}
