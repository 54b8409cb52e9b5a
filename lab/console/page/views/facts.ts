/** The window of facts that the page keeps: bounded, filtered, and held back while the reader pauses. */
import type { JournalFact } from '../../schema.ts'
import { searchFor } from '../search.ts'
import { makeVisible } from '../visible.ts'

/** Facts that the page keeps. */
const MOST = 20_000

/** Facts that may wait while the page is paused or hidden. */
const MOST_WAITING = 20_000

/** Which facts to show; what is empty lets everything through. */
export interface FactFilter {
  readonly service: string
  readonly kind: string
  readonly text: string
}

/** Facts as they come in, and those of them that the filter lets through. */
export class Facts {
  #kept: JournalFact[] = []
  #shown: JournalFact[] = []
  #waiting: JournalFact[] = []
  #filter: FactFilter = { service: '', kind: '', text: '' }
  #matches: (fact: JournalFact) => boolean = () => true
  #dropped = 0
  isPaused = false
  /** The kinds and services that have come so far. */
  readonly kinds = new Set<string>()
  readonly services = new Set<string>()

  get shown(): readonly JournalFact[] {
    return this.#shown
  }

  get kept(): number {
    return this.#kept.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Facts that the lab or this page left out because there were too many at once. */
  get dropped(): number {
    return this.#dropped
  }

  /** Facts are missing. */
  lose(count: number): void {
    this.#dropped += count
  }

  /** A fact has come; it is shown by the next `take`. */
  add(fact: JournalFact): void {
    this.#waiting.push(fact)
    // Twice as many before the front half goes: moving the rest costs as much as they are.
    if (this.#waiting.length < 2 * MOST_WAITING) return
    this.#waiting.splice(0, MOST_WAITING)
    this.#dropped += MOST_WAITING
  }

  /** Takes in what has come, unless the reader pauses; says how many of the facts shown went from the front. */
  take(): number {
    if (this.isPaused || this.#waiting.length === 0) return 0
    for (const fact of this.#waiting) {
      this.kinds.add(fact.kind)
      this.services.add(fact.service)
    }
    this.#kept = [...this.#kept, ...this.#waiting].slice(-MOST)
    const added = this.#waiting.filter(this.#matches)
    this.#waiting = []
    const oldest = this.#kept[0]?.seq ?? 0
    const gone = this.#shown.findIndex(({ seq }) => seq >= oldest)
    const removed = gone < 0 ? this.#shown.length : gone
    this.#shown = [...this.#shown.slice(removed), ...added.filter(({ seq }) => seq >= oldest)]
    return removed
  }

  /** Shows other facts from now on. */
  set filter(filter: FactFilter) {
    this.#filter = filter
    this.#matches = matcher(filter)
    this.#shown = this.#kept.filter(this.#matches)
  }

  get filter(): FactFilter {
    return this.#filter
  }
}

function matcher({ service, kind, text }: FactFilter): (fact: JournalFact) => boolean {
  const isFound = searchFor(text)
  return (fact) => {
    if (service !== '' && fact.service !== service) return false
    if (kind !== '' && fact.kind !== kind) return false
    return (
      isFound?.(`${fact.seq} ${fact.service} ${fact.kind} ${fact.connection ?? ''} ${dataText(fact)}`) ?? true
    )
  }
}

/** The data of a fact in one line, fit to be shown: clients sent much of it. */
export function dataText({ data }: JournalFact): string {
  return makeVisible(
    Object.entries(data ?? {})
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  )
}
