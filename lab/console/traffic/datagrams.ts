import type { Address } from '../../service.ts'
import type { Direction, Flow } from '../../wire/flow.ts'
import type { Event, Kept } from './event.ts'
import { directionNumber, eventOf, IN, KIND, NONE, OUT, Page, type PageRecord } from './record.ts'

/** Octets of a page; the longest datagram and the longest fact fit several times. */
const PAGE = 262_144
/** Octets that are kept of one exchange. */
const MOST = 262_144
/** Characters of the longest fact that is kept. */
const LONGEST_FACT = 8192

const [CUT, REFUSED] = [1, 2]

/** What is kept of a fact. */
interface KeptFact {
  /** As it stands in the journal. */
  readonly line: string
  readonly at: number
  readonly isRefused: boolean
  readonly account: string | undefined
}

/**
 * The newest exchanges of datagrams, thousands of which may come every second: what is told of each stands in columns of
 * numbers, and its events are records on common pages, each linked to the one before of the same exchange.
 */
export class Datagrams {
  readonly #count: number
  readonly #ids: Float64Array
  readonly #firsts: Float64Array
  readonly #lasts: Float64Array
  readonly #closed: Float64Array
  readonly #touched: Float64Array
  readonly #sizes: Uint32Array
  readonly #in: Float64Array
  readonly #out: Float64Array
  readonly #flags: Uint8Array
  readonly #accounts: (string | undefined)[] = []
  /** The exchanges from `#tail` up to `#head` are kept. */
  #head = 0
  #tail = 0
  #pages: Page[] = []
  /** The number of the first of the pages. */
  #base = 0
  /** The names of services and endpoints, which are few. */
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()

  /** `count`: exchanges that are kept at most. */
  constructor(count: number) {
    this.#count = count
    const column = (): Float64Array => new Float64Array(count)
    ;[this.#ids, this.#firsts, this.#lasts, this.#closed] = [column(), column(), column(), column()]
    ;[this.#touched, this.#in, this.#out] = [column(), column(), column()]
    this.#sizes = new Uint32Array(count)
    this.#flags = new Uint8Array(count)
  }

  /** How many are kept. */
  get size(): number {
    return this.#head - this.#tail
  }

  /** Octets of memory in use. */
  get octets(): number {
    return this.#pages.length * PAGE
  }

  /** The oldest one's number; infinite if there is none. */
  get oldest(): number {
    return this.size === 0 ? Infinity : (this.#ids[this.#tail % this.#count] ?? 0)
  }

  /** Lets the oldest one go. */
  drop(): void {
    if (this.size === 0) return
    this.#tail += 1
    const first = this.size === 0 ? this.#pages.length + this.#base : this.#pageOf(this.#tail)
    // The page that is being written stays.
    const gone = Math.min(first - this.#base, this.#pages.length - 1)
    if (gone <= 0) return
    this.#pages.splice(0, gone)
    this.#base += gone
  }

  opened(flow: Flow, at: number, touched: number): void {
    if (this.size === this.#count) this.drop()
    const slot = this.#head % this.#count
    this.#head += 1
    this.#ids[slot] = flow.id
    this.#closed[slot] = NaN
    this.#touched[slot] = touched
    this.#accounts[slot] = undefined
    this.#sizes[slot] = this.#in[slot] = this.#out[slot] = this.#flags[slot] = 0
    const { remote } = flow
    const page = this.#room(remote.host.length + flow.local.host.length + 16)
    this.#lasts[slot] = -1
    this.#firsts[slot] = this.#link(slot, page)
    const place = page.add(
      KIND.opened,
      directionNumber(flow.direction === 'inbound' ? 'in' : 'out'),
      at,
      -1,
      12 + remote.host.length + flow.local.host.length,
    )
    const { octets } = page
    octets[place] = this.#number(flow.service)
    octets[place + 1] = this.#number(flow.endpoint)
    writeAddress(octets, writeAddress(octets, place + 2, flow.local), remote)
  }

  passed(flow: Flow, direction: Direction, bytes: Buffer, now: () => number, touched: number): void {
    const slot = this.#slot(flow.id)
    if (slot < 0) return
    const isFirst = this.#lasts[slot] === this.#firsts[slot]
    if (flow.direction === 'outbound' && isFirst) this.#locate(slot, flow.local, now())
    if (direction === 'in') this.#in[slot] = (this.#in[slot] ?? 0) + bytes.length
    else this.#out[slot] = (this.#out[slot] ?? 0) + bytes.length
    this.#touched[slot] = touched
    if (!this.#mayKeep(slot, bytes.length)) return
    // What opens an exchange is its first datagram: that one clock is read is enough.
    const at = isFirst && flow.direction === 'inbound' ? this.#last(slot) : now()
    const page = this.#room(bytes.length)
    const link = this.#lasts[slot] ?? -1
    this.#link(slot, page)
    const place = page.add(KIND.bytes, direction === 'in' ? IN : OUT, at, link, bytes.length)
    bytes.copy(page.octets, place)
  }

  closed(id: number, touched: number): void {
    const slot = this.#slot(id)
    if (slot < 0) return
    this.#touched[slot] = touched
    this.#closed[slot] = this.#last(slot)
  }

  /** Keeps a fact, if its exchange is kept. */
  fact(id: number, { line, at, isRefused, account }: KeptFact, touched: number): void {
    const slot = this.#slot(id)
    if (slot < 0) return
    this.#touched[slot] = touched
    if (isRefused) this.#flags[slot] = (this.#flags[slot] ?? 0) | REFUSED
    if (account !== undefined) this.#accounts[slot] = account
    if (line.length > LONGEST_FACT || !this.#mayKeep(slot, line.length)) return
    const page = this.#room(line.length * 3)
    const link = this.#lasts[slot] ?? -1
    const time = Math.max(at, this.#last(slot))
    this.#link(slot, page)
    page.addText(KIND.fact, time, link, line)
  }

  /** Undefined if it is not kept (any more). */
  find(id: number): Kept | undefined {
    const slot = this.#slot(id)
    return slot < 0 ? undefined : this.#view(slot)
  }

  /** The numbers of those that changed after `touched`, newest first. */
  *since(touched: number): Generator<number> {
    for (let each = this.#head - 1; each >= this.#tail; each -= 1) {
      const slot = each % this.#count
      if ((this.#touched[slot] ?? 0) > touched) yield this.#ids[slot] ?? 0
    }
  }

  /** Who the clients of those that are kept have proved to be. */
  *accounts(): Generator<string | undefined> {
    for (let each = this.#tail; each < this.#head; each += 1) yield this.#accounts[each % this.#count]
  }

  #view(slot: number): Kept {
    const records = this.#records(slot)
    const closed = this.#closed[slot] ?? NaN
    const flags = this.#flags[slot] ?? 0
    const openedAt = records[0]?.at ?? 0
    return {
      flow: this.#flow(this.#ids[slot] ?? 0, records),
      openedAt,
      closedAt: Number.isNaN(closed) ? undefined : closed,
      reset: undefined,
      octets: { in: this.#in[slot] ?? 0, out: this.#out[slot] ?? 0 },
      isTls: false,
      isWhole: (flags & CUT) === 0,
      isRefused: (flags & REFUSED) !== 0,
      account: this.#accounts[slot],
      touched: this.#touched[slot] ?? 0,
      events: () => eventsOf(records, closed),
    }
  }

  #flow(id: number, records: readonly PageRecord[]): Flow {
    const [first, second] = records
    const octets = first?.octets ?? Buffer.alloc(12)
    const local = readAddress(octets, 2)
    const remote = readAddress(octets, local.next)
    const located = second?.kind === KIND.connected ? readAddress(second.octets, 0) : local
    return {
      id,
      service: this.#names[octets[0] ?? 0] ?? '',
      endpoint: this.#names[octets[1] ?? 0] ?? '',
      transport: 'udp',
      direction: first?.direction === OUT ? 'outbound' : 'inbound',
      local: { host: located.host, port: located.port },
      remote: { host: remote.host, port: remote.port },
      openedAt: Math.floor(first?.at ?? 0),
    }
  }

  #records(slot: number): readonly PageRecord[] {
    const records: PageRecord[] = []
    const first = this.#firsts[slot] ?? 0
    for (let position = this.#lasts[slot] ?? -1; position >= first;) {
      const page = this.#pages[Math.floor(position / PAGE) - this.#base]
      if (page === undefined) break
      const record = page.read(position % PAGE)
      records.push(record)
      position = record.link
    }
    return records.toReversed()
  }

  /** Numbers grow with the exchanges, and mostly it is the newest that is asked for. */
  #slot(id: number): number {
    let [low, high] = [this.#tail, this.#head - 1]
    if (high < low) return -1
    const newest = high % this.#count
    if (this.#ids[newest] === id) return newest
    while (low <= high) {
      const middle = Math.floor((low + high) / 2)
      const slot = middle % this.#count
      const there = this.#ids[slot] ?? 0
      if (there === id) return slot
      if (there < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  #locate(slot: number, local: Address, at: number): void {
    const page = this.#room(local.host.length + 8)
    const link = this.#lasts[slot] ?? -1
    this.#link(slot, page)
    writeAddress(page.octets, page.add(KIND.connected, NONE, at, link, local.host.length + 5), local)
  }

  #mayKeep(slot: number, length: number): boolean {
    const size = (this.#sizes[slot] ?? 0) + length + 24
    if (size > MOST) this.#flags[slot] = (this.#flags[slot] ?? 0) | CUT
    else this.#sizes[slot] = size
    return size <= MOST
  }

  /** The record that is written next on the page becomes the newest of the exchange; returns its position. */
  #link(slot: number, page: Page): number {
    return (this.#lasts[slot] = (this.#base + this.#pages.length - 1) * PAGE + page.used)
  }

  /** When the newest record of an exchange was made. */
  #last(slot: number): number {
    const position = this.#lasts[slot] ?? 0
    return this.#pages[Math.floor(position / PAGE) - this.#base]?.at(position % PAGE) ?? 0
  }

  #pageOf(exchange: number): number {
    return Math.floor((this.#firsts[exchange % this.#count] ?? 0) / PAGE)
  }

  /** The page for a record with so much content. */
  #room(length: number): Page {
    const last = this.#pages.at(-1)
    if (last?.hasRoom(length) === true) return last
    // A page that has left is not written anew: somebody may be reading it.
    const page = new Page(PAGE)
    this.#pages.push(page)
    return page
  }

  #number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    // Services are of the scenario; more than an octet can number are not told apart.
    const number = Math.min(this.#names.length, 255)
    this.#names[number] = name
    this.#numbers.set(name, number)
    return number
  }
}

function* eventsOf(records: readonly PageRecord[], closed: number): Generator<Event> {
  for (const record of records) {
    const event = eventOf(record)
    if (event !== undefined) yield event
  }
  if (!Number.isNaN(closed)) yield { kind: 'closed', at: closed, reset: undefined }
}

/** Length, host and port; returns where it ends. */
function writeAddress(octets: Buffer, place: number, { host, port }: Address): number {
  octets[place] = host.length
  for (let index = 0; index < host.length; index += 1) octets[place + 1 + index] = host.charCodeAt(index)
  const end = place + 1 + host.length
  octets[end] = port >> 8
  octets[end + 1] = port & 0xff
  return end + 2
}

function readAddress(octets: Buffer, place: number): Address & { readonly next: number } {
  const end = place + 1 + (octets[place] ?? 0)
  const port = (octets[end] ?? 0) * 256 + (octets[end + 1] ?? 0)
  return { host: octets.toString('latin1', place + 1, end), port, next: end + 2 }
}
