/** Signing as the service does it: keys from its store, trust anchors beside them, a fact about each signed zone. */
import { join } from 'node:path'
import { writeDurably } from '../../../lab/kit/files.ts'
import type { Json, ServiceContext } from '../../../lab/service.ts'
import { printData } from '../records/data.ts'
import { TYPE } from '../records/types.ts'
import { parentKey, printKey, printName } from '../wire/name.ts'
import { findZone, type Zones } from '../zone/lookup.ts'
import type { Zone } from '../zone/zone.ts'
import type { LoadedZone } from '../zone/zones.ts'
import { delegationsOf } from './delegation.ts'
import type { ZoneKey } from './key.ts'
import { openKeyStore } from './key-store.ts'
import { isSigned } from './sign.ts'
import { ZoneSigner } from './signer.ts'

/** Loads or makes the keys of the zones that are not signed yet; writes the trust anchors of all into `keys/trust-anchors`. */
export async function openSigner(
  ctx: Pick<ServiceContext<unknown>, 'clock' | 'store'>,
  loaded: readonly LoadedZone[],
): Promise<ZoneSigner> {
  const folder = join(ctx.store().folder, 'keys')
  const store = await openKeyStore(folder)
  const keys = new Map<string, ZoneKey>()
  for (const { apex, entries } of loaded) {
    if (!isSigned(entries)) keys.set(apex.key, await store.load(apex, ctx.clock.now()))
  }
  if (keys.size > 0)
    await writeDurably(join(folder, 'trust-anchors'), trustAnchors([...keys.values()]), 0o600)
  return new ZoneSigner(keys, ctx.clock)
}

/** A `trust-anchors` statement of named.conf, which `delv -a` reads. */
export function trustAnchors(keys: readonly Pick<ZoneKey, 'zone' | 'dnskey'>[]): string {
  const lines = keys.map(({ zone, dnskey }) => {
    const [flags, protocol, algorithm, key] = printData(TYPE.dnskey, dnskey).split(' ')
    return `  "${printName(zone)}" static-key ${flags} ${protocol} ${algorithm} "${key}";\n`
  })
  return `trust-anchors {\n${lines.join('')}};\n`
}

/** Logs each signed zone with the DS record that belongs in the zone above, or why it cannot be validated, and records a `zone.signed`. */
export function announceSigned(ctx: Pick<ServiceContext<unknown>, 'log' | 'record'>, zones: Zones): void {
  for (const zone of zones.values()) {
    for (const data of describe(zone)) {
      ctx.log.info(data, 'the zone is signed; the zone above needs this DS record')
      ctx.record({ kind: 'zone.signed', data })
    }
    const above = findAbove(zones, zone)
    if (above === undefined) continue
    ctx.log.warn(
      { zone: printKey(zone.apex.key), above: printKey(above.apex.key) },
      'the signed zone above proves that there is no such zone: add its NS records there',
    )
  }
}

/** The signed zone above that does not delegate a zone, so that validators take the zone for forged (RFC 4035 §5.2). */
function findAbove(zones: Zones, { apex }: Zone): Zone | undefined {
  const parent = parentKey(apex.key)
  const above = parent === undefined ? undefined : findZone(zones, parent)
  return above?.denial === undefined || above.cuts.has(apex.key) ? undefined : above
}

/** What there is to say of each key that leads into a signed zone. */
function describe(zone: Zone): readonly Readonly<Record<string, Json>>[] {
  return delegationsOf(zone).map((ds) => ({
    zone: printKey(zone.apex.key),
    algorithm: ds[2] ?? 0,
    keyTag: ds.readUInt16BE(0),
    ds: printData(TYPE.ds, ds),
    expires: expiryOf(zone),
  }))
}

/** When the signature of the SOA ends, as all do where the lab makes them. */
function expiryOf(zone: Zone): string | null {
  const signature = zone.nodes.get(zone.apex.key)?.signatures?.get(TYPE.soa)?.data[0]
  return signature === undefined ? null : new Date(signature.readUInt32BE(8) * 1000).toISOString()
}
