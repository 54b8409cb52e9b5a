/** DS records: what the zone above says of a signed zone's keys (RFC 4034 §5). */
import { hash } from 'node:crypto'
import { TYPE } from '../records/types.ts'
import type { Name } from '../wire/name.ts'
import type { Zone } from '../zone/zone.ts'
import { keyTag } from './key.ts'

/** SHA-256 (RFC 4509 §2.1). */
const DIGEST = 2

/** The bits of a zone's own key, of an entry point, and of a revoked key (RFC 4034 §2.1.1, RFC 5011 §3). */
const FLAG = { zone: 0x0100, entryPoint: 0x0001, revoked: 0x0080 } as const

/** The data of the DS records that lead to a signed zone from the one above; none for an unsigned one. */
export function delegationsOf(zone: Zone): readonly Buffer[] {
  const keys = zone.nodes.get(zone.apex.key)?.sets.get(TYPE.dnskey)?.data ?? []
  return keys.filter(isEntryPoint).map((dnskey) => delegationOf(zone.apex, dnskey))
}

function isEntryPoint(dnskey: Buffer): boolean {
  const flags = dnskey.length > 4 ? dnskey.readUInt16BE(0) : 0
  return (flags & (FLAG.zone | FLAG.entryPoint | FLAG.revoked)) === (FLAG.zone | FLAG.entryPoint)
}

/** The data of the DS record that leads to a key of the zone, its digest SHA-256 (RFC 4034 §5.1.4, RFC 4509). */
function delegationOf(zone: Name, dnskey: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(keyTag(dnskey), 0)
  head[2] = dnskey[3] ?? 0
  head[3] = DIGEST
  const owner = Buffer.from(zone.key, 'latin1')
  return Buffer.concat([head, hash('sha256', Buffer.concat([owner, dnskey]), 'buffer')])
}
