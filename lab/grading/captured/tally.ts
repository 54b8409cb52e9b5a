import type { Text } from '../../service.ts'
import type { Unread } from './packet.ts'
import type { Loss } from './stream.ts'
import { endedAt, lostAt, unreadFrames } from './words.ts'

/** Places of one kind that are told. */
const MOST = 3

/** What of a capture could not be read, for whoever wonders what is missing. */
export class Tally {
  readonly #unread = new Map<Exclude<Unread, 'other'>, { count: number; readonly first: number }>()
  readonly #lost: Text[] = []
  readonly #ended: Text[] = []
  /** Facts that were told. */
  facts = 0

  /** A frame of which nothing could be read. */
  unread(why: Unread, frame: number): void {
    // What is of other protocols is none of ours.
    if (why === 'other') return
    const known = this.#unread.get(why)
    if (known === undefined) this.#unread.set(why, { count: 1, first: frame })
    else known.count += 1
  }

  /** A direction that is not read on. */
  lost(why: Loss, frame: number): void {
    if (this.#lost.length < MOST) this.#lost.push(lostAt(why, frame))
  }

  /** A conversation that its witness does not read on. */
  ended(why: Text, frame: number): void {
    if (this.#ended.length < MOST) this.#ended.push(endedAt(frame, why))
  }

  /** What to tell of it. */
  get texts(): readonly Text[] {
    const unread = [...this.#unread].map(([why, { count, first }]) => unreadFrames(why, count, first))
    return [...unread, ...this.#lost, ...this.#ended]
  }
}
