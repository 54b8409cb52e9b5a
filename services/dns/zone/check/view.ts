/** The records of a zone file by their owners, as the checks look at them. */
import type { Problem, Text } from '../../../../lab/service.ts'
import { TYPE } from '../../records/types.ts'
import { isWithin, parentKey, type Name } from '../../wire/name.ts'
import { problemAt, type ZoneRecord } from '../parser.ts'

/** One zone under check; its maps leave out the records that lie outside it. */
export interface View {
  readonly file: string
  readonly apex: Name
  readonly records: readonly ZoneRecord[]
  /** By the keys of their names. */
  readonly owners: ReadonlyMap<string, readonly ZoneRecord[]>
  /** All names that exist, those that only have others below them too (RFC 4592 §2.2.2). */
  readonly names: ReadonlySet<string>
  /** The names below the apex that have NS records. */
  readonly cuts: ReadonlySet<string>
  /** The names that have addresses. */
  readonly hosts: ReadonlySet<string>
  /** The names that have a CNAME. */
  readonly aliases: ReadonlySet<string>
  /** The first DNAME of each name that has one. */
  readonly redirects: ReadonlyMap<string, ZoneRecord>
  /** The types of entries that could not be read: what they say may be missing only for that. */
  readonly attempted: ReadonlySet<number>
}

/** Sorts the records by owner. */
export function viewOf(
  file: string,
  parsed: { readonly records: readonly ZoneRecord[]; readonly attempted: ReadonlySet<number> },
  apex: Name,
): View {
  const owners = new Map<string, ZoneRecord[]>()
  const names = new Set<string>()
  const cuts = new Set<string>()
  const hosts = new Set<string>()
  const aliases = new Set<string>()
  const redirects = new Map<string, ZoneRecord>()
  for (const record of parsed.records) {
    const { key } = record.owner
    const group = owners.get(key)
    if (group !== undefined) group.push(record)
    else if (isWithin(key, apex.key)) {
      owners.set(key, [record])
      addName(names, key)
    } else continue
    const { type } = record
    if (type === TYPE.ns && key !== apex.key) cuts.add(key)
    else if (type === TYPE.a || type === TYPE.aaaa) hosts.add(key)
    else if (type === TYPE.cname) aliases.add(key)
    else if (type === TYPE.dname) redirects.getOrInsert(key, record)
  }
  const { records, attempted } = parsed
  return { file, apex, records, owners, names, cuts, hosts, aliases, redirects, attempted }
}

function addName(names: Set<string>, key: string): void {
  for (let at: string | undefined = key; at !== undefined && !names.has(at); at = parentKey(at)) names.add(at)
}

/** The nearest DNAME above a name, which leads it elsewhere. */
export function redirectAbove({ redirects }: View, key: string): ZoneRecord | undefined {
  if (redirects.size === 0) return undefined
  for (let at = parentKey(key); at !== undefined; at = parentKey(at)) {
    const dname = redirects.get(at)
    if (dname !== undefined) return dname
  }
  return undefined
}

/** The record of that type among those of one name. */
export function ofType(group: readonly ZoneRecord[], type: number): ZoneRecord | undefined {
  return group.find((record) => record.type === type)
}

/** The highest cut at or above a name of the zone: what lies there belongs to another zone. */
export function cutAbove(view: View, key: string): string | undefined {
  if (view.cuts.size === 0) return undefined
  let cut: string | undefined
  for (let at: string | undefined = key; at !== undefined && at !== view.apex.key; at = parentKey(at))
    if (view.cuts.has(at)) cut = at
  return cut
}

/** Where another record stands, as seen from a problem's own place. */
export function lineOf(other: ZoneRecord, from: ZoneRecord): Text {
  const { line, file } = other
  if (file === from.file) return { en: `line ${line}`, es: `la línea ${line}` }
  return { en: `line ${line} of ${file}`, es: `la línea ${line} de ${file}` }
}

/** A problem that stops nothing. */
export function warningAt(record: ZoneRecord, message: Text): Problem {
  return problemAt(record, message, 'warning')
}
