/** The conversations that the page keeps: bounded, in order, filtered, and held back while the reader pauses. */
import { isEmpty, matcher, type Filter } from './filter.ts'
import type { Conversation, Conversations, Listed } from '../../traffic/schema.ts'

/** How a conversation stands. */
export type State = 'open' | 'closed' | 'tls' | 'refused' | 'reset-client' | 'reset-server'

/** What is to be said of a conversation's state, most basic first. */
export function statesOf({ closedAt, isTls, isRefused, reset }: Conversation): State[] {
  const states: State[] = [closedAt === null ? 'open' : 'closed']
  if (isTls) states.push('tls')
  if (isRefused) states.push('refused')
  if (reset) states.push(`reset-${reset}`)
  return states
}

/** A conversation in its place in the list; the row stays the same object while the conversation goes on. */
export interface Row {
  readonly id: number
  conversation: Conversation
  /** The text for which the lab gave it, which may stand in a step that only the lab knows; empty if it was asked for none. */
  found: string
}

/** The newest conversations, each told of again as it goes on; the oldest go when there are too many. */
export class Rows {
  readonly #most: number
  #kept = new Map<number, Row>()
  #waiting = new Map<number, Omit<Row, 'id'>>()
  #isSorted = true
  #last = 0
  #arrived = 0
  #skipped = 0
  #total = 0
  #isPaused = false
  #services = new Set<string>()
  #accounts = new Set<string>()

  constructor(most = 10_000) {
    this.#most = most
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** New conversations since the pause began, the skipped ones with them. */
  get arrived(): number {
    return this.#arrived
  }

  /** Conversations that the lab told of by number only. */
  get skipped(): number {
    return this.#skipped
  }

  /** All that the lab has seen. */
  get total(): number {
    return this.#total
  }

  get size(): number {
    return this.#kept.size
  }

  /** The services that had conversations so far, in order of their names. */
  get services(): string[] {
    return [...this.#services].toSorted()
  }

  /** Who clients have proved to be so far. */
  get accounts(): string[] {
    return [...this.#accounts]
  }

  /** What the lab tells as it happens, asked for a text or for none; while paused it waits. Gives the rows that changed. */
  take({ conversations, skipped, total }: Conversations, text = ''): Row[] {
    this.#skipped += skipped
    this.#total = Math.max(this.#total, total)
    if (this.#isPaused) {
      this.#arrived += skipped
      for (const conversation of conversations) this.#hold(conversation, text)
      return []
    }
    return this.#keepAll(conversations, text)
  }

  /** What the lab answered to a question for earlier or filtered conversations: kept at once, even while paused. */
  add({ conversations, total, accounts }: Listed, text = ''): Row[] {
    for (const account of accounts) this.#accounts.add(account)
    this.#total = Math.max(this.#total, total)
    // What has ended does not change: an answer that is older than what was told meanwhile does not open it again.
    const isNews = ({ id }: Conversation): boolean => (this.get(id)?.closedAt ?? null) === null
    for (const { id } of conversations) {
      const row = this.#kept.get(id)
      if (row && text !== '') row.found = text
    }
    return this.#keepAll(conversations.filter(isNews), text)
  }

  pause(): void {
    this.#isPaused = true
    this.#arrived = 0
  }

  /** Shows what has waited; gives the rows that changed. */
  resume(): Row[] {
    this.#isPaused = false
    this.#arrived = 0
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    return waiting.flatMap(({ conversation, found }) => this.#keepAll([conversation], found))
  }

  get(id: number): Conversation | undefined {
    return this.#kept.get(id)?.conversation
  }

  /** What the filter lets through, oldest first. */
  select(filter: Filter): Row[] {
    this.#sort()
    const all = [...this.#kept.values()]
    if (isEmpty(filter)) return all
    const isWanted = matcher(filter)
    return all.filter(isWanted)
  }

  #hold(conversation: Conversation, found: string): void {
    const { id } = conversation
    if (!this.#kept.has(id) && !this.#waiting.has(id)) this.#arrived += 1
    this.#waiting.set(id, { conversation, found })
    dropOldest(this.#waiting, this.#most)
  }

  #keepAll(conversations: readonly Conversation[], found: string): Row[] {
    const changed = conversations.flatMap((conversation) => {
      const { id, service, account } = conversation
      if (account !== null) this.#accounts.add(account)
      const row = this.#kept.get(id)
      if (row) {
        row.conversation = conversation
        if (found !== '') row.found = found
        return [row]
      }
      if (id < this.#last) this.#isSorted = false
      this.#last = Math.max(this.#last, id)
      this.#services.add(service)
      this.#kept.set(id, { id, conversation, found })
      return []
    })
    this.#sort()
    dropOldest(this.#kept, this.#most)
    return changed
  }

  /** Conversations come in order but for those that were asked for later. */
  #sort(): void {
    if (this.#isSorted) return
    this.#kept = new Map([...this.#kept].toSorted(([one], [other]) => one - other))
    this.#isSorted = true
  }
}

function dropOldest(map: Map<number, unknown>, most: number): void {
  for (const id of map.keys()) {
    if (map.size <= most) return
    map.delete(id)
  }
}
