/** A zone in the form that answers are looked up in. */
import { findDenial } from '../dnssec/denial.ts'
import { canonicalData } from '../records/canonical.ts'
import { nameOf, isWithin, parentKey, type Name } from '../wire/name.ts'
import { targetOf, TYPE } from '../records/types.ts'
import type { RecordSet } from '../wire/message.ts'
import { CLASS_IN } from '../wire/codes.ts'

/** A name of a zone and its record sets by type, RRSIG apart; none for an empty non-terminal (RFC 4592 §2.2.2). */
export interface ZoneNode {
  readonly name: Name
  readonly sets: ReadonlyMap<number, RecordSet>
  /** Missing where nothing is signed. */
  readonly signatures?: Signatures
}

/** The RRSIG records of one name. */
export interface Signatures {
  /** Those that cover the set of that type, with its time to live (RFC 4034 §3). */
  get(type: number): RecordSet | undefined
}

/** The records that prove what is not in a zone: NSEC (RFC 4034 §4) or NSEC3 (RFC 5155). */
export interface Denial {
  readonly type: number
  /** The names that the zone has only for these records. */
  readonly hashed: readonly ZoneNode[]
  /** The node whose record lists the types of the name; an NSEC3 chain may leave out unsigned delegations (RFC 5155 §6). */
  match(key: string): ZoneNode | undefined
  /** The node whose record spans the place where the name would be. */
  cover(key: string): ZoneNode | undefined
}

/** One zone, its names by their keys. */
export interface Zone {
  readonly apex: Name
  readonly nodes: ReadonlyMap<string, ZoneNode>
  readonly soa: RecordSet
  /** The SOA with the time to live of negative answers. */
  readonly negative: RecordSet
  readonly servers: RecordSet | undefined
  /** The names at which other zones begin. */
  readonly cuts: ReadonlySet<string>
  /** The names below which all leads elsewhere, by a DNAME (RFC 6672 §2.1). */
  readonly redirects: ReadonlySet<string>
  readonly records: number
  /** Missing for zones without DNSSEC. */
  readonly denial?: Denial | undefined
}

/** One record to put in a zone. */
export interface ZoneEntry {
  readonly owner: Name
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  readonly data: Buffer
}

interface OpenSet extends RecordSet {
  ttl: number
  readonly data: Buffer[]
  readonly targets: Name[]
}

interface OpenNode extends ZoneNode {
  readonly sets: Map<number, OpenSet>
  signatures?: Map<number, OpenSet>
}

/** Throws an `Error` if there is no SOA; records outside its owner are left out, equal ones kept once (RFC 2181 §5). */
export function buildZone(entries: readonly ZoneEntry[]): Zone {
  const apex = entries.find((entry) => entry.type === TYPE.soa)?.owner
  if (apex === undefined) throw new Error('a zone without a SOA record cannot be served; add one to its file')
  const nodes = new Map<string, OpenNode>()
  // NSEC3 records stand at names that do not exist otherwise (RFC 5155 §7.2.8).
  const hashed = new Map<string, OpenNode>()
  const seen = new Set<string>()
  for (const entry of entries) {
    if (!isWithin(entry.owner.key, apex.key)) continue
    const identity = `${entry.owner.key} ${entry.type} ${canonicalData(entry.type, entry.data).toString('latin1')}`
    if (seen.has(identity)) continue
    seen.add(identity)
    if (coveredType(entry) === TYPE.nsec3) addEntry(openNode(hashed, entry.owner), entry)
    else addEntry(nodeAt(nodes, entry.owner, apex), entry)
  }
  const sets = nodes.get(apex.key)?.sets
  const soa = sets?.get(TYPE.soa)
  if (soa === undefined) throw new Error('a zone without a SOA record cannot be served; add one to its file')
  return {
    apex,
    nodes,
    soa,
    negative: negativeOf(soa),
    servers: sets?.get(TYPE.ns),
    cuts: namesWith(nodes, TYPE.ns, apex.key),
    redirects: namesWith(nodes, TYPE.dname),
    records: seen.size,
    denial: findDenial(apex, nodes, [...hashed.values()]),
  }
}

/** The type that a signature is about, or the record's own (RFC 4034 §3.1.1). */
function coveredType({ type, data }: ZoneEntry): number {
  return type === TYPE.rrsig && data.length >= 2 ? data.readUInt16BE(0) : type
}

function addEntry(node: OpenNode, entry: ZoneEntry): void {
  const { type, ttl, data } = entry
  // Signatures are no set of their own: each goes with what it covers (RFC 4035 §2.2).
  const isSignature = type === TYPE.rrsig
  const sets = isSignature ? (node.signatures ??= new Map()) : node.sets
  const index = coveredType(entry)
  const target = targetOf(type, data, node.name)
  const targets = target === undefined ? [] : [target]
  const known = sets.get(index)
  if (known === undefined) {
    sets.set(index, { owner: node.name, type, class: CLASS_IN, ttl, data: [data], targets })
    return
  }
  known.data.push(data)
  known.targets.push(...targets)
  // One time to live for the set, the lowest (RFC 2181 §5.2).
  known.ttl = Math.min(known.ttl, ttl)
}

function openNode(nodes: Map<string, OpenNode>, name: Name): OpenNode {
  return nodes.getOrInsertComputed(name.key, () => ({ name, sets: new Map() }))
}

/** Makes the node, and the empty ones between it and the apex. */
function nodeAt(nodes: Map<string, OpenNode>, name: Name, apex: Name): OpenNode {
  const isNew = !nodes.has(name.key)
  const node = openNode(nodes, name)
  const parent = parentKey(name.key)
  if (isNew && name.key !== apex.key && parent !== undefined && !nodes.has(parent)) {
    nodeAt(nodes, nameOf(name.wire.subarray(name.key.length - parent.length)), apex)
  }
  return node
}

// Negative answers live as long as the lower of the SOA's own time and its minimum field (RFC 2308 §3).
function negativeOf(soa: RecordSet): RecordSet {
  const data = soa.data[0]
  const minimum = data === undefined ? 0 : data.readUInt32BE(data.length - 4)
  return { ...soa, ttl: Math.min(soa.ttl, minimum) }
}

function namesWith(nodes: ReadonlyMap<string, ZoneNode>, type: number, except?: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [key, node] of nodes) if (key !== except && node.sets.has(type)) names.add(key)
  return names
}

/** Each record set of the zone once, the SOA first, signatures behind what they cover, as a transfer sends them (RFC 5936 §2.2). */
export function* allSets(zone: Zone): Generator<RecordSet> {
  const apex = zone.nodes.get(zone.apex.key)
  if (apex !== undefined) yield* signedSets(apex, [zone.soa])
  for (const nodes of [zone.nodes.values(), zone.denial?.hashed ?? []]) {
    for (const node of nodes) {
      yield* signedSets(
        node,
        [...node.sets.values()].filter((set) => set !== zone.soa),
      )
    }
  }
}

function* signedSets(node: ZoneNode, sets: readonly RecordSet[]): Generator<RecordSet> {
  for (const set of sets) {
    yield set
    const signatures = node.signatures?.get(set.type)
    if (signatures !== undefined) yield signatures
  }
}
