import type { Direction, Flow } from '../../wire/flow.ts'
import type { Event, Kept } from './event.ts'
import { eventOf, HEADER, KIND, NONE, Page } from './record.ts'

/** Octets that are kept of the beginning of a connection, and of its end. */
const HALF = 131_072
/** Octets of the first page; each that follows is twice as large, up to the largest. */
const [SMALLEST, LARGEST] = [2048, 32_768]
/** Characters of the longest text that is kept, such as a fact. */
export const LONGEST_TEXT = 16_384

/** What is kept of one TCP connection: its beginning, and of a long one its newest octets. */
export class Stream implements Kept {
  readonly flow: Flow
  readonly openedAt: number
  closedAt: number | undefined
  reset: Direction | undefined
  readonly octets = { in: 0, out: 0 }
  isTls = false
  isWhole = true
  isRefused = false
  account: string | undefined
  touched: number
  readonly #head: Page[] = []
  readonly #tail: Page[] = []
  /** Octets of memory in use. */
  size = 0
  #last = 0

  constructor(flow: Flow, at: number, touched: number) {
    this.flow = flow
    this.openedAt = at
    this.touched = touched
    this.#page(0).add(KIND.opened, NONE, at, 0, 0)
    this.#last = at
  }

  /** Keeps octets; of more than can be kept the middle is left out. */
  keep(kind: number, direction: number, at: number, octets: Buffer): void {
    this.#last = at
    if (octets.length > 2 * HALF) {
      this.keep(kind, direction, at, octets.subarray(0, HALF))
      this.isWhole = false
      return this.keep(kind, direction, at, octets.subarray(-HALF))
    }
    let start = 0
    do {
      const piece = octets.subarray(start, start + LARGEST / 2)
      const page = this.#page(piece.length)
      piece.copy(page.octets, page.add(kind, direction, at, 0, piece.length))
      start += piece.length
    } while (start < octets.length)
  }

  /** Keeps a text, unless it is too long. */
  text(kind: number, at: number, text: string): void {
    if (text.length > LONGEST_TEXT) return
    this.#last = Math.max(at, this.#last)
    this.#page(text.length * 3).addText(kind, this.#last, 0, text)
  }

  mark(kind: number, direction: number, at: number): void {
    this.#last = at
    this.#page(0).add(kind, direction, at, 0, 0)
  }

  *events(): Generator<Event> {
    for (const page of this.#head) yield* eventsOf(page)
    const [first] = this.#tail
    if (!this.isWhole && first !== undefined) yield { kind: 'gap', at: first.at(0) }
    for (const page of this.#tail) yield* eventsOf(page)
  }

  /** The page for a record with so much content. */
  #page(length: number): Page {
    const pages = this.#tail.length > 0 ? this.#tail : this.#head
    const last = pages.at(-1)
    if (last?.hasRoom(length) === true) return last
    const wanted = last === undefined ? SMALLEST : Math.min(last.capacity * 2, LARGEST)
    const page = new Page(Math.max(wanted, (HEADER + length + 15) & ~7))
    const isHead = pages === this.#head && this.size + page.capacity <= HALF
    ;(isHead ? this.#head : this.#tail).push(page)
    this.size += page.capacity
    while (this.size > 2 * HALF) this.#forget()
    return page
  }

  #forget(): void {
    this.size -= this.#tail.shift()?.capacity ?? this.size
    this.isWhole = false
  }
}

function* eventsOf(page: Page): Generator<Event> {
  for (let place = 0; place < page.used;) {
    const record = page.read(place)
    place = record.next
    const event = eventOf(record)
    if (event !== undefined) yield event
  }
}
