import type { FactData } from '../../service.ts'
import type { Direction, Flow, TlsOutcome } from '../../wire/flow.ts'

/** What an event is, beside its time; the octets belong to the store and are not to be changed. */
export type Happening =
  | { readonly kind: 'opened' | 'connected' | 'upgrading' | 'delivered' }
  | { readonly kind: 'bytes' | 'plain'; readonly direction: Direction; readonly octets: Buffer }
  | { readonly kind: 'ended'; readonly direction: Direction }
  | { readonly kind: 'secret'; readonly line: Buffer }
  | { readonly kind: 'secured'; readonly outcome: TlsOutcome }
  | { readonly kind: 'closed'; readonly reset: Direction | undefined }
  | { readonly kind: 'fact'; readonly fact: { readonly kind: string; readonly data: FactData } }
  /** What stood here was left out. */
  | { readonly kind: 'gap' }

/** One thing that happened in a conversation; `at` in milliseconds since 1970 in the lab's time, with fractions. */
export type Event = Happening & { readonly at: number }

/** A conversation that is kept, as it is at this moment. */
export interface Kept {
  readonly flow: Flow
  readonly openedAt: number
  readonly closedAt: number | undefined
  readonly reset: Direction | undefined
  /** All that crossed, kept or not. */
  readonly octets: Readonly<Record<Direction, number>>
  readonly isTls: boolean
  readonly isWhole: boolean
  /** A fact tells of a refusal or a failure. */
  readonly isRefused: boolean
  /** Who the client has proved to be, as far as a fact tells it. */
  readonly account: string | undefined
  /** Grows with every event of any conversation: what is greater has changed since. */
  readonly touched: number
  /** Oldest first. */
  events(): Iterable<Event>
}
