import { isAsked, type Entry } from '../journal/entry.ts'
import type { Journal } from '../journal/journal.ts'
import type { StreamEvent } from './operation.ts'

/** Facts that may wait for one reader, and their characters: with a turn every so many milliseconds, some 5,000 a second. */
const MOST = 500
const MOST_CHARACTERS = 512 * 1024
const TURN = 100

/** A fact that waits: its number and its line of JSON. */
interface Waiting {
  readonly seq: number
  readonly line: string
}

/**
 * Facts for one reader who may be slow, and who is spared what no person reads: in each turn a bounded number, the newest.
 * What is left out is counted and told; nothing is kept of it.
 */
export class Feed implements Disposable {
  readonly #kinds: readonly string[]
  readonly #listening: Disposable
  #waiting: Waiting[] = []
  #characters = 0
  #lost = 0
  /** Ends a wait for something to tell. */
  #wake: () => void = () => undefined
  /** Ends any wait. */
  #goOn: () => void = () => undefined

  /** Begins after fact number `since`; facts that the journal no longer has count as lost. */
  constructor(journal: Journal, since: number, kinds: readonly string[]) {
    this.#kinds = kinds
    // Nothing happens between the two: neither a fact is missed nor one told twice.
    const before = journal.since(since)
    const first = before[0]?.seq ?? journal.last + 1
    // The start of the lab is no loss of a reader who asks for what there is; a reader who comes back has missed it.
    if (since > 0 && since < journal.last) this.#lost = Math.max(0, first - since - 1)
    for (const entry of before) this.#take(entry, JSON.stringify(entry))
    this.#listening = journal.listen((entry, line) => this.#take(entry, line))
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
    this.#waiting = []
  }

  /** Each fact as an event with its number as id; before those that follow a gap, the event `lost` with the number of those that are not there. */
  async *events(signal: AbortSignal): AsyncGenerator<StreamEvent> {
    const abort = (): void => this.#goOn()
    signal.addEventListener('abort', abort, { once: true })
    try {
      while (!signal.aborted) {
        const [waiting, lost] = [this.#waiting, this.#lost]
        this.#waiting = []
        this.#characters = 0
        this.#lost = 0
        if (lost > 0) yield { event: 'lost', data: String(lost) }
        for (const { seq, line } of waiting) yield { id: String(seq), data: line }
        if (!signal.aborted) await this.#turn()
        if (!signal.aborted && this.#waiting.length === 0) await this.#something()
      }
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #turn(): Promise<void> {
    const turn = Promise.withResolvers<void>()
    const timer = setTimeout(turn.resolve, TURN)
    this.#goOn = turn.resolve
    await turn.promise
    clearTimeout(timer)
  }

  async #something(): Promise<void> {
    const something = Promise.withResolvers<void>()
    this.#wake = something.resolve
    this.#goOn = something.resolve
    await something.promise
  }

  #take(entry: Entry, line: string): void {
    if (!isAsked(entry.kind, this.#kinds)) return
    this.#waiting.push({ seq: entry.seq, line })
    this.#characters += line.length
    while (this.#waiting.length > MOST || this.#characters > MOST_CHARACTERS) this.#drop()
    this.#wake()
  }

  /** The oldest go: who looks on wants to see what happens now. */
  #drop(): void {
    this.#characters -= this.#waiting.shift()?.line.length ?? 0
    this.#lost += 1
  }
}
