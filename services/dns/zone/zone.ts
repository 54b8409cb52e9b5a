/** A zone in the form that answers are looked up in. */
import { nameOf, isWithin, parentKey, type Name } from '../wire/name.ts'
import { targetOf, TYPE } from '../records/types.ts'
import { CLASS_IN, type RecordSet } from '../wire/message.ts'

/** A name of a zone and its record sets by type; none for an empty non-terminal (RFC 4592 §2.2.2). */
export interface ZoneNode {
  readonly name: Name
  readonly sets: ReadonlyMap<number, RecordSet>
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
  readonly records: number
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
}

/** Throws an `Error` if there is no SOA; records outside its owner are left out, equal ones kept once (RFC 2181 §5). */
export function buildZone(entries: readonly ZoneEntry[]): Zone {
  const apex = entries.find((entry) => entry.type === TYPE.soa)?.owner
  if (apex === undefined) throw new Error('a zone without a SOA record cannot be served; add one to its file')
  const nodes = new Map<string, OpenNode>()
  const seen = new Set<string>()
  for (const entry of entries) {
    const identity = `${entry.owner.key} ${entry.type} ${entry.data.toString('latin1')}`
    if (!isWithin(entry.owner.key, apex.key) || seen.has(identity)) continue
    seen.add(identity)
    addEntry(nodes, entry, apex)
  }
  const sets = nodes.get(apex.key)?.sets
  const soa = sets?.get(TYPE.soa)
  if (soa === undefined) throw new Error('a zone without a SOA record cannot be served; add one to its file')
  const cuts = findCuts(nodes, apex)
  return {
    apex,
    nodes,
    soa,
    negative: negativeOf(soa),
    servers: sets?.get(TYPE.ns),
    cuts,
    records: seen.size,
  }
}

function addEntry(nodes: Map<string, OpenNode>, entry: ZoneEntry, apex: Name): void {
  const node = nodeAt(nodes, entry.owner, apex)
  const target = targetOf(entry.type, entry.data)
  const targets = target === undefined ? [] : [target]
  const known = node.sets.get(entry.type)
  if (known === undefined) {
    node.sets.set(entry.type, {
      owner: node.name,
      type: entry.type,
      class: CLASS_IN,
      ttl: entry.ttl,
      data: [entry.data],
      targets,
    })
    return
  }
  known.data.push(entry.data)
  known.targets.push(...targets)
  // One time to live for the set, the lowest (RFC 2181 §5.2).
  known.ttl = Math.min(known.ttl, entry.ttl)
}

/** Makes the node, and the empty ones between it and the apex. */
function nodeAt(nodes: Map<string, OpenNode>, name: Name, apex: Name): OpenNode {
  const known = nodes.get(name.key)
  if (known !== undefined) return known
  const node: OpenNode = { name, sets: new Map() }
  nodes.set(name.key, node)
  const parent = parentKey(name.key)
  if (name.key !== apex.key && parent !== undefined && !nodes.has(parent)) {
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

function findCuts(nodes: ReadonlyMap<string, ZoneNode>, apex: Name): ReadonlySet<string> {
  const cuts = new Set<string>()
  for (const [key, node] of nodes) if (key !== apex.key && node.sets.has(TYPE.ns)) cuts.add(key)
  return cuts
}

/** The serial number of the zone (RFC 1035 §3.3.13). */
export function serialOf(zone: Zone): number {
  const data = zone.soa.data[0]
  return data === undefined ? 0 : data.readUInt32BE(data.length - 20)
}
