import type { Buffer } from 'node:buffer'
import { decodeText, visible } from '../../../lab/kit/dissect/text.ts'
import { TalkLines } from './lines.ts'

/** Lines of a reply that are shown. */
const SHOWN = 100
/** Characters of one: RFC 5321 §4.5.3.1.5 allows 512 octets. */
const LONGEST = 512

/** What the server says: a whole reply, a line that is none, or one that is too long. */
export type Heard =
  | {
      readonly kind: 'reply'
      readonly code: string
      readonly lines: readonly string[]
      readonly count: number
      readonly octets: number
    }
  | { readonly kind: 'stray'; readonly text: string; readonly octets: number }
  | { readonly kind: 'long' }

/** Puts the lines of replies together (RFC 5321 §4.2.1). */
export class SmtpReplies {
  readonly lines = new TalkLines()
  #texts: string[] = []
  #count = 0
  #octets = 0

  #take(line: string, octets: number): Heard | undefined {
    const [, code, mark, text = ''] = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line) ?? []
    if (code === undefined) return { kind: 'stray', text: line, octets }
    this.#octets += octets
    this.#count += 1
    if (this.#count <= SHOWN) this.#texts.push(text)
    if (mark === '-') return undefined
    const reply = {
      kind: 'reply',
      code,
      lines: this.#texts,
      count: this.#count,
      octets: this.#octets,
    } as const
    this.#texts = []
    this.#count = 0
    this.#octets = 0
    return reply
  }

  /** What these octets complete, one by one. */
  *read(octets: Buffer): Generator<Heard> {
    this.lines.position = 0
    for (let line = this.lines.next(octets); line !== undefined; line = this.lines.next(octets)) {
      const heard: Heard | undefined =
        line === 'long'
          ? { kind: 'long' }
          : this.#take(visible(decodeText(line.octets), LONGEST), line.size + 1)
      if (heard !== undefined) yield heard
    }
  }
}
