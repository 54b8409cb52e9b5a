import type { HeadWriter } from './answer.ts'
import type { Clock } from '../deadline.ts'
import type { RequestRules } from './framing.ts'
import type { HeadLimits } from './parser.ts'

/** Times of one connection in milliseconds. */
export interface HttpTimes {
  /** Without a request, from the start and after each answer. */
  readonly idle: number
  /** From the first octet of a request to its last. */
  readonly request: number
  /** For the client to take what was written before more is. */
  readonly write: number
  /** For the client to read the last answer after the lab's end has closed. */
  readonly linger: number
}

/** What all connections of a server share. */
export interface ConnectionRules {
  readonly clock: Clock
  readonly writer: HeadWriter
  readonly head: HeadLimits
  readonly request: RequestRules
  readonly times: HttpTimes
  /** Octets of the pieces in which a large body is written. */
  readonly pieceSize: number
  /** Requests that one connection may bring. */
  readonly requests: number
}
