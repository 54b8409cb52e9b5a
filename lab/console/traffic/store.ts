import type { Entry } from '../../journal/entry.ts'
import { isRefusal, provedIn } from '../../journal/identity.ts'
import type { Attachment, Direction, Flow, TlsOutcome } from '../../wire/flow.ts'
import { Datagrams } from './datagrams.ts'
import type { Kept } from './event.ts'
import { directionNumber, IN, KIND, NONE, OUT, outcomeText } from './record.ts'
import { LONGEST_TEXT, Stream } from './stream.ts'

/** How much is kept. */
export interface Bounds {
  /** Conversations. */
  readonly count: number
  /** Octets of memory in all. */
  readonly octets: number
}

const BOUNDS: Bounds = { count: 10_000, octets: 32 * 1024 * 1024 }

/** Characters of an account that are kept; longer ones are cut. */
const LONGEST_ACCOUNT = 256

/** Facts of some kinds come thousands of times a second: whether a kind tells of a refusal is found out once. */
const MOST_KINDS = 1000
/** Accounts that a list names. */
const MOST_ACCOUNTS = 1000

/** The newest conversations, as events; the oldest that have ended leave first, and whole. */
export class Store implements Attachment {
  readonly name = 'console traffic'
  readonly #now: () => number
  readonly #bounds: Bounds
  readonly #datagrams: Datagrams
  readonly #open = new Map<number, Stream>()
  /** In the order in which they ended. */
  readonly #closed = new Map<number, Stream>()
  readonly #refusals = new Map<string, boolean>()
  #streamOctets = 0
  #touched = 0
  #total = 0
  #ahead = 0

  /** `now` is the lab's time. */
  constructor(now: () => number, bounds: Bounds = BOUNDS) {
    this.#now = now
    this.#bounds = bounds
    this.#datagrams = new Datagrams(bounds.count)
  }

  /** All conversations so far. */
  get total(): number {
    return this.#total
  }

  /** How many are kept. */
  get size(): number {
    return this.#datagrams.size + this.#open.size + this.#closed.size
  }

  /** Octets of memory that they take. */
  get octets(): number {
    return this.#datagrams.octets + this.#streamOctets
  }

  /** Grows with every event. */
  get touched(): number {
    return this.#touched
  }

  /** Undefined if it is not kept (any more). */
  find(id: number): Kept | undefined {
    return this.#stream(id) ?? this.#datagrams.find(id)
  }

  /** The numbers of the conversations that changed after `touched`, all if that is 0, newest first. */
  since(touched: number): number[] {
    const ids = [...this.#datagrams.since(touched)]
    for (const streams of [this.#open, this.#closed])
      for (const [id, stream] of streams) if (stream.touched > touched) ids.push(id)
    return ids.toSorted((a, b) => b - a)
  }

  /** All that clients of conversations which are kept have proved to be, by name. */
  accounts(): string[] {
    const found = new Set<string | undefined>(this.#datagrams.accounts())
    for (const streams of [this.#open, this.#closed])
      for (const { account } of streams.values()) found.add(account)
    return [...found]
      .filter((account) => account !== undefined)
      .toSorted()
      .slice(0, MOST_ACCOUNTS)
  }

  opened(flow: Flow): undefined {
    this.#total += 1
    this.#touched += 1
    if (this.size >= this.#bounds.count) this.#drop()
    if (flow.transport === 'udp') {
      this.#datagrams.opened(flow, this.#time(), this.#touched)
    } else {
      const stream = new Stream(flow, this.#time(), this.#touched)
      this.#streamOctets += stream.size
      this.#open.set(flow.id, stream)
    }
    while (this.octets > this.#bounds.octets && this.size > 1) this.#drop()
  }

  connected(flow: Flow): void {
    this.#mark(flow, KIND.connected, NONE)
  }

  passed(flow: Flow, direction: Direction, bytes: Buffer): undefined {
    if (flow.transport === 'tcp') return this.#keep(flow, KIND.bytes, direction, bytes)
    this.#touched += 1
    this.#datagrams.passed(flow, direction, bytes, this.#time, this.#touched)
    return undefined
  }

  delivered(flow: Flow): void {
    // It tells where secrets belong, which matters where there are some.
    if (this.#open.get(flow.id)?.isTls === true) this.#mark(flow, KIND.delivered, NONE)
  }

  ended(flow: Flow, direction: Direction): void {
    this.#mark(flow, KIND.ended, directionNumber(direction))
  }

  upgrading(flow: Flow): void {
    const stream = this.#mark(flow, KIND.upgrading, NONE)
    if (stream !== undefined) stream.isTls = true
  }

  secret(flow: Flow, line: Buffer): void {
    this.#keep(flow, KIND.secret, undefined, line)
  }

  secured(flow: Flow, outcome: TlsOutcome): void {
    this.#change(flow.id, (stream, at) => {
      if ('failure' in outcome) stream.isRefused = true
      const text = outcomeText(outcome)
      // Certificates may be of any size; what is agreed on is told without them then.
      const isLong = text.length > LONGEST_TEXT && !('failure' in outcome)
      const short = isLong ? outcomeText({ ...outcome, own: undefined, peer: undefined }) : text
      stream.text(KIND.secured, at, short)
    })
  }

  plain(flow: Flow, direction: Direction, bytes: Buffer): void {
    this.#keep(flow, KIND.plain, direction, bytes)
  }

  closed(flow: Flow, reset?: Direction): void {
    if (flow.transport === 'udp') {
      this.#touched += 1
      return this.#datagrams.closed(flow.id, this.#touched)
    }
    const stream = this.#mark(flow, KIND.closed, directionNumber(reset))
    if (stream === undefined) return
    stream.closedAt = this.#time()
    stream.reset = reset
    this.#open.delete(flow.id)
    this.#closed.set(flow.id, stream)
  }

  /** Keeps a fact of the journal beside the events of its connection. */
  fact({ connection, kind, at, data }: Entry, line: string): void {
    if (connection === undefined || connection === 0) return
    const isRefused = this.#isRefusal(kind)
    const account = isRefused ? undefined : provedIn(data)?.slice(0, LONGEST_ACCOUNT)
    const stream = this.#stream(connection)
    if (stream === undefined) {
      this.#touched += 1
      this.#datagrams.fact(connection, { line, at, isRefused, account }, this.#touched)
      return
    }
    this.#changed(stream, () => stream.text(KIND.fact, at, line))
    if (isRefused) stream.isRefused = true
    if (account !== undefined) stream.account = account
  }

  #isRefusal(kind: string): boolean {
    const known = this.#refusals.get(kind)
    if (known !== undefined) return known
    const found = isRefusal(kind)
    if (this.#refusals.size < MOST_KINDS) this.#refusals.set(kind, found)
    return found
  }

  #stream(id: number): Stream | undefined {
    return this.#open.get(id) ?? this.#closed.get(id)
  }

  #keep(flow: Flow, kind: number, direction: Direction | undefined, bytes: Buffer): undefined {
    this.#change(flow.id, (stream, at) => {
      const side = directionNumber(direction)
      if (kind === KIND.bytes && side === IN) stream.octets.in += bytes.length
      if (kind === KIND.bytes && side === OUT) stream.octets.out += bytes.length
      stream.keep(kind, side, at, bytes)
    })
  }

  #mark(flow: Flow, kind: number, direction: number): Stream | undefined {
    return this.#change(flow.id, (stream, at) => stream.mark(kind, direction, at))
  }

  #change(id: number, run: (stream: Stream, at: number) => void): Stream | undefined {
    const stream = this.#stream(id)
    if (stream !== undefined) this.#changed(stream, () => run(stream, this.#time()))
    return stream
  }

  #changed(stream: Stream, run: () => void): void {
    const before = stream.size
    run()
    this.#touched += 1
    stream.touched = this.#touched
    this.#streamOctets += stream.size - before
    while (this.octets > this.#bounds.octets && this.size > 1) this.#drop()
  }

  /** Lets the oldest go that has ended; an open one only if there is no other. */
  #drop(): void {
    const [ended] = this.#closed.keys()
    if (this.#datagrams.oldest < (ended ?? Infinity)) return this.#datagrams.drop()
    const [id] = ended === undefined ? this.#open.keys() : [ended]
    if (id === undefined) return
    this.#streamOctets -= this.#stream(id)?.size ?? 0
    this.#open.delete(id)
    this.#closed.delete(id)
  }

  /** The lab's time with fractions: its clock counts whole milliseconds. */
  readonly #time = (): number => {
    const [coarse, fine] = [this.#now(), performance.now()]
    const time = fine + this.#ahead
    if (time >= coarse && time < coarse + 1.5) return time
    this.#ahead = coarse - fine
    return coarse
  }
}
