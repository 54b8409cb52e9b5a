/** What of a zone file a list of records does not tell: the values of the SOA, and times to live. */
import type { Assertion } from '../../../lab/check.ts'
import { same, without } from '../../../lab/kit/assertion.ts'
import type { Text } from '../../../lab/service.ts'
import { TYPE, typeName } from '../records/types.ts'
import type { ZoneEntry } from '../zone/zone.ts'
import { printEntry, readLines } from './zone.ts'

/** The fields of the SOA (RFC 1035 §3.3.13) in their order; the serial is the author's business. */
const fields: readonly (Text | undefined)[] = [
  { en: 'the primary name server (MNAME)', es: 'el servidor de nombres primario (MNAME)' },
  { en: 'the mailbox of who is responsible (RNAME)', es: 'el buzón de quien es responsable (RNAME)' },
  undefined,
  { en: 'refresh, in seconds', es: 'refresh, en segundos' },
  { en: 'retry, in seconds', es: 'retry, en segundos' },
  { en: 'expire, in seconds', es: 'expire, en segundos' },
  {
    en: 'the time of negative answers (MINIMUM), in seconds',
    es: 'el tiempo de las respuestas negativas (MINIMUM), en segundos',
  },
]

/** Holds each value of the zone's SOA against what is wanted, written as in a master file with any serial. */
export function judgeSoa(
  entries: readonly ZoneEntry[],
  wanted: string,
  domain: string,
): readonly Assertion[] {
  const soa = entries.find(({ type }) => type === TYPE.soa)
  const expected = valuesOf(readLines(domain, [`@ SOA ${wanted}`])[0])
  const actual = soa === undefined ? [] : valuesOf(printEntry(soa))
  return fields.flatMap((title, index) =>
    title === undefined ? [] : [same(title, expected[index] ?? '', actual[index] ?? without('SOA'))],
  )
}

/** Behind the owner and the type. */
function valuesOf(line = ''): readonly string[] {
  return line.split(' ').slice(2)
}

/** Holds the time to live of record sets, named as in `www A`, against seconds. */
export function judgeTtl(
  entries: readonly ZoneEntry[],
  wanted: Readonly<Record<string, number>>,
  domain: string,
): readonly Assertion[] {
  return Object.entries(wanted).map(([set, seconds]) => {
    const [name = '@', type = ''] = set.split(' ')
    const [owner = ''] = (readLines(domain, [`${name} TXT x`])[0] ?? '').split(' ')
    const found = entries.find(
      (entry) => typeName(entry.type) === type.toUpperCase() && printEntry(entry).startsWith(`${owner} `),
    )
    const title = { en: `the time to live of ${set}`, es: `el tiempo de vida de ${set}` }
    return same(title, String(seconds), found === undefined ? without(set) : String(found.ttl))
  })
}
