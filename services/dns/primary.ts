/** The zones that the service is the primary of: as their files say, with the lab's own names, and in which version. */
import type { ServiceContext, Timer } from '../../lab/service.ts'
import type { Config } from './config.ts'
import type { ZoneSigner } from './dnssec/signer.ts'
import { announceSigned } from './dnssec/signing.ts'
import { isNewer, readSerial, serialOf, withSerial } from './zone/serial.ts'
import { digestEntries, digestZone, Versions, type Version } from './transfer/versions.ts'
import { TYPE } from './records/types.ts'
import { printKey } from './wire/name.ts'
import type { Zones } from './zone/lookup.ts'
import type { Zone } from './zone/zone.ts'
import { joinZones, type LoadedZone } from './zone/zones.ts'

/** Milliseconds after a change of the lab's names for which more are waited for. */
const QUIET = 300

/** A zone as read, and how the version that is served came about. */
interface Kept {
  readonly loaded: LoadedZone
  readonly name: string
  /** The serial number of its file. */
  readonly written: number
  readonly digest: string
  /** The version served before the start. */
  readonly previous: Version | undefined
  /** By how much the serial number that is served is ahead of the file's. */
  ahead: number
}

/** Keeps the zones as they are now. */
export class Primary implements Disposable {
  private readonly ctx: ServiceContext<Config>
  private readonly kept: readonly Kept[]
  private readonly versions: Versions | undefined
  /** Whether others copy the zones, so that each state needs a serial number of its own. */
  private readonly isCopied: boolean
  private readonly grown: (zone: Zone) => void
  private readonly signer: ZoneSigner | undefined
  private readonly watch: Disposable | undefined
  private pause: Timer | undefined
  private zones: Zones
  private isStale = false

  /** `grown` hears of each zone whose serial number has grown since the start. */
  constructor(
    ctx: ServiceContext<Config>,
    loaded: readonly LoadedZone[],
    grown: (zone: Zone) => void,
    signer: ZoneSigner | undefined,
  ) {
    const { zone, allowTransfer, records } = ctx.config
    const isWritten = [zone].flat().length > 0
    this.ctx = ctx
    this.grown = grown
    this.signer = signer
    this.isCopied = allowTransfer.length > 0
    this.versions = isWritten || this.isCopied ? new Versions(ctx.store().folder, ctx.log) : undefined
    this.kept = loaded.map((each) => keep(each, this.versions, isWritten))
    this.zones = this.join()
    for (const each of this.kept) this.tellLoaded(each)
    announceSigned(ctx, this.zones)
    this.watch = records === 'services' ? ctx.world.names.watch(() => this.noteNames()) : undefined
  }

  /** The zones as they are now. */
  current(): Zones {
    if (this.isStale || this.signer?.isDue() === true) this.refresh()
    return this.zones
  }

  [Symbol.dispose](): void {
    this.watch?.[Symbol.dispose]()
    this.pause?.cancel()
  }

  private noteNames(): void {
    this.isStale = true
    if (!this.isCopied) return
    this.pause?.cancel()
    this.pause = this.ctx.clock.timer(QUIET, () => void this.current())
  }

  private refresh(): void {
    this.isStale = false
    const before = this.zones
    const isRenewed = this.signer?.isDue() === true
    this.zones = this.join()
    if (isRenewed) announceSigned(this.ctx, this.zones)
    if (!this.isCopied) return
    const changed = this.kept.filter(({ loaded: { apex } }) => {
      const [old, now] = [before.get(apex.key), this.zones.get(apex.key)]
      if (old === undefined || now === undefined) return false
      return digestZone(old) !== digestZone(now) || (isRenewed && this.signer.signs(now))
    })
    if (changed.length === 0) return
    // Whoever copies a zone looks at nothing but its serial number (RFC 1034 §4.3.5).
    for (const each of changed) each.ahead += 1
    this.zones = this.join()
    for (const { loaded } of changed) this.announce(loaded)
  }

  private announce({ apex }: LoadedZone): void {
    const zone = this.zones.get(apex.key)
    if (zone !== undefined) this.grown(zone)
  }

  private join(): Zones {
    const { world, config, log } = this.ctx
    const names = config.records === 'services' ? world.names.list() : []
    const loaded = this.kept.map(withServedSerial)
    const zones = joinZones(loaded, names, config.ttl, (name, why) => {
      log.debug({ name: name.name, type: name.type, why }, 'a published name is not served')
    })
    this.versions?.keep(new Map(this.kept.map((each) => [each.name, versionOf(each)])))
    return this.signer?.sign(zones) ?? zones
  }

  private tellLoaded({ loaded, name, digest, written, previous }: Kept): void {
    const { file, apex } = loaded
    const zone = this.zones.get(apex.key)
    if (zone === undefined) return
    const serial = serialOf(zone)
    const isChanged = previous !== undefined && previous.digest !== digest
    const hasGrown = previous !== undefined && isNewer(serial, previous.serial)
    const about = previous && { previous: previous.serial, changed: isChanged, grown: hasGrown }
    this.ctx.record({
      kind: 'zone.loaded',
      data: { zone: name, file, serial, records: zone.records, ...about },
    })
    if (previous === undefined || hasGrown || (!isChanged && written === previous.written)) return
    this.ctx.log.warn(
      { zone: name, file, serial, previous: previous.serial },
      isChanged
        ? 'the zone changed but its serial number did not grow: secondaries will not take the change; raise it'
        : 'the serial number of the zone went back: secondaries will not take the zone until it is greater than before',
    )
  }
}

function keep(loaded: LoadedZone, versions: Versions | undefined, isWritten: boolean): Kept {
  const name = printKey(loaded.apex.key)
  const soa = loaded.entries.find((entry) => entry.type === TYPE.soa)
  const written = soa === undefined ? 0 : readSerial(soa.data)
  const digest = digestEntries(loaded.entries)
  const previous = versions?.find(name)
  return { loaded, name, written, digest, previous, ahead: aheadOf(written, digest, previous, isWritten) }
}

// The author of a file decides when its serial number grows; a zone that the lab makes up has none.
function aheadOf(written: number, digest: string, previous: Version | undefined, isWritten: boolean): number {
  if (previous === undefined) return 0
  const isSame = previous.digest === digest && previous.written === written
  if (isSame) return (previous.serial - written) >>> 0
  return isWritten || isNewer(written, previous.serial) ? 0 : (previous.serial + 1 - written) >>> 0
}

function versionOf({ written, ahead, digest }: Kept): Version {
  return { written, serial: (written + ahead) >>> 0, digest }
}

function withServedSerial({ loaded, written, ahead }: Kept): LoadedZone {
  if (ahead === 0) return loaded
  const entries = loaded.entries.map((entry) =>
    entry.type === TYPE.soa ? { ...entry, data: withSerial(entry.data, (written + ahead) >>> 0) } : entry,
  )
  return { ...loaded, entries }
}
