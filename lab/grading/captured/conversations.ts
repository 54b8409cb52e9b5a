/** All conversations of a capture, frame by frame. */
import type { SeenFact } from '../../check.ts'
import { canonicalAddress } from '../../kit/address.ts'
import { Conversation } from './conversation.ts'
import type { Frame } from './file.ts'
import { addressOf, isForMany, readPacket, TCP_FLAG, type End, type Packet, type Tcp } from './packet.ts'
import type { Sources } from './sources.ts'
import { Stream, type Side, type StreamListener } from './stream.ts'
import type { Tally } from './tally.ts'

/** Conversations that are followed at a time. */
const MOST = 8192

/** One conversation, with the end that has the lower key as side 0. */
interface Followed {
  readonly id: number
  readonly conversation: Conversation
  readonly server: Side
  readonly client: string
  readonly stream: Stream | undefined
  isEndTold: boolean
}

/** What reading frames needs. */
export interface Reading {
  readonly sources: Sources
  readonly domain: string
  readonly tally: Tally
  /** Hears of each fact. */
  readonly see: (fact: SeenFact) => void
}

/** Follows conversations; where there are too many at a time, the one ends that has been silent for longest. */
export class Conversations {
  readonly #reading: Reading
  readonly #followed = new Map<string, Followed>()
  #at = 0
  #last = 0

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** Takes the next frame. */
  take({ number, at, link, octets }: Frame): void {
    this.#at = at
    const { tally } = this.#reading
    const packet = readPacket(link, octets)
    if (typeof packet === 'string') return tally.unread(packet, number)
    if (packet.tcp === undefined) this.#datagram(packet, number)
    else this.#segment(packet, packet.tcp, number)
  }

  /** Ends all of them. */
  finish(): void {
    for (const { stream } of this.#followed.values()) stream?.finish()
    this.#followed.clear()
  }

  #datagram(packet: Packet, frame: number): void {
    if (packet.missing > 0) return this.#reading.tally.unread('cut', frame)
    if (isForMany(packet.destination)) return
    const { key, side } = placeOf(packet)
    const followed = this.#find(key) ?? this.#follow(key, packet, side, 'start')
    this.#hear(followed, side, packet.payload, frame)
  }

  #segment(packet: Packet, tcp: Tcp, frame: number): void {
    const { key, side } = placeOf(packet)
    let followed = this.#find(key)
    const isSyn = (tcp.flags & TCP_FLAG.syn) !== 0
    if (followed?.stream?.isOther(side, tcp) === true) {
      followed.stream.finish()
      this.#followed.delete(key)
      followed = undefined
    }
    // Of what has only ended nothing is to be read.
    if (followed === undefined && !isSyn && packet.payload.length === 0) return
    followed ??= this.#follow(key, packet, side, isSyn ? 'start' : 'middle')
    followed.stream?.take(side, packet, tcp, frame)
  }

  #find(key: string): Followed | undefined {
    const followed = this.#followed.get(key)
    if (followed === undefined) return undefined
    // A map keeps its entries in the order in which they were set.
    this.#followed.delete(key)
    this.#followed.set(key, followed)
    return followed
  }

  #follow(key: string, packet: Packet, side: Side, begin: 'start' | 'middle'): Followed {
    const [oldest] = this.#followed.size >= MOST ? this.#followed : []
    if (oldest !== undefined) {
      oldest[1].stream?.finish()
      this.#followed.delete(oldest[0])
    }
    const { sources, domain } = this.#reading
    const { tcp } = packet
    const server = sideOf(side, serverOf(packet, sources))
    const ends = side === server ? [packet.destination, packet.source] : [packet.source, packet.destination]
    const [client, host] = ends.map((end) => ({ host: canonicalAddress(addressOf(end)), port: end.port }))
    const none = { host: '', port: 0 }
    const transport = tcp === undefined ? 'udp' : 'tcp'
    const about = { transport, client: client ?? none, server: host ?? none, begin, domain } as const
    const conversation = new Conversation(about, sources.candidates(transport, about.server.port))
    this.#last += 1
    const listener: StreamListener = {
      octets: (from, octets, frame) => this.#hear(followed, from, octets, frame),
      // What nobody reads is nobody's loss.
      lost: (_, why, frame) => conversation.isWanted && this.#reading.tally.lost(why, frame),
    }
    const followed: Followed = {
      id: this.#last,
      conversation,
      server,
      client: about.client.host,
      stream: tcp && new Stream(listener),
      isEndTold: false,
    }
    this.#followed.set(key, followed)
    return followed
  }

  #hear(followed: Followed, side: Side, octets: Buffer, frame: number): void {
    const { conversation, id, client, server } = followed
    const { tally, see } = this.#reading
    const heard = conversation.hear(side === server ? 'server' : 'client', octets, frame)
    for (const { service, facts } of heard)
      for (const { kind, data, frames = [frame] } of facts) {
        tally.facts += 1
        see({ seq: frame, at: this.#at, service, connection: id, kind, data: { client, ...data }, frames })
      }
    if (conversation.end === undefined || followed.isEndTold) return
    followed.isEndTold = true
    tally.ended(conversation.end, frame)
  }
}

/** The same key for both directions, and whether the packet is from the end that stands first in it. */
function placeOf({ source, destination, tcp }: Packet): { readonly key: string; readonly side: Side } {
  const [from, to] = [keyOf(source), keyOf(destination)]
  const transport = tcp === undefined ? 'u' : 't'
  return from < to ? { key: transport + from + to, side: 0 } : { key: transport + to + from, side: 1 }
}

function keyOf({ address, port }: End): string {
  return address + String.fromCharCode(port)
}

/** Which end is the server, 0 being the packet's source: who opens a connection is its client. */
function serverOf(packet: Packet, sources: Sources): Side {
  const flags = packet.tcp?.flags ?? 0
  if ((flags & TCP_FLAG.syn) === 0) return sources.serverSide(packet)
  return (flags & TCP_FLAG.acknowledgment) === 0 ? 1 : 0
}

/** A side as the packet's source sees it, by the order of the key. */
function sideOf(source: Side, side: Side): Side {
  return source === side ? 0 : 1
}
