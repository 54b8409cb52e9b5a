/** A zone file that is handed in: read by the lab's own zone reader, each problem at its line and column. */
import { z } from 'zod'
import type { Assertion, CheckTarget, Finding } from '../../../lab/check.ts'
import { holds, without } from '../../../lab/kit/assertion.ts'
import { count, OCTET, say } from '../../../lab/kit/dissect/said.ts'
import { inSpanish } from '../../../lab/kit/spanish.ts'
import { FileError, type Problem } from '../../../lab/service.ts'
import { TYPE } from '../records/types.ts'
import { loadZones } from '../zone/zones.ts'
import { printEntry, readLines } from './zone.ts'
import { judgeSoa, judgeTtl } from './zone-details.ts'

/** Octets of a file at most. */
const SIZE_LIMIT = 1024 * 1024
/** Problems that are shown. */
const SHOWN = 20
const FILE = 'zone.db'

/** What a task says of the file. */
export const zoneServes = inSpanish(
  z.strictObject({
    origin: z
      .string()
      .min(1)
      .optional()
      .describe('Domain that completes names; the domain of the lab if not given'),
    records: z
      .array(z.string().min(1))
      .default([])
      .describe('Records that must be there, as a master file writes them: `www A 192.0.2.4`'),
    without: z.array(z.string().min(1)).default([]).describe('Records that must not be there'),
    soa: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Values of the SOA as a master file writes them, the serial being any: `dns hostmaster 0 2h 15m 1w 5m`',
      ),
    ttl: z
      .record(z.string().regex(/^\S+ [A-Za-z]\w*$/), z.int().min(0))
      .default({})
      .describe('Seconds that record sets may be kept, by name and type: `www A: 300`'),
    warnings: z.boolean().default(false).describe('Whether warnings count as well'),
  }),
  {
    origin: 'Dominio que completa los nombres; el del laboratorio si no se indica',
    records: 'Registros que deben estar, como en un fichero de zona: `www A 192.0.2.4`',
    without: 'Registros que no deben estar',
    soa: 'Valores del SOA como en un fichero de zona, con cualquier número de serie: `dns hostmaster 0 2h 15m 1w 5m`',
    ttl: 'Segundos que se pueden recordar los conjuntos de registros, por nombre y tipo: `www A: 300`',
    warnings: 'Si también cuentan los avisos',
  },
)
type ZoneServes = z.output<typeof zoneServes>

/** Judges the file of a zone. */
export async function judgeZone(file: Buffer, wanted: ZoneServes, target: CheckTarget): Promise<Finding> {
  const domain = wanted.origin ?? target.domain
  if (file.length > SIZE_LIMIT) return { assertions: [tooLarge(file.length)] }
  const { host: address } = target.endpoints['dns'] ?? { host: '127.0.0.1' }
  const text = (name: string): string => {
    if (name === FILE) return file.toString('utf8')
    throw new FileError({
      en: `${name} was not handed in; put its records into the file itself`,
      es: `${name} no se ha entregado; pon sus registros en el propio fichero`,
    })
  }
  const { zones, problems } = loadZones({ zone: FILE, origin: domain }, { text }, { domain, address })
  const counted = problems.filter(({ severity }) => wanted.warnings || severity !== 'warning')
  const entries = zones.flatMap((zone) => zone.entries)
  const lines = new Set(entries.map(printEntry))
  const asked = [
    ...wanted.records.map((record) => contains(record, lines, domain, true)),
    ...wanted.without.map((record) => contains(record, lines, domain, false)),
    ...(wanted.soa === undefined ? [] : judgeSoa(entries, wanted.soa, domain)),
    ...judgeTtl(entries, wanted.ttl, domain),
  ]
  const mistakes = soundness(counted)
  // A file that is sound and holds nothing of what is asked for is worth nothing; what cannot be served is worth half at most.
  const weight = asked.length === 0 ? 1 : counted.length === 0 ? 0 : asked.length / mistakes.length
  return {
    assertions: [
      ...mistakes.map((each) => ({ ...each, weight })),
      // Of what is no zone yet only the mistakes tell something.
      ...(entries.some(({ type }) => type === TYPE.soa)
        ? asked
        : asked.map(({ title }) => ({ title, holds: false }))),
    ],
  }
}

const sound = { en: 'the zone can be served', es: 'la zona se puede servir' }

/** One assertion, or one for each mistake, in the reader's language. */
function soundness(problems: readonly Problem[]): Assertion[] {
  if (problems.length === 0) return [{ title: sound, holds: true }]
  return problems.slice(0, SHOWN).map(({ line, column, message }) => ({
    title: {
      en: `line ${line}, column ${column}: ${message.en}`,
      es: `línea ${line}, columna ${column}: ${message.es}`,
    },
    holds: false,
  }))
}

function tooLarge(octets: number): Assertion {
  return holds(sound, false, say`≤ ${count(SIZE_LIMIT, OCTET)}`, count(octets, OCTET))
}

function contains(record: string, lines: ReadonlySet<string>, domain: string, isWanted: boolean): Assertion {
  const [line = record] = readLines(domain, [record])
  const [owner = '', type = ''] = line.split(' ')
  const ofOwner = [...lines].filter((each) => each.startsWith(`${owner} `)).toSorted()
  const ofType = ofOwner.filter((each) => each.startsWith(`${owner} ${type} `))
  const near = ofType.length > 0 ? ofType : ofOwner
  return holds(
    isWanted
      ? { en: `there is ${record}`, es: `está ${record}` }
      : { en: `there is no ${record}`, es: `no está ${record}` },
    lines.has(line) === isWanted,
    isWanted ? line : without(line),
    near.length === 0 ? { en: `no records of ${owner}`, es: `sin registros de ${owner}` } : near.join('\n'),
  )
}
