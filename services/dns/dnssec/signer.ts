/** Signs the zones of a lab, and signs them anew before their signatures end. */
import type { Clock } from '../../../lab/service.ts'
import { labelsOf } from '../wire/name.ts'
import type { Zones } from '../zone/lookup.ts'
import type { Zone } from '../zone/zone.ts'
import { delegationsOf } from './delegation.ts'
import type { ZoneKey } from './key.ts'
import { signZone } from './sign.ts'
import type { Period } from './signatures.ts'

/** Seconds for which a signature holds, as in BIND's default policy. */
const VALIDITY = 14 * 86_400
/** Seconds left of them when new signatures are made. */
const REFRESH = 5 * 86_400
/** Seconds by which signatures begin early, for clocks that are slow (RFC 6781 §4.4.2). */
const SKEW = 3600

/** The keys of zones with the time for which they sign. */
export class ZoneSigner {
  private readonly keys: ReadonlyMap<string, ZoneKey>
  private readonly clock: Pick<Clock, 'now'>
  private period: Period

  /** Takes keys by the keys of their zones' names. */
  constructor(keys: ReadonlyMap<string, ZoneKey>, clock: Pick<Clock, 'now'>) {
    this.keys = keys
    this.clock = clock
    this.period = periodAt(clock)
  }

  /** Whether it is time for new signatures, by the lab's clock, which may be moved. */
  isDue(): boolean {
    const now = Math.floor(this.clock.now() / 1000)
    return now < this.period.inception || now >= this.period.expiration - REFRESH
  }

  /** Whether the zone is signed here, and not by its file. */
  signs(zone: Zone): boolean {
    return this.keys.has(zone.apex.key)
  }

  /** The zones with those signed that have a key. */
  sign(zones: Zones): Zones {
    if (this.isDue()) this.period = periodAt(this.clock)
    const signed = new Map(zones)
    const delegations = new Map<string, readonly Buffer[]>()
    // The zone below comes first, whose DS record goes in the zone above.
    for (const zone of [...zones.values()].toSorted((one, other) => depth(other) - depth(one))) {
      const key = this.keys.get(zone.apex.key)
      const ready = key === undefined ? zone : signZone(zone, { key, period: this.period }, delegations)
      signed.set(zone.apex.key, ready)
      const secure = delegationsOf(ready)
      if (secure.length > 0) delegations.set(zone.apex.key, secure)
    }
    return signed
  }
}

function periodAt(clock: Pick<Clock, 'now'>): Period {
  const now = Math.floor(clock.now() / 1000)
  return { inception: now - SKEW, expiration: now + VALIDITY }
}

function depth({ apex }: Zone): number {
  return labelsOf(apex.key).length
}
