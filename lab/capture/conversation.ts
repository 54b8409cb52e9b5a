/** TCP as two idle kernels on one fast link would have spoken it, rebuilt from what a socket tells. */
import type { Direction } from '../wire/flow.ts'
import { flags, type Segment } from './framing.ts'

/** Octets after which the other end acknowledges at once what it has received. */
const UNACKNOWLEDGED = 32_768
/** The window of a SYN, and that of all other segments, which counts for 2 ** SCALE each (RFC 7323 §2). */
const FIRST_WINDOW = 65_535
const WINDOW = 4096
const SCALE = 7

/** Where one end is. */
interface End {
  /** The sequence number of what it sends next. */
  next: number
  /** What of it the other end has acknowledged. */
  acknowledged: number
  hasEnded: boolean
}

/** What tells of a segment. */
export type Send = (direction: Direction, segment: Segment) => void

/** The segments of one connection. */
export class Conversation {
  readonly #client: Direction
  readonly #ends: Readonly<Record<Direction, End>>
  readonly #send: Send
  readonly #largest: number
  #state: 'new' | 'asked' | 'open' | 'over' = 'new'

  /** `client` is the direction of the first segment; `seed` makes the first sequence numbers. */
  constructor(
    client: Direction,
    { seed, largest }: { readonly seed: number; readonly largest: number },
    send: Send,
  ) {
    this.#client = client
    this.#largest = largest
    this.#send = send
    const start = (salt: number): End => {
      const first = Math.imul(seed + salt, 0x9e3779b1) >>> 0
      return { next: first, acknowledged: first, hasEnded: false }
    }
    this.#ends = { in: start(0), out: start(0x5eed) }
  }

  /** The client wants a connection. */
  ask(): void {
    if (this.#state !== 'new') return
    this.#state = 'asked'
    this.#handshake(this.#client, flags.syn)
  }

  /** The connection stands. */
  establish(): void {
    this.ask()
    if (this.#state !== 'asked') return
    this.#state = 'open'
    this.#handshake(opposite(this.#client), flags.syn | flags.ack)
    this.#segment(this.#client, flags.ack)
  }

  /** Octets from that side; they may not be changed until `send` returns. */
  data(direction: Direction, octets: Buffer): void {
    this.establish()
    const end = this.#ends[direction]
    if (this.#state !== 'open' || end.hasEnded) return
    for (let at = 0; at < octets.length; at += this.#largest) {
      const payload = octets.subarray(at, at + this.#largest)
      const isLast = at + payload.length === octets.length
      this.#segment(direction, flags.ack | (isLast ? flags.psh : 0), payload)
      if (distance(end.acknowledged, end.next) >= UNACKNOWLEDGED) this.#acknowledge(direction)
    }
  }

  /** That side sends nothing more. */
  end(direction: Direction): void {
    this.establish()
    const end = this.#ends[direction]
    if (this.#state !== 'open' || end.hasEnded) return
    end.hasEnded = true
    this.#segment(direction, flags.fin | flags.ack)
    this.#acknowledge(direction)
  }

  /** It is over: reset by a side, or closed by the lab. */
  close(reset?: Direction): void {
    // What the lab was asked for and did not refuse, it accepted.
    if (this.#client === 'in' && reset !== 'out') this.establish()
    if (this.#state === 'asked') {
      if (reset === opposite(this.#client)) this.#refuse(reset)
    } else if (this.#state === 'open') {
      if (reset === undefined) {
        this.end('out')
        this.#acknowledge('in')
      } else this.#segment(reset, flags.rst | flags.ack)
    }
    this.#state = 'over'
  }

  /** RFC 9293 §3.5.2: a reset that answers a SYN. */
  #refuse(direction: Direction): void {
    const acknowledgment = this.#ends[opposite(direction)].next
    this.#send(direction, { flags: flags.rst | flags.ack, sequence: 0, acknowledgment, window: 0 })
  }

  #handshake(direction: Direction, control: number): void {
    // MSS, SACK permitted, no operation, window scale (RFC 9293 §3.2, RFC 2018 §2, RFC 7323 §2.2).
    const options = Buffer.of(2, 4, this.#largest >> 8, this.#largest & 0xff, 4, 2, 1, 3, 3, SCALE, 1, 1)
    this.#segment(direction, control, undefined, options)
  }

  /** The other end acknowledges what it has not yet of one's octets. */
  #acknowledge(direction: Direction): void {
    const { acknowledged, next } = this.#ends[direction]
    if (acknowledged !== next) this.#segment(opposite(direction), flags.ack)
  }

  #segment(direction: Direction, control: number, payload?: Buffer, options?: Buffer): void {
    const [own, other] = [this.#ends[direction], this.#ends[opposite(direction)]]
    const hasAcknowledgment = (control & flags.ack) !== 0
    if (hasAcknowledgment) other.acknowledged = other.next
    const sequence = own.next
    const counted = (control & (flags.syn | flags.fin)) === 0 ? 0 : 1
    own.next = (own.next + (payload?.length ?? 0) + counted) >>> 0
    this.#send(direction, {
      flags: control,
      sequence,
      acknowledgment: hasAcknowledgment ? other.next : 0,
      window: (control & flags.syn) === 0 ? WINDOW : FIRST_WINDOW,
      ...(options !== undefined && { options }),
      ...(payload !== undefined && { payload }),
    })
  }
}

/** The other way. */
export function opposite(direction: Direction): Direction {
  return direction === 'in' ? 'out' : 'in'
}

function distance(from: number, to: number): number {
  return (to - from) >>> 0
}
