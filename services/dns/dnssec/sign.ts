/** Makes a signed zone of an unsigned one (RFC 4035 §2). */
import { TYPE } from '../records/types.ts'
import { CLASS_IN } from '../wire/codes.ts'
import type { Name } from '../wire/name.ts'
import { isOccluded } from '../zone/lookup.ts'
import type { Zone, ZoneNode } from '../zone/zone.ts'
import { NsecChain, nsecData, sortNodes } from './nsec.ts'
import { LiveSignatures, type Signing } from './signatures.ts'

const SECURITY: ReadonlySet<number> = new Set([
  TYPE.rrsig,
  TYPE.nsec,
  TYPE.dnskey,
  TYPE.nsec3,
  TYPE.nsec3param,
])

/** Whether records hold keys, signatures or proofs, so that their zone is served as it is and never signed twice. */
export function isSigned(records: readonly { readonly type: number }[]): boolean {
  return records.some(({ type }) => SECURITY.has(type))
}

/** A zone with its key, NSEC records and signatures; `delegations` are the DS data for cuts without any, by the cut's key. */
export function signZone(
  zone: Zone,
  signing: Signing,
  delegations: ReadonlyMap<string, readonly Buffer[]>,
): Zone {
  const links = sortNodes(
    [...zone.nodes.values()].filter(({ name, sets }) => sets.size > 0 && !isOccluded(zone, name.key)),
  )
  const nodes = new Map(zone.nodes)
  const chain = links.map(({ order, node }, index) => {
    const next = links[(index + 1) % links.length]?.node.name ?? zone.apex
    const signed = signNode(zone, node, next, { signing, delegation: delegations.get(node.name.key) })
    nodes.set(node.name.key, signed)
    return { order, node: signed }
  })
  return { ...zone, nodes, denial: new NsecChain(chain) }
}

interface NodeSigning {
  readonly signing: Signing
  readonly delegation: readonly Buffer[] | undefined
}

function signNode(zone: Zone, node: ZoneNode, next: Name, { signing, delegation }: NodeSigning): ZoneNode {
  const { name } = node
  const sets = new Map(node.sets)
  const add = (type: number, ttl: number, data: readonly Buffer[]): void => {
    sets.set(type, { owner: name, type, class: CLASS_IN, ttl, data, targets: [] })
  }
  if (name.key === zone.apex.key) add(TYPE.dnskey, zone.soa.ttl, [signing.key.dnskey])
  const isCut = zone.cuts.has(name.key)
  if (isCut && delegation !== undefined && !sets.has(TYPE.ds))
    add(TYPE.ds, sets.get(TYPE.ns)?.ttl ?? zone.soa.ttl, delegation)
  // At a cut, NS is listed but not signed, and addresses there are neither (RFC 4035 §2.2, §2.3).
  const own = isCut ? [...sets].filter(([type]) => type === TYPE.ds) : [...sets]
  const types = [...own.map(([type]) => type), ...(isCut ? [TYPE.ns] : []), TYPE.rrsig, TYPE.nsec]
  // As long as a negative answer (RFC 9077 §3).
  add(TYPE.nsec, zone.negative.ttl, [nsecData(next, types)])
  const signable = isCut
    ? new Map([...sets].filter(([type]) => type === TYPE.ds || type === TYPE.nsec))
    : sets
  return { name, sets, signatures: new LiveSignatures(signable, signing) }
}
