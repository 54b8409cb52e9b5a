/** Answers from zones, by the algorithm of RFC 1034 §4.3.2 with wildcards (RFC 4592), DNAME (RFC 6672) and DNSSEC (RFC 4035 §3.1). */
import { findAddresses, findGlue } from './authority/additional.ts'
import {
  proveExpansion,
  proveNoData,
  proveNoName,
  proveWildcardNoData,
  type Proof,
} from './authority/proof.ts'
import { addSet, holds } from './authority/sets.ts'
import { TYPE } from './records/types.ts'
import type { Section } from './wire/encode.ts'
import type { Question, RecordSet } from './wire/message.ts'
import { CLASS_IN, RCODE } from './wire/codes.ts'
import { NAME_LIMIT, nameOf, parentKey, type Name } from './wire/name.ts'
import { findZone, locate, type Place, type Zones } from './zone/lookup.ts'
import type { Denial, Zone, ZoneNode } from './zone/zone.ts'

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

/** What a question wishes beside its data. */
export interface AnswerOptions {
  /** ANY and RRSIG get one record set only (RFC 8482 §4.1). */
  readonly minimal: boolean
  /** The query's DO bit: signatures and proofs are wanted (RFC 4035 §3.1). */
  readonly dnssec: boolean
}

/** Aliases followed for one question at most. */
const ALIAS_LIMIT = 16

interface Draft extends AnswerOptions {
  readonly zones: Zones
  readonly question: Question
  readonly answer: RecordSet[]
  /** That nothing is nearer than the wildcards that gave the answer. */
  readonly proofs: RecordSet[]
  readonly seen: Set<string>
}

interface Alias {
  readonly alias: Name
}

/** Answers from the zones; undefined if the name lies in none. */
export function answerFromZones(
  zones: Zones,
  question: Question,
  options: AnswerOptions,
): Answer | undefined {
  let zone = zoneFor(zones, question.name, question.type)
  if (zone === undefined) return undefined
  const draft: Draft = { ...options, zones, question, answer: [], proofs: [], seen: new Set() }
  let { name } = question
  for (;;) {
    const result = step(draft, zone, name)
    if (!('alias' in result)) return result
    draft.seen.add(name.key)
    name = result.alias
    // "CNAME loops signalled as an error" (RFC 1034 §3.6.2), with what was found.
    if (draft.seen.has(name.key)) return finish(draft, { rcode: RCODE.SERVFAIL })
    // A long chain is none: whoever asks goes on from its last name.
    if (draft.seen.size >= ALIAS_LIMIT) return finish(draft, {})
    zone = zoneFor(zones, name, question.type)
    // The alias itself is an answer with authority, whatever lies behind it (RFC 1034 §4.3.2 step 3a).
    if (zone === undefined) return { ...finish(draft, {}), outside: name }
  }
}

// DS belongs to the zone above the cut (RFC 4035 §3.1.4.1).
function zoneFor(zones: Zones, name: Name, type: number): Zone | undefined {
  const parent = type === TYPE.ds && zones.has(name.key) ? parentKey(name.key) : undefined
  return (parent === undefined ? undefined : findZone(zones, parent)) ?? findZone(zones, name.key)
}

function step(draft: Draft, zone: Zone, name: Name): Answer | Alias {
  const place = locate(zone, name.key, draft.question.type)
  if (place.kind === 'cut') return refer(draft, zone, place.node)
  if (place.kind === 'redirect') return redirect(draft, zone, place.node, name)
  if (place.kind !== 'nothing') return answerNode(draft, zone, place, name)
  return deny(draft, zone, RCODE.NXDOMAIN, (denial) => proveNoName(denial, name.key, place.encloser))
}

type Holding = Extract<Place, { readonly kind: 'name' | 'wildcard' }>

function answerNode(draft: Draft, zone: Zone, place: Holding, name: Name): Answer | Alias {
  const { question, dnssec, answer } = draft
  const { node } = place
  const sets = setsFor(node, question.type, draft.minimal)
  const alias = sets.length > 0 || isBesideAlias(question.type) ? undefined : node.sets.get(TYPE.cname)
  const target = alias?.targets?.[0]
  if (sets.length === 0 && target === undefined) {
    // The name exists but has no such data (RFC 2308 §2.2).
    return deny(draft, zone, RCODE.NOERROR, (denial) =>
      place.kind === 'wildcard'
        ? proveWildcardNoData(denial, name.key, place.encloser)
        : proveNoData(denial, name.key),
    )
  }
  if (place.kind === 'wildcard') {
    const { encloser } = place
    addProofs(draft, draft.proofs, zone, (denial) => proveExpansion(denial, name.key, encloser))
  }
  if (alias !== undefined && target !== undefined) {
    addSet(answer, node, alias, { dnssec, owner: name })
    return { alias: target }
  }
  for (const set of sets) addSet(answer, node, set, { dnssec: dnssec && !isWhole(draft), owner: name })
  return positive(draft, zone)
}

/** Whether a CNAME answers the question, which then goes no further (RFC 1034 §3.6.2). */
function isAlias(type: number): boolean {
  return type === TYPE.cname || type === TYPE.any
}

/** Whether the type stands beside a CNAME and is asked of the alias itself (RFC 4035 §2.5). */
function isBesideAlias(type: number): boolean {
  return type === TYPE.rrsig || type === TYPE.nsec
}

/** Whether signatures are among the sets that are asked for. */
function isWhole({ question, minimal }: Draft): boolean {
  return question.type === TYPE.rrsig || (question.type === TYPE.any && !minimal)
}

// What answers ANY, and RRSIG, which is as much, is one set of the server's choice over UDP (RFC 8482 §4.1, §7).
function setsFor(node: ZoneNode, type: number, minimal: boolean): readonly RecordSet[] {
  const set = node.sets.get(type)
  if (set !== undefined) return [set]
  if (type !== TYPE.any && type !== TYPE.rrsig) return []
  const sets: RecordSet[] = []
  for (const each of node.sets.values()) {
    if (minimal && sets.length > 0) break
    const signatures = type === TYPE.any && minimal ? undefined : node.signatures?.get(each.type)
    if (type === TYPE.any) sets.push(each)
    if (signatures !== undefined) sets.push(signatures)
  }
  return sets
}

// Below a DNAME every name is an alias, told by a CNAME that is made for it (RFC 6672 §3.1).
function redirect(draft: Draft, zone: Zone, node: ZoneNode, name: Name): Answer | Alias {
  const { answer, dnssec } = draft
  const set = node.sets.get(TYPE.dname)
  const target = set?.data[0]
  if (set === undefined || target === undefined) return deny(draft, zone, RCODE.NXDOMAIN, () => [])
  // A chain may come by twice, but no record stands twice in a message (RFC 2181 §5.5).
  if (!holds(answer, node.name, TYPE.dname)) addSet(answer, node, set, { dnssec })
  const labels = name.wire.subarray(0, name.wire.length - node.name.wire.length)
  const wire = Buffer.concat([labels, target])
  // The name would be too long (RFC 6672 §3.2 step 3c).
  if (wire.length > NAME_LIMIT) return { ...positive(draft, zone), rcode: RCODE.YXDOMAIN }
  // The time to live is the DNAME's; nobody signs what follows from it (RFC 6672 §3.1, §5.3.1).
  answer.push({
    owner: name,
    type: TYPE.cname,
    class: CLASS_IN,
    ttl: set.ttl,
    data: [wire],
    targets: [nameOf(wire)],
  })
  return isAlias(draft.question.type) ? positive(draft, zone) : { alias: nameOf(wire) }
}

/** A negative answer with the SOA (RFC 2308 §2) and what proves it. */
function deny(draft: Draft, zone: Zone, rcode: number, prove: (denial: Denial) => Proof): Answer {
  const authority: RecordSet[] = []
  addApexSet(draft, authority, zone, zone.negative)
  addProofs(draft, authority, zone, prove)
  return finish(draft, { authority, rcode, required: 'authority' })
}

function addApexSet({ dnssec }: Draft, section: RecordSet[], zone: Zone, set: RecordSet): void {
  const apex = zone.nodes.get(zone.apex.key)
  if (apex !== undefined) addSet(section, apex, set, { dnssec })
}

function addProofs(draft: Draft, section: RecordSet[], zone: Zone, prove: (denial: Denial) => Proof): void {
  const { denial } = zone
  if (!draft.dnssec || denial === undefined) return
  for (const node of prove(denial)) {
    const set = node?.sets.get(denial.type)
    if (node === undefined || set === undefined) continue
    // One record may prove several things.
    if (holds(section, node.name, denial.type) || holds(draft.proofs, node.name, denial.type)) continue
    addSet(section, node, set, draft)
  }
}

/** Whether nothing stands beside the answer: where all was asked for over UDP (RFC 8482 §4.1), and beside keys, which are long. */
function isBare({ question: { type }, minimal }: Draft): boolean {
  if (type === TYPE.dnskey || type === TYPE.ds) return true
  return minimal && (type === TYPE.any || type === TYPE.rrsig)
}

/** A positive answer also names the zone's servers, as BIND does unless told to be minimal, and unless proofs need the room. */
function positive(draft: Draft, zone: Zone): Answer {
  const { answer, proofs } = draft
  const { servers } = zone
  const authority: RecordSet[] = []
  if (servers !== undefined && proofs.length === 0 && !holds(answer, servers.owner, TYPE.ns))
    addApexSet(draft, authority, zone, servers)
  return isBare(draft) ? { ...finish(draft, {}), additional: [] } : finish(draft, { authority })
}

// The servers of a zone below: not our authority (RFC 1034 §4.3.2 step 3b); their glue must fit or TC says so (RFC 9471 §3.1).
function refer(draft: Draft, zone: Zone, node: ZoneNode): Answer {
  const { zones, answer, proofs, dnssec } = draft
  const authority: RecordSet[] = []
  const servers = node.sets.get(TYPE.ns)
  const secure = node.sets.get(TYPE.ds)
  if (servers !== undefined) addSet(authority, node, servers, { dnssec })
  // The DS set, or the proof that there is none (RFC 4035 §3.1.4).
  if (dnssec && secure !== undefined) addSet(authority, node, secure, { dnssec })
  else addProofs(draft, authority, zone, (denial) => proveNoData(denial, node.name.key))
  return {
    rcode: RCODE.NOERROR,
    // Behind an alias that is ours, AA speaks of the alias (RFC 1035 §4.1.1).
    authoritative: answer.length > 0,
    answer,
    authority: [...authority, ...proofs],
    additional: servers === undefined ? [] : findGlue(zones, zone, servers, dnssec),
    required: 'additional',
  }
}

interface Ending {
  readonly authority?: readonly RecordSet[]
  readonly rcode?: number
  readonly required?: Section
}

// With aliases in front, the code is that of the last name (RFC 6604 §3).
function finish(draft: Draft, { authority = [], rcode = RCODE.NOERROR, required }: Ending): Answer {
  const { zones, answer, proofs, dnssec } = draft
  return {
    rcode,
    authoritative: true,
    answer,
    authority: [...authority, ...proofs],
    additional: findAddresses(zones, [...answer, ...authority], answer, dnssec),
    // Without its proof an answer from a wildcard is bogus (RFC 4035 §3.1.3.3).
    required: required ?? (proofs.length > 0 ? 'authority' : 'answer'),
  }
}
