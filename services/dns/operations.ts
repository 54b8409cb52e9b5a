/** What the running service tells of itself to who looks on: the records that it serves and the lookups that it remembers. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Json } from '../../lab/service.ts'
import type { Forwarder } from './forward/forwarder.ts'
import { printData } from './records/data.ts'
import { typeName } from './records/types.ts'
import { printCode } from './wire/codes.ts'
import type { RecordSet } from './wire/message.ts'
import { printKey, printName } from './wire/name.ts'
import type { Zones } from './zone/lookup.ts'
import { serialOf } from './zone/serial.ts'
import { allSets } from './zone/zone.ts'

/** Records or lookups that are looked at before others have their turn. */
const PORTION = 1000

/** Records of one lookup that are told. */
const MOST_RECORDS = 50

const wishSchema = z.strictObject({
  zone: z.string().max(255).optional(),
  text: z.string().max(255).default(''),
  from: z.int().min(0).default(0),
  limit: z.int().min(1).max(2000).default(500),
})

/** The records of the zones, or of one, that have the text in them; so many, after leaving out some. */
export async function tellZones(zones: Zones, input: Json): Promise<Json> {
  const { zone: wanted, text, from, limit } = wishSchema.parse(input)
  const wish = text.toLowerCase()
  const records: Json[] = []
  let total = 0
  let looked = 0
  for (const zone of zones.values()) {
    const name = printKey(zone.apex.key)
    if (wanted !== undefined && wanted.toLowerCase().replace(/(?<=.)\.$/, '') !== name) continue
    for (const { owner, type, ttl, data } of allSets(zone)) {
      for (const each of data) {
        looked += 1
        if (looked % PORTION === 0) await nextTurn()
        const record = {
          zone: name,
          name: printName(owner),
          ttl,
          type: typeName(type),
          data: printData(type, each),
        }
        if (!`${record.name} ${record.type} ${record.data}`.toLowerCase().includes(wish)) continue
        total += 1
        if (total > from && records.length < limit) records.push(record)
      }
    }
  }
  const served = [...zones.values()].map((zone) => ({
    name: printKey(zone.apex.key),
    serial: serialOf(zone),
    records: zone.records,
  }))
  return { zones: served, records, total }
}

/** The lookups that a forwarder remembers and that have the text in them, the last one first; each name and type once. */
export async function tellCache(forwarder: Forwarder, input: Json): Promise<Json> {
  const { text, from, limit } = wishSchema.omit({ zone: true }).parse(input)
  const wish = text.toLowerCase()
  const lookups: Json[] = []
  const seen = new Set<string>()
  let total = 0
  let looked = 0
  for (const { key, type, rcode, answer, left } of forwarder.remembered()) {
    looked += 1
    if (looked % PORTION === 0) await nextTurn()
    const [name, kind] = [printKey(key), typeName(type)]
    // The same question may be there with and without its proofs.
    if (seen.has(`${name} ${kind}`) || !`${name} ${kind}`.toLowerCase().includes(wish)) continue
    seen.add(`${name} ${kind}`)
    total += 1
    if (total <= from || lookups.length >= limit) continue
    lookups.push({ name, type: kind, outcome: printCode(rcode, 'RCODE'), records: printSets(answer), left })
  }
  return { lookups, total }
}

function printSets(sets: readonly RecordSet[]): string[] {
  return sets
    .flatMap(({ owner, type, ttl, data }) =>
      data.map((each) => `${printName(owner)} ${ttl} IN ${typeName(type)} ${printData(type, each)}`),
    )
    .slice(0, MOST_RECORDS)
}
