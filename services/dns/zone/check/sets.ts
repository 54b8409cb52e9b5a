/** What must hold among the records of one name (RFC 1034 §3.6.2; RFC 2181 §5, §10.1; RFC 6672 §2). */
import type { Problem } from '../../../../lab/service.ts'
import { canonicalData } from '../../records/canonical.ts'
import { TYPE, typeName } from '../../records/types.ts'
import { printName } from '../../wire/name.ts'
import { problemAt, type ZoneRecord } from '../parser.ts'
import { lineOf, ofType, redirectAbove, warningAt, type View } from './view.ts'

/** Types that may stand beside a CNAME and below a DNAME (RFC 4034 §3, §4; RFC 5155 §3). */
const PROOFS: ReadonlySet<number> = new Set([TYPE.rrsig, TYPE.nsec, TYPE.nsec3])

/** All checks of single names. */
export function checkSets(view: View): readonly Problem[] {
  return [...view.owners.values()].flatMap((group) => [
    ...checkAlias(group),
    ...checkSingle(group, TYPE.cname),
    ...checkDname(group, view),
    ...checkRepeats(group),
    ...checkTtls(group),
    ...checkSpf(group),
    ...checkBelowDname(group, view),
  ])
}

// Beside a CNAME stands no other data (RFC 1034 §3.6.2), but its own signature and proof do (RFC 4034 §3, §4).
function checkAlias(group: readonly ZoneRecord[]): readonly Problem[] {
  const alias = ofType(group, TYPE.cname)
  const other = group.find((record) => record.type !== TYPE.cname && !PROOFS.has(record.type))
  if (alias === undefined || other === undefined) return []
  const name = printName(alias.owner)
  const line = lineOf(other, alias)
  return [
    problemAt(alias, {
      en: `${name} has a CNAME, so it can have no other data, but ${line.en} gives it ${typeName(other.type)}`,
      es: `${name} tiene un CNAME, así que no puede tener otros datos, pero ${line.es} le da ${typeName(other.type)}`,
    }),
  ]
}

// One CNAME (RFC 2181 §10.1), one DNAME (RFC 6672 §2.4).
function checkSingle(group: readonly ZoneRecord[], type: number): readonly Problem[] {
  const [first, ...others] = group.filter((record) => record.type === type)
  if (first === undefined) return []
  const data = canonicalData(type, first.data)
  const second = others.find((record) => !canonicalData(type, record.data).equals(data))
  if (second === undefined) return []
  const name = printName(first.owner)
  const line = lineOf(first, second)
  return [
    problemAt(second, {
      en: `${name} has a second ${typeName(type)}; the first is at ${line.en}`,
      es: `${name} tiene un segundo ${typeName(type)}; el primero está en ${line.es}`,
    }),
  ]
}

function checkDname(group: readonly ZoneRecord[], { apex }: View): readonly Problem[] {
  const dname = ofType(group, TYPE.dname)
  if (dname === undefined) return []
  const server = dname.owner.key === apex.key ? undefined : ofType(group, TYPE.ns)
  const problems = [...checkSingle(group, TYPE.dname)]
  if (server !== undefined) {
    const name = printName(dname.owner)
    const line = lineOf(server, dname)
    // What lies at and below a delegation belongs to the zone below (RFC 6672 §2.3).
    problems.push(
      problemAt(dname, {
        en: `${name} has a DNAME, but ${line.en} delegates it: put the DNAME in the zone ${name}`,
        es: `${name} tiene un DNAME, pero ${line.es} lo delega: pon el DNAME en la zona ${name}`,
      }),
    )
  }
  return problems
}

// "Resource records MUST NOT exist at any subdomain of the owner of a DNAME" (RFC 6672 §2.4).
function checkBelowDname(group: readonly ZoneRecord[], view: View): readonly Problem[] {
  const record = group.find((each) => !PROOFS.has(each.type))
  if (record === undefined) return []
  const dname = redirectAbove(view, record.owner.key)
  if (dname === undefined) return []
  const line = lineOf(dname, record)
  return [
    problemAt(record, {
      en: `${printName(record.owner)} can have no records: the DNAME of ${printName(dname.owner)}, ${line.en}, leads all names below it elsewhere`,
      es: `${printName(record.owner)} no puede tener registros: el DNAME de ${printName(dname.owner)}, en ${line.es}, lleva a otra parte todos los nombres que cuelgan de él`,
    }),
  ]
}

// Records that are equal but for the letter case of names are one record (RFC 2181 §5, RFC 4034 §6.2).
function checkRepeats(group: readonly ZoneRecord[]): readonly Problem[] {
  if (group.length === 1) return []
  const seen = new Map<string, ZoneRecord>()
  const problems: Problem[] = []
  for (const record of group) {
    const identity = `${record.type} ${canonicalData(record.type, record.data).toString('latin1')}`
    const twin = seen.get(identity)
    if (twin === undefined) seen.set(identity, record)
    else problems.push(repeated(record, twin))
  }
  return problems
}

function repeated(record: ZoneRecord, twin: ZoneRecord): Problem {
  const type = typeName(record.type)
  const line = lineOf(twin, record)
  return warningAt(record, {
    en: `this ${type} record stands at ${line.en} already and is kept once: take one away`,
    es: `este registro ${type} ya está en ${line.es} y se guarda una vez: quita uno`,
  })
}

function checkTtls(group: readonly ZoneRecord[]): readonly Problem[] {
  if (group.length === 1) return []
  const first = new Map<number, ZoneRecord>()
  const problems: Problem[] = []
  for (const record of group) {
    const known = first.get(record.type)
    // Signatures of different sets share their type and not their time to live (RFC 4034 §3).
    if (known === undefined || record.type === TYPE.rrsig) first.set(record.type, record)
    else if (known.ttl !== record.ttl) {
      problems.push(
        warningAt(record, {
          en: `records of one name and type share one time to live: the lowest of ${known.ttl} and ${record.ttl} is used (RFC 2181 §5.2)`,
          es: `los registros de un nombre y tipo comparten el tiempo de vida: se usa el menor de ${known.ttl} y ${record.ttl} (RFC 2181 §5.2)`,
        }),
      )
    }
  }
  return problems
}

// Nobody asks for the type SPF any more (RFC 7208 §3.1).
function checkSpf(group: readonly ZoneRecord[]): readonly Problem[] {
  const spf = ofType(group, TYPE.spf)
  const isRepeated = group.some(
    (each) => each.type === TYPE.txt && /^.v=spf1/is.test(each.data.toString('latin1')),
  )
  if (spf === undefined || isRepeated) return []
  return [
    warningAt(spf, {
      en: 'mail servers read SPF from TXT records only: write it as TXT',
      es: 'los servidores de correo solo leen SPF de registros TXT: escríbelo como TXT',
    }),
  ]
}
