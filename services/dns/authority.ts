/** Answers from zones, by the algorithm of RFC 1034 §4.3.2 with the wildcards of RFC 4592. */
import type { Section } from './wire/encode.ts'
import { isWithin, parentKey, type Name } from './wire/name.ts'
import { TYPE } from './records/types.ts'
import { RCODE, type Question, type RecordSet } from './wire/message.ts'
import type { Zone, ZoneNode } from './zone/zone.ts'

/** Zones by the keys of their names. */
export type Zones = ReadonlyMap<string, Zone>

/** The content of an answer, yet without header and question. */
export interface Answer {
  readonly rcode: number
  /** AA (RFC 1035 §4.1.1). */
  readonly authoritative: boolean
  readonly answer: readonly RecordSet[]
  readonly authority: readonly RecordSet[]
  readonly additional: readonly RecordSet[]
  /** The last section without which the answer is truncated; what follows may be left out (RFC 2181 §9). */
  readonly required: Section
  /** Where a chain of aliases left the zones. */
  readonly outside?: Name
}

/** Aliases followed for one question at most. */
const ALIAS_LIMIT = 16

/** Address sets in the additional section, after which no more are looked for. */
const ADDITIONAL_LIMIT = 64

/** The zone that is nearest above a name, or at it. */
export function findZone(zones: Zones, key: string): Zone | undefined {
  for (let at: string | undefined = key; at !== undefined; at = parentKey(at)) {
    const zone = zones.get(at)
    if (zone !== undefined) return zone
  }
  return undefined
}

interface Draft {
  readonly zones: Zones
  readonly question: Question
  readonly answer: RecordSet[]
  readonly seen: Set<string>
  /** ANY gets one set instead of all (RFC 8482 §4.1). */
  readonly minimal: boolean
}

/** Answers from the zones; undefined if the name lies in none. `minimal` gives ANY one record set only (RFC 8482 §4.1). */
export function answerFromZones(zones: Zones, question: Question, minimal: boolean): Answer | undefined {
  let zone = zoneFor(zones, question.name, question.type)
  if (zone === undefined) return undefined
  const draft: Draft = { zones, question, answer: [], seen: new Set(), minimal }
  let name = question.name
  for (;;) {
    const result = step(draft, zone, name)
    if (!('alias' in result)) return result
    name = result.alias
    const isLoop = draft.seen.has(name.key) || draft.answer.length >= ALIAS_LIMIT
    // "CNAME loops signalled as an error" (RFC 1034 §3.6.2), with what was found.
    if (isLoop) return finish(draft, { authority: [], rcode: RCODE.SERVFAIL })
    zone = zoneFor(zones, name, question.type)
    // The alias itself is an answer with authority, whatever lies behind it (RFC 1034 §4.3.2 step 3a).
    if (zone === undefined) return { ...finish(draft, { authority: [] }), outside: name }
  }
}

// DS belongs to the zone above the cut (RFC 4035 §3.1.4.1).
function zoneFor(zones: Zones, name: Name, type: number): Zone | undefined {
  const parent = type === TYPE.ds && zones.has(name.key) ? parentKey(name.key) : undefined
  return (parent === undefined ? undefined : findZone(zones, parent)) ?? findZone(zones, name.key)
}

function step(draft: Draft, zone: Zone, name: Name): Answer | { readonly alias: Name } {
  const cut = findCut(zone, name.key, draft.question.type)
  if (cut !== undefined) return refer(draft, zone, cut)
  const node = zone.nodes.get(name.key)
  if (node !== undefined) return answerNode(draft, zone, node, name)
  const wildcard = findWildcard(zone, name.key)
  if (wildcard !== undefined) return answerNode(draft, zone, wildcard, name)
  return finish(draft, { authority: [zone.negative], rcode: RCODE.NXDOMAIN, required: 'authority' })
}

/** The record set of the cut nearest to the apex, at or above the name. */
function findCut(zone: Zone, key: string, type: number): RecordSet | undefined {
  if (zone.cuts.size === 0) return undefined
  let cut: string | undefined
  for (let at: string | undefined = key; at !== undefined && at !== zone.apex.key; at = parentKey(at)) {
    if (zone.cuts.has(at) && !(type === TYPE.ds && at === key)) cut = at
  }
  return cut === undefined ? undefined : zone.nodes.get(cut)?.sets.get(TYPE.ns)
}

/** The source of synthesis: the asterisk under the closest encloser, and no other (RFC 4592 §3.3.1). */
function findWildcard(zone: Zone, key: string): ZoneNode | undefined {
  for (let at = parentKey(key); at !== undefined; at = parentKey(at)) {
    if (zone.nodes.has(at)) return zone.nodes.get(`\u0001*${at}`)
  }
  return undefined
}

function answerNode(draft: Draft, zone: Zone, node: ZoneNode, name: Name): Answer | { readonly alias: Name } {
  const { type } = draft.question
  const alias = node.sets.get(TYPE.cname)
  const target = alias?.targets?.[0]
  if (alias !== undefined && target !== undefined && type !== TYPE.cname && type !== TYPE.any) {
    draft.answer.push(owned(alias, node, name))
    draft.seen.add(name.key)
    return { alias: target }
  }
  const sets = type === TYPE.any ? anySets(node, draft.minimal) : node.sets.get(type)
  if (sets === undefined || (Array.isArray(sets) && sets.length === 0)) {
    // The name exists but has no such data (RFC 2308 §2.2).
    return finish(draft, { authority: [zone.negative], required: 'authority' })
  }
  for (const set of [sets].flat()) draft.answer.push(owned(set, node, name))
  const found = positive(draft, zone)
  // Whoever asks for anything over UDP gets no more than that (RFC 8482 §4.1).
  return type === TYPE.any && draft.minimal ? { ...found, authority: [], additional: [] } : found
}

function anySets(node: ZoneNode, minimal: boolean): readonly RecordSet[] {
  const sets = [...node.sets.values()]
  return minimal ? sets.slice(0, 1) : sets
}

// What a wildcard holds is given to the name that was asked for (RFC 4592 §3.3.1).
function owned(set: RecordSet, node: ZoneNode, name: Name): RecordSet {
  return node.name.key === name.key ? set : { ...set, owner: name }
}

/** A positive answer also names the zone's servers, as BIND does unless told to be minimal. */
function positive(draft: Draft, zone: Zone): Answer {
  const { servers } = zone
  const isListed =
    servers === undefined ||
    draft.answer.some((set) => set.type === TYPE.ns && set.owner.key === servers.owner.key)
  return finish(draft, { authority: isListed ? [] : [servers] })
}

// The servers of a zone below: not our authority (RFC 1034 §4.3.2 step 3b); their glue must fit or TC says so (RFC 9471 §3.1).
function refer(draft: Draft, zone: Zone, servers: RecordSet): Answer {
  const additional: RecordSet[] = []
  for (const target of servers.targets ?? []) {
    const isGlue = isWithin(target.key, zone.apex.key)
    const glue = isGlue ? zone.nodes.get(target.key) : undefined
    addAddresses(additional, target, glue ?? findHost(draft.zones, target))
  }
  // Behind an alias that is ours, AA speaks of the alias (RFC 1035 §4.1.1).
  const authoritative = draft.answer.length > 0
  return {
    rcode: RCODE.NOERROR,
    authoritative,
    answer: draft.answer,
    authority: [servers],
    additional,
    required: 'additional',
  }
}

interface Ending {
  readonly authority: readonly RecordSet[]
  readonly rcode?: number
  readonly required?: Section
}

// With aliases in front, the code is that of the last name (RFC 6604 §3).
function finish(draft: Draft, ending: Ending): Answer {
  const { answer } = draft
  const additional: RecordSet[] = []
  for (const set of [...answer, ...ending.authority]) {
    if (set.type === TYPE.cname) continue
    for (const target of set.targets ?? [])
      addAddresses(additional, target, findHost(draft.zones, target), answer)
  }
  const { authority, rcode = RCODE.NOERROR, required = 'answer' } = ending
  return { rcode, authoritative: true, answer, authority, additional, required }
}

/** The node of a host for the additional section, or its wildcard's, unless it lies below a cut. */
function findHost(zones: Zones, host: Name): ZoneNode | undefined {
  const zone = findZone(zones, host.key)
  if (zone === undefined || findCut(zone, host.key, TYPE.a) !== undefined) return undefined
  return zone.nodes.get(host.key) ?? findWildcard(zone, host.key)
}

// No record stands twice in a message (RFC 2181 §5.5).
function addAddresses(
  additional: RecordSet[],
  host: Name,
  node: ZoneNode | undefined,
  answer: readonly RecordSet[] = [],
): void {
  if (node === undefined || additional.length >= ADDITIONAL_LIMIT) return
  for (const type of [TYPE.a, TYPE.aaaa]) {
    const set = node.sets.get(type)
    if (set === undefined || holds(additional, host, type) || holds(answer, host, type)) continue
    additional.push(owned(set, node, host))
  }
}

function holds(sets: readonly RecordSet[], owner: Name, type: number): boolean {
  return sets.some((set) => set.type === type && set.owner.key === owner.key)
}
