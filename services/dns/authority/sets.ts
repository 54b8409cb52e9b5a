/** Record sets on their way into a section. */
import type { RecordSet } from '../wire/message.ts'
import type { Name } from '../wire/name.ts'
import type { ZoneNode } from '../zone/zone.ts'

/** Adds a set of a node, its signatures behind it if DNSSEC is wanted (RFC 4035 §3.1.1), for the name that was asked for (RFC 4592 §3.3.1). */
export function addSet(
  section: RecordSet[],
  node: ZoneNode,
  set: RecordSet,
  { dnssec, owner = node.name }: { readonly dnssec: boolean; readonly owner?: Name },
): void {
  section.push(owned(set, owner, set.ttl))
  const signatures = dnssec ? node.signatures?.get(set.type) : undefined
  if (signatures !== undefined) section.push(owned(signatures, owner, set.ttl))
}

// Letter case stays as the zone has it.
function owned(set: RecordSet, owner: Name, ttl: number): RecordSet {
  return set.owner.key === owner.key && set.ttl === ttl
    ? set
    : { ...set, owner: set.owner.key === owner.key ? set.owner : owner, ttl }
}

/** Whether a section has a set of that name and type. */
export function holds(sets: readonly RecordSet[], owner: Name, type: number): boolean {
  return sets.some((set) => set.type === type && set.owner.key === owner.key)
}
