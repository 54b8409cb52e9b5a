/** What the top of a zone must hold (RFC 1034 §4.2.1, RFC 1035 §5.2), and what lies outside it. */
import type { Problem } from '../../../../lab/service.ts'
import { canonicalData } from '../../records/canonical.ts'
import { TYPE } from '../../records/types.ts'
import { isWithin, printName } from '../../wire/name.ts'
import { problemAt, type ZoneRecord } from '../parser.ts'
import { readSerial } from '../serial.ts'
import { lineOf, warningAt, type View } from './view.ts'

/** One SOA, NS records beside it, and nothing outside. */
export function checkApex(view: View): readonly Problem[] {
  const { file, records, attempted, apex } = view
  const start = { file, line: 1, column: 1 }
  const problems: Problem[] = []
  const [first, ...others] = records.filter((record) => record.type === TYPE.soa)
  if (first === undefined && !attempted.has(TYPE.soa))
    problems.push(problemAt(start, { en: 'the zone has no SOA record', es: 'la zona no tiene registro SOA' }))
  const hasServer = view.owners.get(apex.key)?.some((record) => record.type === TYPE.ns) === true
  if (!hasServer && !attempted.has(TYPE.ns) && !attempted.has(TYPE.soa)) {
    problems.push(
      problemAt(first ?? start, {
        en: `the zone has no NS record at its top, ${printName(apex)}`,
        es: `la zona no tiene registro NS en su cima, ${printName(apex)}`,
      }),
    )
  }
  if (first !== undefined)
    problems.push(
      ...others.filter((other) => !isSame(other, first)).map((other) => secondSoa(other, first)),
      ...checkSoa(first),
    )
  for (const record of records) {
    if (record.type !== TYPE.soa && !isWithin(record.owner.key, apex.key))
      problems.push(outside(record, view))
  }
  return problems
}

// A transfer ends with the SOA that it began with (RFC 5936 §2.2), and so do files that are made from one.
function isSame(other: ZoneRecord, first: ZoneRecord): boolean {
  const [one, two] = [other, first].map(({ data }) => canonicalData(TYPE.soa, data))
  return other.owner.key === first.owner.key && one !== undefined && two?.equals(one) === true
}

function secondSoa(other: ZoneRecord, first: ZoneRecord): Problem {
  const line = lineOf(first, other)
  return problemAt(other, {
    en: `a zone has one SOA record; the first is at ${line.en}`,
    es: `una zona tiene un solo registro SOA; el primero está en ${line.es}`,
  })
}

function checkSoa(soa: ZoneRecord): readonly Problem[] {
  const serial = readSerial(soa.data)
  const [refresh = 0, expire = 0] = [16, 8].map((back) => soa.data.readUInt32BE(soa.data.length - back))
  const problems: Problem[] = []
  if (serial === 0) {
    problems.push(
      warningAt(soa, {
        en: 'the serial of the SOA is 0, which some servers take for none: start at 1 or with the date, as in 2026013101',
        es: 'el número de serie del SOA es 0, que algunos servidores toman por ninguno: empieza por 1 o por la fecha, como 2026013101',
      }),
    )
  }
  // Expire "should be larger than" refresh (RFC 1912 §2.2).
  if (expire < refresh) {
    problems.push(
      warningAt(soa, {
        en: `by the SOA secondary servers give the zone up after ${expire} seconds but look for changes only every ${refresh}: make expire longer`,
        es: `según el SOA los servidores secundarios abandonan la zona a los ${expire} segundos pero solo buscan cambios cada ${refresh}: alarga la caducidad`,
      }),
    )
  }
  return problems
}

function outside(record: ZoneRecord, { apex }: View): Problem {
  return problemAt(record, {
    en: `${printName(record.owner)} lies outside the zone ${printName(apex)} (is a final dot or an $ORIGIN wrong?)`,
    es: `${printName(record.owner)} queda fuera de la zona ${printName(apex)} (¿está mal un punto final o un $ORIGIN?)`,
  })
}
