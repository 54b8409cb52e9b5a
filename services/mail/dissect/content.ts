import type { Buffer } from 'node:buffer'
import { LineReader, type Line } from '../../../lab/kit/dissect/lines.ts'
import { count, OCTET, say } from '../../../lab/kit/dissect/said.ts'
import { decodeText, visible } from '../../../lab/kit/dissect/text.ts'
import type { Step } from '../../../lab/service.ts'
import { cutAbout, messageAbout } from './words.ts'

/** Octets of a header line that are looked at. */
const KEPT = 1000
/** Of a line of the body it is enough to know whether it is a dot. */
const DOT_KEPT = 2
/** Characters of a field with its folded lines. */
const LONGEST = 500
/** Fields that are shown. */
const SHOWN = 30
const DOT = 46
const HEADER = { en: 'Header', es: 'Cabecera' }

/** The fields that matter to a reader (RFC 5322 §3.6). */
const WANTED: ReadonlySet<string> = new Set([
  'return-path',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'content-type',
])

/** A message that crosses: its fields are read and its octets counted, and nothing of its body is kept. */
export class MessageContent {
  readonly #hasDots: boolean
  readonly #lines = new LineReader()
  readonly #fields: string[] = []
  #isHeader = true
  /** The last line of the header is shown, so that its folded lines are too. */
  #isShown = false
  #wasBare = false
  #header = 0
  /** Octets of the lines that have ended, without the dots that were put in. */
  #size = 0
  /** Octets on the wire. */
  #crossed = 0
  /** The line with the dot alone has come. */
  isOver = false

  /** With dots it ends itself (RFC 5321 §4.5.2, RFC 1939 §3); without, whoever counts its octets ends it (RFC 3030). */
  constructor(options: { readonly hasDots: boolean }) {
    this.#hasDots = options.hasDots
  }

  /** Nothing of it has come. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  /** Octets of it so far, without the dots that were put in. */
  get size(): number {
    return this.#size + this.#lines.size
  }

  /** Reads from `at` on; returns how far the message goes. */
  read(octets: Buffer, at: number): number {
    this.#lines.position = at
    while (!this.isOver) {
      const line = this.#lines.next(octets, this.#isHeader ? KEPT : DOT_KEPT)
      if (line === undefined) break
      this.#take(line)
    }
    const end = this.#lines.position
    this.#crossed += end - at
    return end
  }

  /** What it says that it is about, as it crosses. */
  get subject(): string | undefined {
    return this.#fields.find((field) => /^subject[ \t]*:/i.test(field))?.replace(/^[^:]*:[ \t]*/, '')
  }

  /** Who sent it, what it is about and how large it is. */
  step(from: Step['from'], isCut = false): Step {
    const { size, subject } = this
    const header = this.#isHeader ? size : this.#header
    const end = isCut ? { en: ', cut short', es: ', incompleto' } : ''
    const topic = subject === undefined ? '' : `: ${visible(subject)}`
    return {
      from,
      kind: 'data',
      text: say`${{ en: 'message of', es: 'mensaje de' }} ${count(size, OCTET)}${end}${topic}`,
      octets: this.#crossed,
      parts: [
        ...(this.#fields.length > 0
          ? [{ name: HEADER, lines: this.#fields.map((field) => visible(field)) }]
          : []),
        {
          name: { en: 'Size', es: 'Tamaño' },
          lines: [
            say`${{ en: 'header', es: 'cabecera' }}: ${count(header, OCTET)}`,
            say`${{ en: 'body', es: 'cuerpo' }}: ${count(size - header, OCTET)}`,
          ],
        },
      ],
      about: isCut ? cutAbout : messageAbout,
    }
  }

  #take(line: Line): void {
    const { octets, size, isBare } = line
    const hasDot = this.#hasDots && octets[0] === DOT
    // CR LF . CR LF and nothing else: a dot between bare LFs is text (RFC 5321 §4.1.1.4).
    if (hasDot && size === 2 && !isBare && !this.#wasBare) {
      this.isOver = true
      return
    }
    this.#wasBare = isBare
    this.#size += size + (hasDot ? 0 : 1)
    if (!this.#isHeader) return
    this.#takeField(decodeText(hasDot ? octets.subarray(1) : octets))
    if (this.#isHeader) this.#header = this.#size
  }

  #takeField(line: string): void {
    if (/^[ \t]/.test(line) && this.#header > 0) {
      const last = this.#fields.length - 1
      if (this.#isShown) this.#fields[last] = `${this.#fields[last]} ${line.trim()}`.slice(0, LONGEST)
      return
    }
    const [, name] = /^([!-9;-~]+)[ \t]*:/.exec(line) ?? []
    // Without a name it is the empty line, or the body of a message that has no header.
    this.#isHeader = name !== undefined
    if (name === undefined && line === '') this.#header = this.#size
    this.#isShown = name !== undefined && WANTED.has(name.toLowerCase()) && this.#fields.length < SHOWN
    if (this.#isShown) this.#fields.push(line.slice(0, LONGEST))
  }
}
