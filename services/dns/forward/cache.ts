/** Answers of other servers, kept for their time to live (RFC 1035 §7.4, RFC 2308 §5) and, if wanted, beyond it (RFC 8767). */
import type { Name } from '../wire/name.ts'
import { TYPE } from '../records/types.ts'
import type { Question, RecordSet } from '../wire/message.ts'
import { RCODE } from '../wire/codes.ts'
import type { Resolution } from './relevance.ts'

interface Entry {
  readonly resolution: Resolution
  /** Milliseconds since 1970. */
  readonly stored: number
  readonly expires: number
  readonly octets: number
}

/** What a cache may keep. */
interface CacheLimits {
  /** Of memory; an entry takes half a kilobyte at least, so their number is bounded too. */
  readonly octets: number
  /** Seconds for which answers are kept past their time. */
  readonly stale: number
}

/** Seconds for which an answer is kept; a day. */
const KEEP_LIMIT = 86_400
/** Seconds that a stale answer says of itself (RFC 8767 §4). */
const STALE_TTL = 30
/** Milliseconds that a clock may step back without notice. */
const STEP_LIMIT = 1000

/** A bounded memory of answers; what was asked least recently goes first. */
export class Cache {
  private readonly limits: CacheLimits
  private readonly entries = new Map<string, Entry>()
  private octets = 0
  private latest = 0

  constructor(limits: CacheLimits) {
    this.limits = limits
  }

  /** The answer with its times to live counted down; undefined when its time is over. */
  get(key: string, now: number): Resolution | undefined {
    const entry = this.touch(key, now)
    if (entry === undefined || now >= entry.expires) return undefined
    return aged(entry.resolution, Math.floor((now - entry.stored) / 1000))
  }

  /** An answer whose time is over, with a short time to live (RFC 8767 §4). */
  getStale(key: string, now: number): Resolution | undefined {
    const entry = this.touch(key, now)
    return entry === undefined || now < entry.expires ? undefined : revived(entry.resolution)
  }

  /** Keeps the answer if it may be kept. */
  put(key: string, question: Question, resolution: Resolution, now: number): void {
    this.mind(now)
    const seconds = lifetime(question, resolution)
    if (seconds <= 0) return
    this.remove(key)
    const octets = sizeOf(key, resolution)
    this.entries.set(key, {
      resolution: detach(resolution),
      stored: now,
      expires: now + seconds * 1000,
      octets,
    })
    this.octets += octets
    for (const oldest of this.entries.keys()) {
      if (this.octets <= this.limits.octets) break
      this.remove(oldest)
    }
  }

  /** All that is kept and not too old for anything, the last used first, with the seconds that are left; its order stays. */
  *entriesAt(
    now: number,
  ): Generator<{ readonly key: string; readonly resolution: Resolution; readonly left: number }> {
    for (const [key, { resolution, stored, expires }] of [...this.entries].toReversed()) {
      if (now >= expires + this.limits.stale * 1000) continue
      const left = Math.floor((expires - now) / 1000)
      yield { key, resolution: aged(resolution, Math.max(0, Math.floor((now - stored) / 1000))), left }
    }
  }

  /** The entry, which becomes the last to go, unless it is too old for anything. */
  private touch(key: string, now: number): Entry | undefined {
    this.mind(now)
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    if (now >= entry.expires + this.limits.stale * 1000) {
      this.remove(key)
      return undefined
    }
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry
  }

  // A clock set back must not make answers live longer than they may.
  private mind(now: number): void {
    if (now < this.latest - STEP_LIMIT) {
      this.entries.clear()
      this.octets = 0
      this.latest = now
    } else {
      this.latest = Math.max(this.latest, now)
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.entries.delete(key)
    this.octets -= entry.octets
  }
}

/** The resolution with each of its record sets changed; sets for which nothing comes back are left out. */
function mapSets(
  resolution: Resolution,
  change: (set: RecordSet, section: 'answer' | 'authority' | 'additional') => RecordSet | undefined,
): Resolution {
  const map = (section: 'answer' | 'authority' | 'additional'): readonly RecordSet[] =>
    resolution[section].map((set) => change(set, section)).filter((set) => set !== undefined)
  return { ...resolution, answer: map('answer'), authority: map('authority'), additional: map('additional') }
}

function aged(resolution: Resolution, seconds: number): Resolution {
  return mapSets(resolution, (set, section) => {
    // What only accompanies the answer may end before it.
    if (section !== 'answer' && set.ttl <= seconds) return undefined
    return { ...set, ttl: Math.max(set.ttl - seconds, 0) }
  })
}

function revived(resolution: Resolution): Resolution {
  return mapSets(resolution, (set) => ({ ...set, ttl: STALE_TTL }))
}

/** The same in memory of its own: what was read from a message keeps the whole of it, and its neighbours, in memory. */
function detach(resolution: Resolution): Resolution {
  let total = 0
  mapSets(resolution, ({ owner, data }) => {
    total = data.reduce((sum, each) => sum + each.length, total + owner.wire.length)
    return undefined
  })
  const store = Buffer.allocUnsafeSlow(total)
  let at = 0
  const keep = (octets: Buffer): Buffer => {
    const start = at
    at += octets.copy(store, at)
    return store.subarray(start, at)
  }
  const keepName = (name: Name): Name => ({ wire: keep(name.wire), key: name.key })
  return mapSets(resolution, ({ owner, type, class: klass, ttl, data }) => ({
    owner: keepName(owner),
    type,
    class: klass,
    ttl,
    data: data.map(keep),
  }))
}

/** Octets of memory, about. */
function sizeOf(key: string, { answer, authority, additional }: Resolution): number {
  return [...answer, ...authority, ...additional].reduce(
    (sum, { owner, data }) =>
      data.reduce((part, each) => part + each.length + 100, sum + 2 * owner.wire.length + 300),
    key.length + 500,
  )
}

/** Seconds that an answer may be kept; 0 if not at all. */
function lifetime(question: Question, resolution: Resolution): number {
  const { rcode, answer, authority, inside, onward } = resolution
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0
  const lowest = Math.min(...answer.map((set) => set.ttl), KEEP_LIMIT)
  // An alias that led on is one of its records.
  const leadsOn = (inside !== undefined || onward !== undefined) && answer.length > 0
  const isPositive =
    rcode === RCODE.NOERROR && answer.some((set) => set.type === question.type || question.type === TYPE.any)
  if (isPositive || leadsOn) return lowest
  // Without a SOA nothing says how long there is nothing (RFC 2308 §5).
  const soa = authority.find((set) => set.type === TYPE.soa)
  return soa === undefined ? 0 : Math.min(lowest, soa.ttl)
}
