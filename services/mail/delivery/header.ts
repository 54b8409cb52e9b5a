/** Watches a message's header pass, in pieces of any size. */

const LF = 10
const CR = 13
/** Octets of a line that are looked at; the names that are looked for are shorter. */
const LOOKED_AT = 80
/** What the names that are looked for begin with: date, message-id, received, subject. */
const WANTED: ReadonlySet<number> = new Set(Buffer.from('dmrs'))
/** The bit that tells a small letter of ASCII from a capital one. */
const SMALL_LETTER = 0x20

/** Finds the end of the header and counts what is in it; each octet is looked at once. */
export class HeaderScanner {
  /** Received fields so far (RFC 5321 §6.3). */
  received = 0
  hasDate = false
  hasMessageId = false
  /** The first Subject as it came, as far as its line is looked at. */
  subject: string | undefined
  /** The header's end has been seen. */
  isOver = false
  #first: boolean | undefined
  /** The first octets of the line that the last piece ended in, and how many the line has. */
  readonly #line = Buffer.alloc(LOOKED_AT)
  #length = 0

  /** The message begins with a line that is no field, so that it has no header at all. */
  get isBare(): boolean {
    return !(this.#first ?? isFieldOrEnd(this.#text()))
  }

  /** Takes the next piece, which must not end between CR and LF; returns where the empty line after the header begins in it, if it does. */
  scan(piece: Buffer): number | undefined {
    let from = 0
    while (!this.isOver && from < piece.length) {
      const end = piece.indexOf(LF, from)
      const stop = end < 0 ? piece.length : end + 1
      const isWhole = this.#length === 0
      if (this.#length < LOOKED_AT) piece.copy(this.#line, this.#length, from, stop)
      this.#length += stop - from
      if (end >= 0 && isWhole && isEmpty(piece, from, end)) {
        this.isOver = true
        this.#first ??= true
        return from
      }
      if (end >= 0) this.#endLine()
      from = stop
    }
    return undefined
  }

  #text(): string {
    return this.#line.toString('latin1', 0, Math.min(this.#length, LOOKED_AT))
  }

  #endLine(): void {
    // Millions of short lines cost a look at one octet each.
    const isWanted = this.#first === undefined || WANTED.has((this.#line[0] ?? 0) | SMALL_LETTER)
    const line = isWanted ? this.#text() : ''
    this.#length = 0
    this.#first ??= isFieldOrEnd(line)
    if (this.isBare) this.isOver = true
    const [field = '', written] = /^([!-9;-~]+)[ \t]*:/.exec(line) ?? []
    const name = written?.toLowerCase()
    if (name === 'received') this.received += 1
    else if (name === 'date') this.hasDate = true
    else if (name === 'message-id') this.hasMessageId = true
    else if (name === 'subject') this.subject ??= line.slice(field.length).trim()
  }
}

/** Whether the line that ends at an LF has nothing but its end. */
function isEmpty(piece: Buffer, from: number, end: number): boolean {
  return end === from || (end === from + 1 && piece[from] === CR)
}

/** RFC 5322 §2.2 and, with blanks before the colon, §4.5. */
function isFieldOrEnd(line: string): boolean {
  return /^(?:[!-9;-~]+[ \t]*:|\r?\n|$)/.test(line)
}
