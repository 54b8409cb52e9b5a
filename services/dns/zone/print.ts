/** Zones in one form, whatever their files look like: a record a line, sorted, as `named-compilezone` writes them. */
import { canonicalOrder } from '../dnssec/canonical.ts'
import { canonicalData } from '../records/canonical.ts'
import { TYPE, typeName } from '../records/types.ts'
import { printData } from '../records/data.ts'
import { printName, type Name } from '../wire/name.ts'
import type { ZoneEntry } from './zone.ts'

/** Columns from one stop of a tab to the next. */
const TAB = 8
/** Columns that owners are aligned to at most. */
const OWNER_LIMIT = 40

/** One record set on its way to the text, each record once by its canonical data. */
interface Set {
  readonly owner: Name
  readonly order: string
  readonly type: number
  /** The type that a signature covers, else the set's own. */
  readonly covered: number
  ttl: number
  readonly data: Map<string, Buffer>
}

/**
 * A master file of the records: absolute names, the apex and its SOA first, then names and data in canonical order (RFC 4034 §6),
 * equal records once, the lowest time to live for each set (RFC 2181 §5.2).
 */
export function printZone(records: readonly ZoneEntry[], apex: Name): string {
  const sets = collect(records, apex).toSorted(compareSets)
  const width = ownerWidth(sets)
  return sets.map((set) => printSet(set, width)).join('')
}

function collect(records: readonly ZoneEntry[], apex: Name): readonly Set[] {
  const owners = new Map<string, { readonly owner: Name; readonly order: string }>()
  const sets = new Map<string, Set>()
  for (const { owner, type, ttl, data } of records) {
    // One spelling for a name, the first.
    const known = owners.getOrInsertComputed(owner.key, (key) => ({
      owner,
      order: key === apex.key ? '' : canonicalOrder(key),
    }))
    const covered = type === TYPE.rrsig && data.length >= 2 ? data.readUInt16BE(0) : type
    const set = sets.getOrInsertComputed(`${type} ${covered} ${owner.key}`, () => ({
      ...known,
      type,
      covered,
      ttl,
      data: new Map(),
    }))
    set.ttl = Math.min(set.ttl, ttl)
    set.data.getOrInsert(canonicalData(type, data).toString('latin1'), data)
  }
  return [...sets.values()]
}

// By name, then SOA, NS and the other types, each before the signatures that cover it.
function compareSets(one: Set, other: Set): number {
  if (one.order !== other.order) return one.order < other.order ? -1 : 1
  const byType = rank(one.covered) - rank(other.covered)
  return byType === 0 ? one.type - other.type : byType
}

function rank(type: number): number {
  if (type === TYPE.soa) return -2
  return type === TYPE.ns ? -1 : type
}

function ownerWidth(sets: readonly Set[]): number {
  let longest = 0
  for (const { owner } of sets) longest = Math.max(longest, printName(owner).length + 1)
  return Math.ceil(Math.min(longest, OWNER_LIMIT) / TAB) * TAB
}

function printSet({ owner, type, ttl, data }: Set, width: number): string {
  const head = `${padded(printName(owner), width)}${padded(ttl.toString(), TAB)}IN\t${padded(typeName(type), TAB)}`
  const sorted = [...data].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return sorted.map(([, octets]) => `${head}${printData(type, octets)}\n`).join('')
}

/** The text and tabs up to the column `width`, one tab at least. */
function padded(text: string, width: number): string {
  return text + '\t'.repeat(Math.max(Math.ceil((width - text.length) / TAB), 1))
}
