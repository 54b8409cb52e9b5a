/** Which version of each zone was served last: by it a changed zone is known, and whether its serial number grew. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { TYPE } from '../records/types.ts'
import type { Zone, ZoneEntry } from '../zone/zone.ts'

/** One version of a zone. */
export interface Version {
  /** As its file says. */
  readonly written: number
  /** As it was served, which may be ahead of what is written. */
  readonly serial: number
  /** That of `digestEntries`. */
  readonly digest: string
}

const stored = z.record(
  z.string(),
  z.strictObject({ written: z.number(), serial: z.number(), digest: z.string() }),
)

/** The versions, kept over restarts in one small file of the folder: a database would cost each start more than all the rest. */
export class Versions {
  private readonly path: string
  private readonly versions: Map<string, Version>

  constructor(folder: string) {
    this.path = join(folder, 'versions.json')
    this.versions = new Map(Object.entries(read(this.path)))
  }

  /** The last version of the zone of that name; undefined for a new zone. */
  find(zone: string): Version | undefined {
    return this.versions.get(zone)
  }

  /** Notes what is served now, durably before it returns; what is noted already costs nothing. */
  keep(zone: string, { written, serial, digest }: Version): void {
    const last = this.find(zone)
    if (last?.written === written && last.serial === serial && last.digest === digest) return
    this.versions.set(zone, { written, serial, digest })
    const temporary = `${this.path}.new`
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.versions)), { mode: 0o600, flush: true })
    renameSync(temporary, this.path)
  }
}

// A file that is no such file is as good as none: the next version is taken for the first.
function read(path: string): Readonly<Record<string, Version>> {
  try {
    return stored.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

/** Equal for zone files with the same records, whatever their order and serial number. */
export function digestEntries(entries: readonly ZoneEntry[]): string {
  let sum = 0
  for (const { owner, type, ttl, data } of entries) sum += checksum(owner.key, type, ttl, data)
  return `${entries.length} ${sum}`
}

/** Equal for zones that answer the same, whatever their serial number. */
export function digestZone(zone: Zone): string {
  let sum = 0
  for (const { name, sets } of zone.nodes.values()) {
    for (const { type, ttl, data } of sets.values()) {
      for (const each of data) sum += checksum(name.key, type, ttl, each)
    }
  }
  return `${zone.records} ${sum}`
}

// Sums do not depend on the order.
function checksum(owner: string, type: number, ttl: number, data: Buffer): number {
  const content = type === TYPE.soa ? Buffer.concat([data.subarray(0, -20), data.subarray(-16)]) : data
  return crc32(content, (crc32(owner) ^ (type * 0x10001) ^ ttl) >>> 0)
}
