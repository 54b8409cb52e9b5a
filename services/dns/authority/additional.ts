/** The additional section: what an answer's hosts have, their addresses above all (RFC 1034 §4.3.2 step 6). */
import { targetOf, TYPE } from '../records/types.ts'
import type { RecordSet } from '../wire/message.ts'
import { isWithin, ROOT, type Name } from '../wire/name.ts'
import { findZone, locate, type Zones } from '../zone/lookup.ts'
import type { Zone, ZoneNode } from '../zone/zone.ts'
import { addSet, holds } from './sets.ts'

const ADDRESSES: readonly number[] = [TYPE.a, TYPE.aaaa]

/** Record sets in the additional section, after which no more are looked for. */
const ADDITIONAL_LIMIT = 64

/** The addresses behind record sets, but for those that `present`, the answer, holds already. */
export function findAddresses(
  zones: Zones,
  sets: readonly RecordSet[],
  present: readonly RecordSet[],
  dnssec: boolean,
): readonly RecordSet[] {
  const additional: RecordSet[] = []
  for (const set of sets) {
    // An alias is followed in the answer section.
    if (set.type === TYPE.cname || set.type === TYPE.dname) continue
    const types = isService(set) ? [...ADDRESSES, set.type] : ADDRESSES
    // The root's servers lie in a zone below it, and who asks for them needs their addresses (RFC 9609 §4.2).
    const isGlue = set.type === TYPE.ns && set.owner.key === ROOT.key && present.includes(set)
    for (const host of hostsOf(set))
      addTypes(additional, host, findHost(zones, host, isGlue), { types, present, dnssec })
  }
  return additional
}

/** The addresses of the servers at a cut; those that no one could find elsewhere come first (RFC 9471 §3.1). */
export function findGlue(
  zones: Zones,
  zone: Zone,
  servers: RecordSet,
  dnssec: boolean,
): readonly RecordSet[] {
  const additional: RecordSet[] = []
  const hosts = servers.targets ?? []
  const isInDomain = (host: Name): boolean => isWithin(host.key, servers.owner.key)
  for (const host of [...hosts.filter(isInDomain), ...hosts.filter((each) => !isInDomain(each))]) {
    const glue = isWithin(host.key, zone.apex.key) ? zone.nodes.get(host.key) : undefined
    const node = glue ?? findHost(zones, host, true)
    addTypes(additional, host, node, { types: ADDRESSES, present: [], dnssec })
  }
  return additional
}

// Such a record may lead to others of its type (RFC 9460 §4.1).
function isService(set: RecordSet): boolean {
  return set.type === TYPE.svcb || set.type === TYPE.https
}

// What a wildcard has may lead to the name that it stands for (RFC 9460 §2.5.2).
function hostsOf(set: RecordSet): readonly Name[] {
  if (!isService(set)) return set.targets ?? []
  return set.data.map((data) => targetOf(set.type, data, set.owner)).filter((host) => host !== undefined)
}

/** The node of a host, or its wildcard's; below a cut only where glue will do. */
function findHost(zones: Zones, host: Name, isGlue: boolean): ZoneNode | undefined {
  const zone = findZone(zones, host.key)
  if (zone === undefined) return undefined
  const place = locate(zone, host.key, TYPE.a)
  if (place.kind === 'cut') return isGlue ? zone.nodes.get(host.key) : undefined
  return place.kind === 'name' || place.kind === 'wildcard' ? place.node : undefined
}

interface Wanted {
  readonly types: readonly number[]
  /** What stands in the message already. */
  readonly present: readonly RecordSet[]
  readonly dnssec: boolean
}

// No record stands twice in a message (RFC 2181 §5.5).
function addTypes(
  additional: RecordSet[],
  host: Name,
  node: ZoneNode | undefined,
  { types, present, dnssec }: Wanted,
): void {
  if (node === undefined || additional.length >= ADDITIONAL_LIMIT) return
  for (const type of types) {
    const set = node.sets.get(type)
    if (set === undefined || holds(additional, host, type) || holds(present, host, type)) continue
    addSet(additional, node, set, { dnssec, owner: host })
  }
}
