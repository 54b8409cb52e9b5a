import { messageOf } from '../host/error.ts'
import type { Fact } from '../service.ts'
import { Allowance } from './allowance.ts'
import { isAsked, type Entry } from './entry.ts'
import { Pages } from './pages.ts'

/** Characters of the longest fact. */
const LONGEST = 65_536
/** Milliseconds in which what is dropped is counted before it is told. */
const TELLING = 1000

/** What looks at each entry as it is recorded, and at its line of JSON; it must be quick and must not throw, and what it keeps it copies. */
export type Listener = (entry: Entry, line: string) => void

/** The one ordered list of what happened: bounded in memory, with sinks and readers that follow. */
export class Journal {
  readonly #now: () => number
  readonly #complain: (reason: string) => void
  readonly #pages = new Pages()
  readonly #allowances = new Map<string, Allowance>()
  readonly #listeners = new Set<Listener>()
  /** Facts that are dropped and not yet told, by service. */
  #untold = new Map<string, number>()
  /** The kinds of which was complained. */
  readonly #wrong = new Set<string>()
  #telling: NodeJS.Timeout | undefined
  #last = 0
  #dropped = 0

  /** `complain` hears of a fact that a service should not have recorded. */
  constructor(now: () => number, complain: (reason: string) => void = () => undefined) {
    this.#now = now
    this.#complain = complain
  }

  /** Adds a fact, unless its service floods the journal; never throws. */
  record(service: string, fact: Fact): void {
    this.#last += 1
    let allowance = this.#allowances.get(service)
    if (allowance === undefined) this.#allowances.set(service, (allowance = new Allowance()))
    if (allowance.take()) this.#add(service, fact)
    else this.#drop(service)
  }

  /** Milliseconds since 1970 in the lab's time. */
  now(): number {
    return this.#now()
  }

  /** The number of the newest fact, be it kept or dropped. */
  get last(): number {
    return this.#last
  }

  /** How many facts were dropped, or lost on the way to the disk or to a reader. */
  get dropped(): number {
    return this.#dropped
  }

  /** Counts facts that a sink could not take. */
  countDropped(facts: number): void {
    this.#dropped += facts
  }

  /** Records at once what was dropped since that was told last, as the fact `journal.dropped`. */
  tell(): void {
    clearTimeout(this.#telling)
    this.#telling = undefined
    if (this.#untold.size === 0) return
    const services = Object.fromEntries(this.#untold)
    this.#untold = new Map()
    this.#last += 1
    this.#add('lab', droppedFact(services))
  }

  /** Calls `run` with each entry to come. */
  listen(run: Listener): Disposable {
    this.#listeners.add(run)
    return { [Symbol.dispose]: () => void this.#listeners.delete(run) }
  }

  /** The entries still in memory that come after number `seq`, oldest first. */
  since(seq: number, kinds?: readonly string[]): Entry[] {
    const entries: Entry[] = []
    let { lines, next } = this.#pages.read()
    while (lines.length > 0) {
      entries.push(...entriesOf(lines, seq, kinds))
      ;({ lines, next } = this.#pages.read(next))
    }
    return entries
  }

  /** The entries after number `seq`, then those to come until the signal aborts; a reader that lags too far loses the oldest, which are counted. */
  async *follow(seq: number, signal: AbortSignal, kinds?: readonly string[]): AsyncGenerator<Entry> {
    let wake: () => void = () => undefined
    using _listening = this.listen(() => wake())
    signal.addEventListener('abort', () => wake(), { once: true })
    let { lines, next } = this.#pages.read()
    while (!signal.aborted) {
      yield* entriesOf(lines, seq, kinds)
      const { lost, ...more } = this.#pages.read(next)
      this.#dropped += lost
      ;({ lines, next } = more)
      if (lines.length > 0 || signal.aborted) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  /** What cannot be written as JSON, or is too long, is dropped. */
  #add(service: string, fact: Fact): void {
    try {
      const entry = this.#entry(service, fact)
      const line = JSON.stringify(entry)
      if (line.length > LONGEST) throw new RangeError(`${line.length} characters are too many`)
      this.#pages.append(line)
      for (const listener of this.#listeners) listener(entry, line)
    } catch (error) {
      if (!this.#wrong.has(fact.kind))
        this.#complain(`a fact of kind ${fact.kind} cannot be recorded: ${messageOf(error)}`)
      this.#wrong.add(fact.kind)
      this.#drop(service)
    }
  }

  #entry(service: string, { kind, connection, data }: Fact): Entry {
    const at = this.#now()
    return {
      seq: this.#last,
      at,
      service,
      connection,
      kind,
      data: typeof data === 'function' ? data() : data,
    }
  }

  #drop(service: string): void {
    this.#dropped += 1
    this.#untold.set(service, (this.#untold.get(service) ?? 0) + 1)
    // It is told by itself, for no fact may follow.
    this.#telling ??= setTimeout(() => this.tell(), TELLING).unref()
  }
}

/** The fact that tells of facts that are not there, counted by service. */
export function droppedFact(services: Readonly<Record<string, number>>): Fact {
  const facts = Object.values(services).reduce((sum, count) => sum + count, 0)
  return { kind: 'journal.dropped', data: { facts, services } }
}

function entriesOf(lines: readonly string[], seq: number, kinds?: readonly string[]): Entry[] {
  return lines.flatMap((line) => {
    const entry: Entry = JSON.parse(line)
    return entry.seq > seq && isAsked(entry.kind, kinds) ? [entry] : []
  })
}
