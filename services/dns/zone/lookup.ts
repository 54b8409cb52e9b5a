/** Where a name leads in the zones: RFC 1034 §4.3.2 steps 2 and 3 with RFC 4592 and RFC 6672 §3.2. */
import { TYPE } from '../records/types.ts'
import { parentKey } from '../wire/name.ts'
import type { Zone, ZoneNode } from './zone.ts'

/** Zones by the keys of their names. */
export type Zones = ReadonlyMap<string, Zone>

/** What lies at a name of a zone; `encloser` is the key of its longest ancestor that exists (RFC 4592 §3.3.1). */
export type Place =
  | { readonly kind: 'name'; readonly node: ZoneNode }
  | { readonly kind: 'cut'; readonly node: ZoneNode }
  | { readonly kind: 'redirect'; readonly node: ZoneNode }
  | { readonly kind: 'wildcard'; readonly node: ZoneNode; readonly encloser: string }
  | { readonly kind: 'nothing'; readonly encloser: string }

/** The zone that is nearest above a name, or at it. */
export function findZone(zones: Zones, key: string): Zone | undefined {
  for (let at: string | undefined = key; at !== undefined; at = parentKey(at)) {
    const zone = zones.get(at)
    if (zone !== undefined) return zone
  }
  return undefined
}

/** What a zone has for a name that lies in it; `type` matters at a cut, where DS is still the zone's own. */
export function locate(zone: Zone, key: string, type: number): Place {
  const barrier = findBarrier(zone, key, type)
  if (barrier !== undefined) return barrier
  const node = zone.nodes.get(key)
  if (node !== undefined) return { kind: 'name', node }
  let encloser = zone.apex.key
  for (let at = parentKey(key); at !== undefined; at = parentKey(at)) {
    if (!zone.nodes.has(at)) continue
    encloser = at
    break
  }
  // The asterisk under the closest encloser is the source of synthesis, and no other (RFC 4592 §3.3.1).
  const wildcard = zone.nodes.get(wildcardKey(encloser))
  return wildcard === undefined
    ? { kind: 'nothing', encloser }
    : { kind: 'wildcard', node: wildcard, encloser }
}

/** The key of the wildcard under a name. */
export function wildcardKey(key: string): string {
  return `\u0001*${key}`
}

/** Whether a name lies below a cut or a DNAME of its zone, which then says nothing of it (RFC 2181 §6, RFC 6672 §2.4). */
export function isOccluded(zone: Zone, key: string): boolean {
  // Of all types DS is the one that is asked above a cut, so that only what lies below counts.
  return findBarrier(zone, key, TYPE.ds) !== undefined
}

// The barrier nearest to the apex hides what lies below, other barriers too.
function findBarrier(zone: Zone, key: string, type: number): Place | undefined {
  const { cuts, redirects, apex } = zone
  if (cuts.size === 0 && redirects.size === 0) return undefined
  let found: string | undefined
  for (let at: string | undefined = key; at !== undefined; at = at === apex.key ? undefined : parentKey(at)) {
    // A DNAME redirects what is below it, not its own name (RFC 6672 §2.3); DS is asked above the cut (RFC 4035 §3.1.4.1).
    if (cuts.has(at) ? at !== key || type !== TYPE.ds : at !== key && redirects.has(at)) found = at
  }
  const node = found === undefined ? undefined : zone.nodes.get(found)
  if (found === undefined || node === undefined) return undefined
  return { kind: cuts.has(found) ? 'cut' : 'redirect', node }
}
