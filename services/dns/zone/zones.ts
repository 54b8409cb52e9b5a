/** The zones of a configuration: read from its files, made up where it names none, joined with the lab's own names. */
import type { Problem, PublishedName, ScenarioFiles } from '../../../lab/service.ts'
import { checkSigned } from '../dnssec/check.ts'
import { isSigned } from '../dnssec/sign.ts'
import { TTL_LIMIT, type Token, type Words } from '../records/fields.ts'
import { parseName, PresentationError, printKey, ROOT, type Name } from '../wire/name.ts'
import { findType, TYPE } from '../records/types.ts'
import { parseData } from '../records/data.ts'
import { findZone, isOccluded, type Zones } from './lookup.ts'
import { buildZone, type Zone, type ZoneEntry } from './zone.ts'
import { apexOf, checkZone } from './check.ts'
import { parseFile, problemAt } from './parser.ts'
import { scan } from './scanner.ts'

/** What says which zones there are. */
interface ZoneSettings {
  readonly zone: string | readonly string[]
  readonly origin?: string | undefined
}

/** The domain and the address of the lab. */
export interface Place {
  readonly domain: string
  readonly address: string
}

/** One zone as read from its file. */
export interface LoadedZone {
  readonly file: string
  readonly apex: Name
  readonly entries: readonly ZoneEntry[]
}

/** Reads and checks all zone files; with errors among the problems the zones must not be served. */
export function loadZones(
  settings: ZoneSettings,
  files: Pick<ScenarioFiles, 'text'>,
  place: Place,
): { readonly zones: readonly LoadedZone[]; readonly problems: readonly Problem[] } {
  const names = [settings.zone].flat()
  const origin = parseName(settings.origin ?? place.domain, ROOT)
  const zones: LoadedZone[] = []
  const problems: Problem[] = []
  const sources = names.length > 0 ? names : [OWN_ZONE]
  for (const file of sources) {
    const read = file === OWN_ZONE ? () => ownZone(place) : (name: string) => files.text(name)
    const parsed = parseFile(file, origin, read)
    const apex = apexOf(parsed.records, origin)
    problems.push(...parsed.problems, ...checkZone(file, parsed, apex), ...checkSigned(parsed.records, apex))
    const twin = zones.find((zone) => zone.apex.key === apex.key)
    if (twin === undefined) zones.push({ file, apex, entries: parsed.records })
    else problems.push(sameZone(file, twin))
  }
  return { zones, problems }
}

function sameZone(file: string, twin: LoadedZone): Problem {
  const name = printKey(twin.apex.key)
  return problemAt(
    { file, line: 1, column: 1 },
    {
      en: `${twin.file} already holds the zone ${name}; put $ORIGIN at the top of this file, or take one of them away`,
      es: `${twin.file} ya contiene la zona ${name}; pon $ORIGIN al principio de este fichero, o quita uno de los dos`,
    },
  )
}

/** Stands for the zone that is served when no file is named. */
const OWN_ZONE = '(the lab)'

function ownZone(place: Place): string {
  const type = place.address.includes(':') ? 'AAAA' : 'A'
  return [
    `$ORIGIN ${place.domain}.`,
    '$TTL 1h',
    '@ SOA dns hostmaster 1 1h 15m 1w 5m',
    '@ NS dns',
    ...['@', 'dns'].map((owner) => `${owner} ${type} ${place.address}`),
  ].join('\n')
}

/** The zones with the published names added; `skip` hears of each name that has no place in them, and why. */
export function joinZones(
  loaded: readonly LoadedZone[],
  names: readonly PublishedName[],
  ttl: number,
  skip: (name: PublishedName, why: string) => void,
): Zones {
  const zones = new Map<string, Zone>()
  for (const { apex, entries } of loaded) zones.set(apex.key, buildZone(entries))
  const signed = new Set(loaded.filter(({ entries }) => isSigned(entries)).map(({ apex }) => apex.key))
  const added = new Map<string, ZoneEntry[]>()
  for (const name of names) {
    try {
      const entry = readPublished(name, ttl)
      const zone = findZone(zones, entry.owner.key)
      const why = zone && (signed.has(zone.apex.key) ? 'the zone file is signed' : conflict(zone, entry))
      if (zone === undefined || why !== undefined) skip(name, why ?? 'no zone holds the name')
      else added.set(zone.apex.key, [...(added.get(zone.apex.key) ?? []), entry])
    } catch (error) {
      if (!(error instanceof PresentationError)) throw error
      skip(name, error.message)
    }
  }
  for (const { apex, entries } of loaded) {
    const more = added.get(apex.key)
    if (more !== undefined) zones.set(apex.key, buildZone([...entries, ...more]))
  }
  return zones
}

// What the author of a zone file wrote is never changed by what the lab adds.
function conflict(zone: Zone, entry: ZoneEntry): string | undefined {
  const { key } = entry.owner
  const sets = zone.nodes.get(key)?.sets
  if (zone.cuts.has(key) || isOccluded(zone, key)) return 'the zone file gives the name to another zone'
  if (sets?.has(entry.type) === true) return 'the zone file has records of this name and type'
  if (sets?.has(TYPE.cname) === true) return 'the zone file makes the name an alias'
  if (entry.type === TYPE.cname && sets !== undefined && sets.size > 0)
    return 'the zone file has other records of this name'
  return undefined
}

function readPublished(published: PublishedName, ttl: number): ZoneEntry {
  const type = findType(published.type)
  if (type === undefined)
    throw new PresentationError({ en: 'its type is unknown', es: 'su tipo es desconocido' })
  const owner = parseName(published.name, ROOT)
  const tokens = scan(published.data, () => undefined).flatMap((entry) => entry.tokens)
  const words = wordsOf(tokens)
  const data = parseData(type, words, tokens[0])
  if (words.hasMore())
    throw new PresentationError({ en: 'its data has values too many', es: 'sus datos tienen valores de más' })
  const seconds = Math.min(Math.max(Math.trunc(published.ttl ?? ttl), 0), TTL_LIMIT)
  return { owner, type: type.code, ttl: seconds, data }
}

function wordsOf(tokens: readonly Token[]): Words {
  let next = 0
  return {
    origin: ROOT,
    hasMore: () => next < tokens.length,
    take() {
      const token = tokens[next]
      if (token === undefined)
        throw new PresentationError({ en: 'its data lacks a value', es: 'a sus datos les falta un valor' })
      next += 1
      return token
    },
  }
}
