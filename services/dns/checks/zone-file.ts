/** A zone file that is handed in: read by the lab's own zone reader, each problem at its line and column. */
import { z } from 'zod'
import type { Assertion, CheckTarget, Finding } from '../../../lab/check.ts'
import { holds } from '../../../lab/kit/assertion.ts'
import { FileError, type Problem } from '../../../lab/service.ts'
import { loadZones } from '../zone/zones.ts'
import { printEntry, readLines } from './zone.ts'

/** Octets of a file at most. */
const SIZE_LIMIT = 1024 * 1024
/** Problems that are shown. */
const SHOWN = 20
const FILE = 'zone.db'

/** What a task says of the file. */
export const zoneServes = z.strictObject({
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
  warnings: z.boolean().default(false).describe('Whether warnings count as well'),
})
type ZoneServes = z.output<typeof zoneServes>

/** Judges the file of a zone. */
export async function judgeZone(file: Buffer, wanted: ZoneServes, target: CheckTarget): Promise<Finding> {
  const domain = wanted.origin ?? target.domain
  if (file.length > SIZE_LIMIT) return { assertions: [soundness(`${file.length} octets`)] }
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
  const lines = new Set(zones.flatMap(({ entries }) => entries.map(printEntry)))
  return {
    assertions: [
      soundness(...counted.map(printProblem)),
      ...wanted.records.map((record) => contains(record, lines, domain, true)),
      ...wanted.without.map((record) => contains(record, lines, domain, false)),
    ],
  }
}

function soundness(...problems: readonly string[]): Assertion {
  return holds(
    { en: 'the zone can be served', es: 'la zona se puede servir' },
    problems.length === 0,
    'no problems',
    problems.slice(0, SHOWN).join('\n'),
  )
}

function printProblem({ line, column, message }: Problem): string {
  return `${line}:${column}: ${message.en}`
}

function contains(record: string, lines: ReadonlySet<string>, domain: string, isWanted: boolean): Assertion {
  const [line = record] = readLines(domain, [record])
  const isThere = lines.has(line)
  const owner = `${line.split(' ', 1)[0]} `
  const near = [...lines].filter((each) => each.startsWith(owner)).toSorted()
  return holds(
    isWanted
      ? { en: `there is ${record}`, es: `está ${record}` }
      : { en: `there is no ${record}`, es: `no está ${record}` },
    isThere === isWanted,
    isWanted ? line : `no ${line}`,
    near.length === 0 ? `no records of ${owner}` : near.join('\n'),
  )
}
