/** Zones that are signed with known keys, and a validator of their signatures. */
import assert from 'node:assert/strict'
import { createPublicKey, hash, verify } from 'node:crypto'
import { keyOf } from '../../../services/dns/dnssec/key.ts'
import { ZoneSigner } from '../../../services/dns/dnssec/signer.ts'
import { TYPE, typeName } from '../../../services/dns/records/types.ts'
import type { RecordSet } from '../../../services/dns/wire/message.ts'
import { nameLength, nameOf, printKey, type Name } from '../../../services/dns/wire/name.ts'
import type { Zones } from '../../../services/dns/zone/lookup.ts'
import { zonesOf } from './example.ts'

/** Milliseconds at which the zones are signed. */
export const NOW = Date.UTC(2026, 5, 1)

/** A signer with a key for each zone, always the same for the same name. */
export function signerOf(zones: Zones, clock = { now: () => NOW }): ZoneSigner {
  const keys = [...zones.values()].map(({ apex }) => keyOf(apex, hash('sha256', apex.key, 'buffer')))
  return new ZoneSigner(new Map(keys.map((key) => [key.zone.key, key])), clock)
}

/** The zones of files without errors, signed. */
export function signedZones(texts: Readonly<Record<string, string>>, errors = 0): Zones {
  const zones = zonesOf(texts, errors)
  return signerOf(zones).sign(zones)
}

/** The sets of a section without signatures, as `owner type`, once each signature in it has been verified; those without one end in `?`. */
export function verified(zones: Zones, sets: readonly RecordSet[], now = NOW): readonly string[] {
  const signed = new Set<RecordSet>()
  for (const signatures of sets.filter(({ type }) => type === TYPE.rrsig)) {
    for (const data of signatures.data) {
      const covered = sets.find(
        ({ type, owner }) => type === data.readUInt16BE(0) && owner.key === signatures.owner.key,
      )
      assert.ok(covered, `a signature of ${printKey(signatures.owner.key)} covers nothing`)
      assert.equal(signatures.ttl, covered.ttl)
      check(zones, covered, data, Math.floor(now / 1000))
      signed.add(covered)
    }
  }
  return sets
    .filter(({ type }) => type !== TYPE.rrsig)
    .map((set) => `${printKey(set.owner.key)} ${typeName(set.type)}${signed.has(set) ? '' : ' ?'}`)
}

// RFC 4035 §5.3.2, for data whose names are in lower case.
function check(zones: Zones, set: RecordSet, data: Buffer, seconds: number): void {
  const what = `${printKey(set.owner.key)} ${typeName(set.type)}`
  const signer = nameOf(data.subarray(18, 18 + nameLength(data, 18)))
  assert.ok(data.readUInt32BE(8) >= seconds && data.readUInt32BE(12) <= seconds, `${what}: not now`)
  const [key] = zones.get(signer.key)?.nodes.get(signer.key)?.sets.get(TYPE.dnskey)?.data ?? []
  assert.ok(key, `${what}: ${printKey(signer.key)} has no key`)
  const owner = signedOwner(set.owner, data[3] ?? 0)
  const original = data.readUInt32BE(4)
  const records = set.data
    .map((each) => lowered(set.type, each))
    .toSorted((one, other) => Buffer.compare(one, other))
    .map((each) => {
      const fixed = Buffer.alloc(10)
      fixed.writeUInt16BE(set.type, 0)
      fixed.writeUInt16BE(1, 2)
      fixed.writeUInt32BE(original, 4)
      fixed.writeUInt16BE(each.length, 8)
      return Buffer.concat([owner, fixed, each])
    })
  const fields = data.subarray(0, 18 + signer.wire.length)
  const point = key.subarray(4).toString('base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: coordinate(point, 0), y: coordinate(point, 32) },
  })
  const isGood = verify(
    'sha256',
    Buffer.concat([fields, ...records]),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    data.subarray(18 + signer.wire.length),
  )
  assert.ok(isGood, `${what}: the signature is wrong`)
}

function coordinate(point: string, at: number): string {
  return Buffer.from(point, 'base64url')
    .subarray(at, at + 32)
    .toString('base64url')
}

/** Octets before and behind the names of a type's data. */
const AROUND: ReadonlyMap<number, readonly [number, number]> = new Map([
  [TYPE.ns, [0, 0]],
  [TYPE.cname, [0, 0]],
  [TYPE.dname, [0, 0]],
  [TYPE.soa, [0, 20]],
  [TYPE.mx, [2, 0]],
  [TYPE.srv, [6, 0]],
])

// Next names keep their letter case (RFC 6840 §5.1), text is no name.
function lowered(type: number, data: Buffer): Buffer {
  const [before, behind] = AROUND.get(type) ?? [data.length, 0]
  const end = data.length - behind
  const names = Buffer.from(data.toString('latin1', before, end).toLowerCase(), 'latin1')
  return Buffer.concat([data.subarray(0, before), names, data.subarray(end)])
}

/** The wildcard that the name comes from if it has more labels than were signed (RFC 4035 §5.3.2). */
function signedOwner({ key }: Name, labels: number): Buffer {
  const wire = Buffer.from(key, 'latin1')
  const starts: number[] = []
  for (let at = 0; (wire[at] ?? 0) > 0; at += 1 + (wire[at] ?? 0)) starts.push(at)
  if (starts.length === labels || key.startsWith('\u0001*')) return wire
  return Buffer.concat([
    Buffer.from('\u0001*', 'latin1'),
    wire.subarray(starts.at(-labels) ?? wire.length - 1),
  ])
}
