/** What must hold for a zone as a whole (RFC 1034 §3.6.2, §4.2.1; RFC 2181 §5, §10). */
import { isIPv4, isIPv6 } from 'node:net'
import type { Problem } from '../../../lab/service.ts'
import { isWithin, parentKey, printName, type Name } from '../wire/name.ts'
import { targetOf, TYPE, typeName } from '../records/types.ts'
import { problemAt, type ParsedFile, type ZoneRecord } from './parser.ts'

type Owners = ReadonlyMap<string, readonly ZoneRecord[]>

/** The name of the zone: the owner of its SOA, else `fallback`. */
export function apexOf(records: readonly ZoneRecord[], fallback: Name): Name {
  return records.find((record) => record.type === TYPE.soa)?.owner ?? fallback
}

/** What is wrong with the zone beyond its single entries. */
export function checkZone(file: string, parsed: ParsedFile, apex: Name): readonly Problem[] {
  const { records, attempted } = parsed
  const owners = groupByOwner(records)
  return [
    ...checkApex(file, records, attempted, apex),
    ...records
      .filter((record) => !isWithin(record.owner.key, apex.key))
      .map((record) => outside(record, apex)),
    ...[...owners.values()].flatMap((group) => [...checkAlias(group), ...checkTtls(group)]),
    ...records.flatMap((record) => checkTarget(record, owners, apex)),
  ]
}

function groupByOwner(records: readonly ZoneRecord[]): Owners {
  const owners = new Map<string, ZoneRecord[]>()
  for (const record of records) {
    const group = owners.get(record.owner.key)
    if (group === undefined) owners.set(record.owner.key, [record])
    else group.push(record)
  }
  return owners
}

function checkApex(
  file: string,
  records: readonly ZoneRecord[],
  attempted: ReadonlySet<number>,
  apex: Name,
): readonly Problem[] {
  const problems: Problem[] = []
  const start = { file, line: 1, column: 1 }
  const [first, ...others] = records.filter((record) => record.type === TYPE.soa)
  if (first === undefined && !attempted.has(TYPE.soa)) {
    problems.push(problemAt(start, { en: 'the zone has no SOA record', es: 'la zona no tiene registro SOA' }))
  }
  for (const other of others) {
    problems.push(
      problemAt(other, {
        en: `a zone has one SOA record; the first is at line ${first?.line ?? 0}`,
        es: `una zona tiene un solo registro SOA; el primero está en la línea ${first?.line ?? 0}`,
      }),
    )
  }
  const hasServer = records.some((record) => record.type === TYPE.ns && record.owner.key === apex.key)
  if (!hasServer && !attempted.has(TYPE.ns) && !attempted.has(TYPE.soa)) {
    problems.push(
      problemAt(first ?? start, {
        en: `the zone has no NS record at its top, ${printName(apex)}`,
        es: `la zona no tiene registro NS en su cima, ${printName(apex)}`,
      }),
    )
  }
  return problems
}

function outside(record: ZoneRecord, apex: Name): Problem {
  return problemAt(record, {
    en: `${printName(record.owner)} lies outside the zone ${printName(apex)} (is a final dot or an $ORIGIN wrong?)`,
    es: `${printName(record.owner)} queda fuera de la zona ${printName(apex)} (¿está mal un punto final o un $ORIGIN?)`,
  })
}

// Beside a CNAME stands no other data, nor a second CNAME (RFC 1034 §3.6.2, RFC 2181 §10.1).
function checkAlias(group: readonly ZoneRecord[]): readonly Problem[] {
  const aliases = group.filter((record) => record.type === TYPE.cname)
  const [alias, second] = aliases
  if (alias === undefined) return []
  const other = group.find((record) => record.type !== TYPE.cname)
  if (other !== undefined) {
    const name = printName(alias.owner)
    return [
      problemAt(alias, {
        en: `${name} has a CNAME, so it can have no other data, but line ${other.line} gives it ${typeName(other.type)}`,
        es: `${name} tiene un CNAME, así que no puede tener otros datos, pero la línea ${other.line} le da ${typeName(other.type)}`,
      }),
    ]
  }
  if (second === undefined || second.data.equals(alias.data)) return []
  return [
    problemAt(second, {
      en: `${printName(alias.owner)} has a second CNAME; the first is at line ${alias.line}`,
      es: `${printName(alias.owner)} tiene un segundo CNAME; el primero está en la línea ${alias.line}`,
    }),
  ]
}

function checkTtls(group: readonly ZoneRecord[]): readonly Problem[] {
  const first = new Map<number, ZoneRecord>()
  const problems: Problem[] = []
  for (const record of group) {
    const known = first.get(record.type)
    if (known === undefined) first.set(record.type, record)
    else if (known.ttl !== record.ttl) {
      problems.push(
        problemAt(
          record,
          {
            en: `records of one name and type share one time to live: the lowest of ${known.ttl} and ${record.ttl} is used (RFC 2181 §5.2)`,
            es: `los registros de un nombre y tipo comparten el tiempo de vida: se usa el menor de ${known.ttl} y ${record.ttl} (RFC 2181 §5.2)`,
          },
          'warning',
        ),
      )
    }
  }
  return problems
}

// Where NS, MX and SRV lead inside the zone there must be an address, and no alias (RFC 1034 §4.2.1, RFC 2181 §10.3).
function checkTarget(record: ZoneRecord, owners: Owners, apex: Name): readonly Problem[] {
  if (record.type === TYPE.cname) return []
  const target = targetOf(record.type, record.data)
  if (target === undefined || target.wire.length === 1) return []
  const isInside = isWithin(target.key, apex.key)
  if (record.type === TYPE.ns && !owners.has(target.key) && isAddress(target, isInside))
    return [serverByAddress(record, target)]
  if (!isInside) return []
  const found = owners.get(target.key) ?? findWildcard(owners, target.key, apex.key)
  const type = typeName(record.type)
  const name = printName(target)
  if (found?.some((each) => each.type === TYPE.cname) === true) {
    return [
      problemAt(
        record,
        {
          en: `${type} leads to ${name}, which is an alias; name the host itself`,
          es: `${type} lleva a ${name}, que es un alias; nombra el propio equipo`,
        },
        // No server can be found at an alias; mail servers at one work in practice.
        record.type === TYPE.ns ? 'error' : 'warning',
      ),
    ]
  }
  if (found?.some((each) => each.type === TYPE.a || each.type === TYPE.aaaa) === true) return []
  if (record.type !== TYPE.ns && isDelegated(owners, target.key, apex.key)) return []
  return [
    problemAt(
      record,
      {
        en: `${type} leads to ${name}, which has no address in this zone: add an A or AAAA record`,
        es: `${type} lleva a ${name}, que no tiene dirección en esta zona: añade un registro A o AAAA`,
      },
      'warning',
    ),
  ]
}

/** Whether a name is an IP address by mistake: alone, or completed with the origin. */
function isAddress(name: Name, isCompleted: boolean): boolean {
  const labels = printName(name).slice(0, -1).split('.')
  const isFour = isIPv4(labels.slice(0, 4).join('.'))
  if (!isFour && !isIPv6(labels[0] ?? '')) return false
  return isCompleted || labels.length === (isFour ? 4 : 1)
}

function serverByAddress(record: ZoneRecord, target: Name): Problem {
  return problemAt(record, {
    en: `NS leads to the name ${printName(target)}, not to an address: write the name of the server, and its address in an A or AAAA record of that name`,
    es: `NS lleva al nombre ${printName(target)}, no a una dirección: escribe el nombre del servidor, y su dirección en un registro A o AAAA de ese nombre`,
  })
}

function findWildcard(owners: Owners, key: string, apex: string): readonly ZoneRecord[] | undefined {
  for (
    let parent = parentKey(key);
    parent !== undefined && isWithin(parent, apex);
    parent = parentKey(parent)
  ) {
    const wildcard = owners.get(`\u0001*${parent}`)
    if (wildcard !== undefined) return wildcard
  }
  return undefined
}

function isDelegated(owners: Owners, key: string, apex: string): boolean {
  for (let at: string | undefined = key; at !== undefined && at !== apex; at = parentKey(at)) {
    if (owners.get(at)?.some((record) => record.type === TYPE.ns) === true) return true
  }
  return false
}
