/** What a zone may say at and below the names that it delegates (RFC 1034 §4.2.1, RFC 2181 §6). */
import type { Problem } from '../../../../lab/service.ts'
import { targetOf, TYPE, typeName } from '../../records/types.ts'
import { printKey, printName } from '../../wire/name.ts'
import { problemAt, type ZoneRecord } from '../parser.ts'
import { cutAbove, ofType, warningAt, type View } from './view.ts'

/** Types with which the zone above speaks of a cut (RFC 4035 §2.4, §2.3; RFC 5155 §7.1). */
const AT_CUT: ReadonlySet<number> = new Set([TYPE.ns, TYPE.ds, TYPE.rrsig, TYPE.nsec, TYPE.nsec3])
const ADDRESSES: ReadonlySet<number> = new Set([TYPE.a, TYPE.aaaa])

/** All checks of delegations and of what tells of them. */
export function checkDelegations(view: View): readonly Problem[] {
  const glue = findGlue(view)
  const problems: Problem[] = []
  for (const [key, group] of view.owners) {
    problems.push(...checkDs(group, view), ...checkWildcard(group))
    const cut = cutAbove(view, key)
    if (cut === undefined) continue
    const lost = group.find((record) => isLost(record, cut, glue))
    if (lost !== undefined) problems.push(belowCut(lost, cut))
  }
  return problems
}

/** The hosts of name servers, by their keys: their addresses stand below cuts too, as glue. */
function findGlue({ records }: View): ReadonlySet<string> {
  const servers = records.filter((record) => record.type === TYPE.ns)
  return new Set(servers.map(({ type, data }) => targetOf(type, data)?.key ?? ''))
}

function isLost({ owner, type }: ZoneRecord, cut: string, glue: ReadonlySet<string>): boolean {
  if (owner.key === cut && AT_CUT.has(type)) return false
  return !(ADDRESSES.has(type) && glue.has(owner.key))
}

function belowCut(record: ZoneRecord, cut: string): Problem {
  const zone = `${printKey(cut)}.`
  const type = typeName(record.type)
  return warningAt(record, {
    en: `${printName(record.owner)} ${type} is never served: ${zone} is delegated, so it belongs in the file of that zone`,
    es: `${printName(record.owner)} ${type} no se sirve nunca: ${zone} está delegado, así que va en el fichero de esa zona`,
  })
}

// DS tells of the keys of a zone below (RFC 4035 §2.4).
function checkDs(group: readonly ZoneRecord[], { apex }: View): readonly Problem[] {
  const ds = ofType(group, TYPE.ds)
  if (ds === undefined) return []
  if (ds.owner.key === apex.key) {
    return [
      problemAt(ds, {
        en: `the DS record of ${printName(apex)} belongs in the zone above it`,
        es: `el registro DS de ${printName(apex)} va en la zona de encima`,
      }),
    ]
  }
  if (ofType(group, TYPE.ns) !== undefined) return []
  const name = printName(ds.owner)
  return [
    warningAt(ds, {
      en: `${name} has a DS record but is not delegated: add its NS records, or take the DS away`,
      es: `${name} tiene un registro DS pero no está delegado: añade sus registros NS o quita el DS`,
    }),
  ]
}

// What a delegation of any name that is asked for would mean is not defined (RFC 4592 §4.2).
function checkWildcard(group: readonly ZoneRecord[]): readonly Problem[] {
  const server = ofType(group, TYPE.ns)
  if (server?.owner.key.startsWith('\u0001*') !== true) return []
  return [
    problemAt(server, {
      en: `${printName(server.owner)} cannot be delegated: a wildcard has no NS records`,
      es: `${printName(server.owner)} no se puede delegar: un comodín no tiene registros NS`,
    }),
  ]
}
