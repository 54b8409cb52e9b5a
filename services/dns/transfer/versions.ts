/** Which version of each zone was served last: by it a changed zone is known, and whether its serial number grew. */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
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

/** The versions, kept over restarts. */
export class Versions {
  private readonly database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.database = database
    database.exec(
      'CREATE TABLE IF NOT EXISTS versions (zone TEXT PRIMARY KEY, written INTEGER, serial INTEGER, digest TEXT) STRICT',
    )
  }

  /** The last version of the zone of that name; undefined for a new zone. */
  find(zone: string): Version | undefined {
    const row = this.database.prepare('SELECT written, serial, digest FROM versions WHERE zone = ?').get(zone)
    if (row === undefined) return undefined
    return {
      written: Number(row['written']),
      serial: Number(row['serial']),
      digest: String(row['digest']),
    }
  }

  /** Notes what is served now; what is noted already costs nothing. */
  keep(zone: string, { written, serial, digest }: Version): void {
    const last = this.find(zone)
    if (last?.written === written && last.serial === serial && last.digest === digest) return
    this.database
      .prepare('INSERT OR REPLACE INTO versions (zone, written, serial, digest) VALUES (?, ?, ?, ?)')
      .run(zone, written, serial, digest)
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
