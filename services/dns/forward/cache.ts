/** Answers of other servers, kept for their time to live (RFC 1035 §7.4, RFC 2308 §5). */
import type { Name } from '../wire/name.ts'
import { TYPE } from '../records/types.ts'
import { RCODE, type Message, type Question, type RecordSet } from '../wire/message.ts'

/** The part of another server's message that is passed on. */
export interface Resolution extends Pick<Message, 'rcode' | 'answer' | 'authority' | 'additional'> {
  /** Where the aliases lead into the lab's own zones, which are asked for the rest. */
  readonly inside?: Name
}

interface Entry {
  readonly resolution: Resolution
  /** Milliseconds since 1970. */
  readonly stored: number
  readonly expires: number
  readonly octets: number
}

const ENTRY_LIMIT = 10_000
const OCTET_LIMIT = 16 * 1024 * 1024
/** Seconds; a day for what is, three hours for what is not (RFC 2308 §5). */
const POSITIVE_LIMIT = 86_400
const NEGATIVE_LIMIT = 10_800
/** Seconds that a record may say of itself; a week (RFC 8767 §4). */
const TTL_LIMIT = 604_800

/** A bounded memory of answers; what was asked least recently goes first. */
export class Cache {
  private readonly entries = new Map<string, Entry>()
  private octets = 0

  /** The answer with its times to live counted down. */
  get(key: string, now: number): Resolution | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    // A clock set back must not make answers live longer than they may.
    if (now >= entry.expires || now < entry.stored) {
      this.octets -= entry.octets
      return undefined
    }
    this.entries.set(key, entry)
    return aged(entry.resolution, Math.floor((now - entry.stored) / 1000))
  }

  /** Keeps the answer if it may be kept. */
  put(key: string, question: Question, resolution: Resolution, now: number): void {
    const seconds = lifetime(question, resolution)
    if (seconds <= 0) return
    this.remove(key)
    const entry = { resolution, stored: now, expires: now + seconds * 1000, octets: sizeOf(resolution) }
    this.entries.set(key, entry)
    this.octets += entry.octets
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= ENTRY_LIMIT && this.octets <= OCTET_LIMIT) break
      this.remove(oldest)
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.entries.delete(key)
    this.octets -= entry.octets
  }
}

function aged(resolution: Resolution, seconds: number): Resolution {
  const age = (set: RecordSet): RecordSet => ({
    ...set,
    ttl: Math.max(Math.min(set.ttl, TTL_LIMIT) - seconds, 0),
  })
  // What only accompanies the answer may end before it.
  const lives = (set: RecordSet): boolean => set.ttl > seconds
  return {
    ...resolution,
    answer: resolution.answer.map(age),
    authority: resolution.authority.filter(lives).map(age),
    additional: resolution.additional.filter(lives).map(age),
  }
}

function sizeOf(resolution: Resolution): number {
  const sets = [...resolution.answer, ...resolution.authority, ...resolution.additional]
  return sets.reduce(
    (sum, set) =>
      set.data.reduce((part, data) => part + data.length + 100, sum + set.owner.wire.length + 200),
    200,
  )
}

/** Seconds that an answer may be kept; 0 if not at all. */
function lifetime(question: Question, resolution: Resolution): number {
  const { rcode, answer, authority } = resolution
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0
  const lowest = Math.min(...answer.map((set) => set.ttl), POSITIVE_LIMIT)
  const isPositive =
    rcode === RCODE.NOERROR && answer.some((set) => set.type === question.type || question.type === TYPE.any)
  if (isPositive || resolution.inside !== undefined) return lowest
  // Without a SOA nothing says how long there is nothing (RFC 2308 §5).
  const soa = authority.find((set) => set.type === TYPE.soa)
  const data = soa?.data[0]
  if (soa === undefined || data === undefined) return 0
  return Math.min(lowest, soa.ttl, data.readUInt32BE(data.length - 4), NEGATIVE_LIMIT)
}
