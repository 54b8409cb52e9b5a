import { Fields } from './request.ts'

/** The largest head of a message that is read. */
export interface HeadLimits {
  /** Octets of the start line with its end. */
  readonly line: number
  /** Octets of all field lines with their ends. */
  readonly fields: number
  /** Number of field lines. */
  readonly count: number
}

/** What may be wrong with the lines of any head. */
export type HeadProblem =
  | 'bare-lf'
  | 'control'
  | 'line-size'
  | 'fields-size'
  | 'fields-count'
  | 'field-fold'
  | 'field-space'
  | 'field-syntax'

/** Whose head is read. */
export interface HeadKind {
  /** What is thrown for a problem. */
  fail(problem: HeadProblem): Error
  /** RFC 9112 §5.1: a blank before the colon is refused in a request and taken out of a response. */
  readonly takesBlankBeforeColon?: boolean
}

// RFC 9110 §5.6.2
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// RFC 9110 §5.5: visible characters, blanks and obs-text, so neither NUL nor a CR of its own.
const control = /[^\t\x20-\x7e\x80-\xff]/
const carriageReturn = 13
const space = 32
const tab = 9

/** Whether some text is a token (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return token.test(text)
}

/** Whether a line holds an octet that none may have (RFC 9110 §5.5). */
export function hasControl(line: string): boolean {
  return control.test(line)
}

/**
 * Reads the lines and fields that requests, responses and trailers share (RFC 9112 §2-§5) from text of one character for
 * each octet, however the text is cut. It takes whole lines and says in `position` how far it came; what lies behind
 * must be given again with more appended.
 */
export class HeadReader {
  readonly #limits: HeadLimits
  readonly #kind: HeadKind
  #size = 0
  /** Those of the head being read. */
  fields = new Fields()
  /** Index of the first character that was not consumed. */
  position = 0

  constructor(limits: HeadLimits, kind: HeadKind) {
    this.#limits = limits
    this.#kind = kind
  }

  /** The next line without its end, if it is there whole. */
  startLine(text: string): string | undefined {
    return this.#line(text, this.#limits.line, 'line-size')
  }

  /** All fields up to the empty line, or undefined if the text ends before it; the next head begins with none. */
  read(text: string): Fields | undefined {
    for (;;) {
      const line = this.#line(text, this.#limits.fields - this.#size, 'fields-size')
      if (line === undefined) return undefined
      if (line === '') return this.#finish()
      this.#size += line.length + 2
      this.#readField(line)
    }
  }

  #finish(): Fields {
    const { fields } = this
    this.fields = new Fields()
    this.#size = 0
    return fields
  }

  /** A size is judged before anything else, however the text is cut. */
  #line(text: string, limit: number, problem: 'line-size' | 'fields-size'): string | undefined {
    const start = this.position
    const end = text.indexOf('\n', start)
    const size = (end < 0 ? text.length : end) + 1 - start
    // The empty line that ends the head counts for nothing.
    if (size > limit && size > 2) throw this.#kind.fail(problem)
    if (end < 0) return undefined
    // RFC 9112 §2.2 lets a bare LF pass as the end of a line; two programs that disagree see different messages.
    if (end === start || text.charCodeAt(end - 1) !== carriageReturn) throw this.#kind.fail('bare-lf')
    this.position = end + 1
    return text.slice(start, end - 1)
  }

  // RFC 9112 §5: field-name ":" OWS field-value OWS
  #readField(line: string): void {
    if (this.fields.count >= this.#limits.count) throw this.#kind.fail('fields-count')
    const first = line.charCodeAt(0)
    // RFC 9112 §5.2: obs-fold is refused, by a gateway with 502; §2.2: so is a blank before the first field.
    if (first === space || first === tab) throw this.#kind.fail('field-fold')
    if (control.test(line)) throw this.#kind.fail('control')
    const colon = line.indexOf(':')
    if (colon <= 0) throw this.#kind.fail('field-syntax')
    const name = line.slice(0, colon)
    this.fields.add((token.test(name) ? name : this.#mend(name)).toLowerCase(), trimBlanks(line, colon + 1))
  }

  #mend(name: string): string {
    const trimmed = trimEnd(name)
    if (trimmed === name || !token.test(trimmed)) {
      throw this.#kind.fail(trimmed === name ? 'field-syntax' : 'field-space')
    }
    if (this.#kind.takesBlankBeforeColon !== true) throw this.#kind.fail('field-space')
    return trimmed
  }
}

/** Text from an index on without the blanks around it; only SP and HTAB are blanks here (RFC 9110 §5.6.3), `trim` would take a non-breaking space away as well. */
export function trimBlanks(line: string, from = 0): string {
  let start = from
  let end = line.length
  while (start < end && isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}
