/** Frames as they would have been on the wire: Ethernet II, IPv4 or IPv6, TCP or UDP, with their checksums. */
import type { Flow, Direction } from '../wire/flow.ts'
import { checksumOf, sumOf } from './checksum.ts'
import { portOf } from './ends.ts'
import type { Route } from './route.ts'

/** The flags of TCP (RFC 9293 §3.1). */
export const flags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

/** What a TCP segment says beside its ports. */
export interface Segment {
  readonly flags: number
  readonly sequence: number
  readonly acknowledgment: number
  readonly window: number
  /** In whole words. */
  readonly options?: Buffer
  readonly payload?: Buffer
}

const TCP = 20
const UDP = 8
const EMPTY = Buffer.alloc(0)

/** Writes the frames of one flow. */
export class Framing {
  readonly #route: Route
  /** Source and destination. */
  readonly #ports: Readonly<Record<Direction, readonly [number, number]>>
  /** The most octets of a segment (RFC 6691). */
  readonly largestSegment: number

  constructor(flow: Flow, route: Route) {
    const [own, other] = [portOf(flow), flow.remote.port]
    this.#route = route
    this.#ports = { in: [other, own], out: [own, other] }
    this.largestSegment = route.most - TCP
  }

  /** How many octets the frame of a segment has. */
  lengthOfTcp({ options = EMPTY, payload = EMPTY }: Segment): number {
    return this.#route.head + TCP + options.length + payload.length
  }

  /** Writes the frame of a segment. */
  writeTcp(frame: Buffer, at: number, direction: Direction, segment: Segment): void {
    const { options = EMPTY, payload = EMPTY } = segment
    const length = TCP + options.length + payload.length
    const pseudo = this.#route.write(frame, at, direction, length)
    const tcp = at + this.#route.head
    this.#writePorts(frame, tcp, direction)
    frame.writeUInt32BE(segment.sequence, tcp + 4)
    frame.writeUInt32BE(segment.acknowledgment, tcp + 8)
    frame.writeUInt16BE((((TCP + options.length) / 4) << 12) | segment.flags, tcp + 12)
    frame.writeUInt16BE(segment.window, tcp + 14)
    // The checksum, while it is summed, and the urgent pointer.
    frame.writeUInt32BE(0, tcp + 16)
    options.copy(frame, tcp + TCP)
    payload.copy(frame, tcp + TCP + options.length)
    frame.writeUInt16BE(checksumOf(pseudo + length + sumOf(frame, tcp, tcp + length)), tcp + 16)
  }

  /** How many octets the frame of a datagram has; undefined for one that no IP packet can carry. */
  lengthOfUdp(payload: Buffer): number | undefined {
    const length = UDP + payload.length
    return length > this.#route.most ? undefined : this.#route.head + length
  }

  /** Writes the frame of a datagram. */
  writeUdp(frame: Buffer, at: number, direction: Direction, payload: Buffer): void {
    const length = UDP + payload.length
    const pseudo = this.#route.write(frame, at, direction, length)
    const udp = at + this.#route.head
    this.#writePorts(frame, udp, direction)
    frame.writeUInt16BE(length, udp + 4)
    frame.writeUInt16BE(0, udp + 6)
    payload.copy(frame, udp + UDP)
    // A sum of 0 would say that there is none (RFC 768).
    frame.writeUInt16BE(checksumOf(pseudo + length + sumOf(frame, udp, udp + length)) || 0xffff, udp + 6)
  }

  #writePorts(frame: Buffer, at: number, direction: Direction): void {
    const [source, destination] = this.#ports[direction]
    frame.writeUInt16BE(source, at)
    frame.writeUInt16BE(destination, at + 2)
  }
}
