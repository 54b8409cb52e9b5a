/** Both directions of a TCP connection, put in order from what a capture has of it (RFC 9293 §3.4). */
import { TCP_FLAG, type Packet, type Tcp } from './packet.ts'

/** Octets, and segments, of one direction that wait for what has to come before them. */
const WAITING = { octets: 1024 * 1024, count: 2000 }

/** Which of the two ends it is; what they mean is not known here. */
export type Side = 0 | 1

/** Why a direction cannot be read on: octets of it are not in the capture, or only the beginning of a frame was kept. */
export type Loss = 'missing' | 'cut'

/** Who hears what a stream carries. */
export interface StreamListener {
  /** The next octets, which crossed in the frame; good only for now. */
  octets(side: Side, octets: Buffer, frame: number): void
  /** The direction is not read on; the frame is the first one behind the gap. */
  lost(side: Side, why: Loss, frame: number): void
}

/** A segment with octets, or with the end of its direction. */
interface Piece {
  readonly sequence: number
  /** What the other end had said before, if it says so. */
  readonly acknowledgment: number | undefined
  readonly octets: Buffer
  readonly missing: number
  readonly isLast: boolean
  readonly frame: number
}

/** What is known of one direction. */
interface Direction {
  /** Of its SYN. */
  start: number | undefined
  /** The sequence number that comes next. */
  next: number | undefined
  /** It is read to its end, or as far as it can be. */
  isOver: boolean
  hasSpoken: boolean
  waiting: Piece[]
  size: number
}

/** Reassembles one connection: what comes twice is heard once, what comes too early waits. */
export class Stream {
  readonly #listener: StreamListener
  readonly #directions: readonly [Direction, Direction] = [newDirection(), newDirection()]

  constructor(listener: StreamListener) {
    this.#listener = listener
  }

  /** Whether a segment opens another connection between the same ends. */
  isOther(side: Side, { flags, sequence }: Tcp): boolean {
    if ((flags & TCP_FLAG.syn) === 0) return false
    const { start, next, hasSpoken } = this.#directions[side]
    return start === undefined
      ? hasSpoken || (next !== undefined && next !== after(sequence, 1))
      : start !== sequence
  }

  /** Takes the next segment as it was captured. */
  take(side: Side, { payload, missing }: Packet, tcp: Tcp, frame: number): void {
    const [direction, other] = [this.#directions[side], this.#other(side)]
    const { flags, acknowledgment } = tcp
    const isSyn = (flags & TCP_FLAG.syn) !== 0
    if (isSyn) direction.start ??= tcp.sequence
    const sequence = isSyn ? after(tcp.sequence, 1) : tcp.sequence
    if (isSyn) direction.next ??= sequence
    const isAnswer = (flags & TCP_FLAG.acknowledgment) !== 0
    // How the other end begins is known even if its SYN is not there; of a connection that was under way it is not.
    if (isAnswer && (direction.start !== undefined || other.start !== undefined))
      other.next ??= acknowledgment
    const isLast = (flags & TCP_FLAG.fin) !== 0
    if (payload.length + missing > 0 || isLast)
      this.#piece(side, {
        sequence,
        acknowledgment: isAnswer ? acknowledgment : undefined,
        octets: payload,
        missing,
        isLast,
        frame,
      })
    if ((flags & TCP_FLAG.reset) !== 0) this.finish()
  }

  /** Nothing more comes: what still waits, waits in vain. */
  finish(): void {
    for (let held = this.#held(); held !== undefined; held = this.#held()) {
      const { side, piece } = held
      // It waits for octets of its own direction, or for what the other end had said before it.
      const isOwn = distance(piece.sequence, this.#directions[side].next) > 0
      this.#lose(isOwn ? side : otherOf(side), 'missing', piece.frame)
      this.#deliver()
    }
  }

  #piece(side: Side, piece: Piece): void {
    const direction = this.#directions[side]
    if (direction.isOver) return
    direction.next ??= piece.sequence
    direction.hasSpoken = true
    const length = piece.octets.length + piece.missing + (piece.isLast ? 1 : 0)
    // A retransmission.
    if (distance(after(piece.sequence, length), direction.next) <= 0) return
    if (direction.waiting.length === 0 && this.#isReady(side, piece)) {
      this.#hear(side, piece)
      return this.#deliver()
    }
    const at = direction.waiting.findLastIndex(({ sequence }) => distance(piece.sequence, sequence) >= 0)
    direction.waiting.splice(at + 1, 0, { ...piece, octets: Buffer.from(piece.octets) })
    direction.size += piece.octets.length
    this.#deliver()
    if (direction.size > WAITING.octets || direction.waiting.length > WAITING.count) this.finish()
  }

  /** Whether all that came before it has been heard. */
  #isReady(side: Side, { sequence, acknowledgment }: Piece): boolean {
    const other = this.#other(side)
    return (
      distance(sequence, this.#directions[side].next) <= 0 &&
      (acknowledgment === undefined || other.isOver || distance(acknowledgment, other.next) <= 0)
    )
  }

  /** Hears whatever has waited and need wait no more. */
  #deliver(): void {
    for (let isAny = true; isAny;) {
      isAny = false
      for (const side of [0, 1] as const) {
        const direction = this.#directions[side]
        const [piece] = direction.waiting
        if (piece === undefined || !this.#isReady(side, piece)) continue
        isAny = true
        direction.waiting.shift()
        direction.size -= piece.octets.length
        this.#hear(side, piece)
      }
    }
  }

  #hear(side: Side, { sequence, octets, missing, isLast, frame }: Piece): void {
    const direction = this.#directions[side]
    const old = -distance(sequence, direction.next)
    const left = octets.subarray(old)
    direction.next = after(sequence, Math.max(octets.length, old))
    if (left.length > 0) this.#listener.octets(side, left, frame)
    if (missing > 0 && old < octets.length + missing) return this.#lose(side, 'cut', frame)
    if (isLast) this.#end(direction)
  }

  #end(direction: Direction): void {
    direction.next = after(direction.next ?? 0, 1)
    direction.isOver = true
    direction.waiting = []
    direction.size = 0
  }

  #lose(side: Side, why: Loss, frame: number): void {
    const direction = this.#directions[side]
    if (!direction.isOver) this.#listener.lost(side, why, frame)
    direction.isOver = true
    direction.waiting = []
    direction.size = 0
  }

  /** A segment that waits, of the direction that has waited longer in the order of the capture. */
  #held(): { readonly side: Side; readonly piece: Piece } | undefined {
    const [one, other] = this.#directions.map(({ waiting }) => waiting[0])
    if (one === undefined) return other && { side: 1, piece: other }
    return other === undefined || one.frame < other.frame
      ? { side: 0, piece: one }
      : { side: 1, piece: other }
  }

  #other(side: Side): Direction {
    return this.#directions[otherOf(side)]
  }
}

function newDirection(): Direction {
  return { start: undefined, next: undefined, isOver: false, hasSpoken: false, waiting: [], size: 0 }
}

function otherOf(side: Side): Side {
  return side === 0 ? 1 : 0
}

/** Sequence numbers come round (RFC 9293 §3.4). */
function after(sequence: number, count: number): number {
  return (sequence + count) >>> 0
}

/** How far a sequence number lies behind another, negative if before. */
function distance(sequence: number, from: number | undefined): number {
  return from === undefined ? 0 : (sequence - from) | 0
}
