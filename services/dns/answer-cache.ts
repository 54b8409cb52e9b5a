/** Finished answers, found again by the octets of the question: most queries of a running server are old ones. */
import type { Json } from '../../lab/service.ts'
import { queriedData, type Client, type Query } from './query.ts'
import type { Zones } from './zone/lookup.ts'

/** The data of a fact. */
type Data = Readonly<Record<string, Json>>

/** One answer, good for every client of the same standing that sends the same octets. */
export interface KeptAnswer {
  /** The subject of faults. */
  readonly name: string
  readonly type: string
  /** With the id of the first query. */
  readonly octets: Buffer
  /** What the facts `dns.queried` and `dns.answered` said of the first query. */
  readonly queried: Data
  readonly answered: Data
  /** Milliseconds since 1970. */
  readonly stored: number
}

/** What one host may do. */
export interface Standing {
  readonly isAllowed: boolean
  readonly isRecursive: boolean
}

const ENTRY_LIMIT = 10_000
const OCTET_LIMIT = 4 * 1024 * 1024
const HOST_LIMIT = 10_000
/** Milliseconds after which an answer is made anew, since signatures do not stand for ever. */
const AGE_LIMIT = 60_000
/** Behind the id, which differs from query to query. */
const KEY_START = 2

/** A bounded memory of answers from the zones; it forgets all when the zones change or it is full. */
export class AnswerCache {
  private readonly zones: () => Zones
  private readonly judge: (host: string) => Standing
  private readonly standings = new Map<string, Standing>()
  private readonly entries = new Map<string, KeptAnswer>()
  private readonly recursiveEntries = new Map<string, KeptAnswer>()
  private answered: Zones | undefined
  private octets = 0

  /** `judge` says what a host may do, always the same. */
  constructor(zones: () => Zones, judge: (host: string) => Standing) {
    this.zones = zones
    this.judge = judge
  }

  /** The answer to these octets for this client, if it was given before and still holds. */
  find(query: Buffer, { host, transport }: Client, now: number): KeptAnswer | undefined {
    if (transport !== 'udp' || this.zones() !== this.answered) return undefined
    const entries = this.entriesFor(host)
    const kept = entries?.get(query.toString('latin1', KEY_START))
    // A clock that was set back makes an answer no younger.
    return kept === undefined || now - kept.stored >= AGE_LIMIT || now < kept.stored ? undefined : kept
  }

  /** Keeps the answer to a query without EDNS options over UDP. */
  keep(query: Query, octets: Buffer, answered: Data): void {
    const { client, edns, name, type, at: stored, octets: asked } = query
    if (asked === undefined || name === undefined || type === undefined || client.transport !== 'udp') return
    if (edns !== undefined && edns.options.length > 0) return
    const zones = this.zones()
    if (zones !== this.answered || this.isFull()) this.clear()
    this.answered = zones
    const entries = this.entriesFor(client.host)
    if (entries === undefined) return
    this.octets += asked.length + octets.length
    const queried = queriedData({ ...query, name, type })
    const kept = { name, type, octets, queried, answered, stored }
    entries.set(asked.toString('latin1', KEY_START), kept)
  }

  private isFull(): boolean {
    return this.entries.size + this.recursiveEntries.size >= ENTRY_LIMIT || this.octets >= OCTET_LIMIT
  }

  private clear(): void {
    this.entries.clear()
    this.recursiveEntries.clear()
    this.octets = 0
  }

  /** RA differs between those who may have recursion and those who may not. */
  private entriesFor(host: string): Map<string, KeptAnswer> | undefined {
    let standing = this.standings.get(host)
    if (standing === undefined) {
      if (this.standings.size >= HOST_LIMIT) this.standings.clear()
      standing = this.judge(host)
      this.standings.set(host, standing)
    }
    if (!standing.isAllowed) return undefined
    return standing.isRecursive ? this.recursiveEntries : this.entries
  }
}

/** The kept octets as the answer to this query (RFC 1035 §4.1.1: the id is copied). */
export function answerAgain({ octets }: KeptAnswer, query: Buffer): Buffer {
  const copy = Buffer.allocUnsafe(octets.length)
  copy.set(octets)
  copy[0] = query[0] ?? 0
  copy[1] = query[1] ?? 0
  return copy
}

/** What is told of the query of an answer given again. */
export function queriedAgain({ queried }: KeptAnswer, client: string, id: number): Data {
  return { ...queried, client, id }
}

/** What is told of an answer given again. */
export function answeredAgain({ answered }: KeptAnswer, client: string, id: number): Data {
  return { ...answered, client, id, ms: 0 }
}
