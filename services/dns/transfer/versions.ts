/** Which version of each zone was served last: by it a changed zone is known, and whether its serial number grew. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { Logger } from '../../../lab/service.ts'
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
  private readonly log: Pick<Logger, 'warn'>
  private readonly versions: Map<string, Version>
  /** What became of the last write: after a failed one each call tries again, and only the first is told. */
  private state: 'written' | 'failed' = 'written'

  constructor(folder: string, log: Pick<Logger, 'warn'>) {
    this.path = join(folder, 'versions.json')
    this.log = log
    this.versions = new Map(Object.entries(read(this.path)))
  }

  /** The last version of the zone of that name; undefined for a new zone. */
  find(zone: string): Version | undefined {
    return this.versions.get(zone)
  }

  /** Notes what is served now, by the names of the zones, durably before it returns; what is noted already costs nothing. */
  keep(served: ReadonlyMap<string, Version>): void {
    const changed = [...served].filter(([zone, version]) => !isSame(this.find(zone), version))
    if (changed.length === 0 && this.state === 'written') return
    for (const [zone, version] of changed) this.versions.set(zone, version)
    try {
      this.write()
      this.state = 'written'
    } catch (error) {
      // The zones are served all the same: a full disk must not take the names away.
      if (this.state === 'written') {
        this.log.warn(
          { file: this.path, error: error instanceof Error ? error.message : String(error) },
          'the serial numbers of the zones cannot be written: make room or give access; after a restart secondaries may miss a change',
        )
      }
      this.state = 'failed'
    }
  }

  private write(): void {
    const temporary = `${this.path}.new`
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.versions)), { mode: 0o600, flush: true })
    renameSync(temporary, this.path)
  }
}

function isSame(one: Version | undefined, other: Version): boolean {
  return one?.written === other.written && one.serial === other.serial && one.digest === other.digest
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
