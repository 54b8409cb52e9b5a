/** RRSIG records: signatures over record sets (RFC 4034 §3). */
import { sign } from 'node:crypto'
import { TYPE } from '../records/types.ts'
import type { RecordSet } from '../wire/message.ts'
import { labelsOf, type Name } from '../wire/name.ts'
import type { Signatures } from '../zone/zone.ts'
import { canonicalSet } from './canonical.ts'
import { ALGORITHM, type ZoneKey } from './key.ts'

/** When signatures hold, in seconds since 1970. */
export interface Period {
  readonly inception: number
  readonly expiration: number
}

/** Makes the signatures of one name when they are first asked for, and keeps them. */
export class LiveSignatures implements Signatures {
  private readonly sets: ReadonlyMap<number, RecordSet>
  private readonly signing: Signing
  private readonly made = new Map<number, RecordSet>()

  /** Of the sets of the name, those that are the zone's own. */
  constructor(sets: ReadonlyMap<number, RecordSet>, signing: Signing) {
    this.sets = sets
    this.signing = signing
  }

  get(type: number): RecordSet | undefined {
    const known = this.made.get(type)
    if (known !== undefined) return known
    const set = this.sets.get(type)
    if (set === undefined) return undefined
    const signature = signSet(set, this.signing)
    this.made.set(type, signature)
    return signature
  }
}

/** With what, and until when, sets are signed. */
export interface Signing {
  readonly key: ZoneKey
  readonly period: Period
}

/** The RRSIG record over a set (RFC 4034 §3.1.8.1). */
export function signSet(set: RecordSet, { key, period }: Signing): RecordSet {
  const owner = Buffer.from(set.owner.key, 'latin1')
  const head = Buffer.alloc(18)
  head.writeUInt16BE(set.type, 0)
  head[2] = ALGORITHM
  head[3] = countLabels(set.owner)
  head.writeUInt32BE(set.ttl, 4)
  head.writeUInt32BE(period.expiration >>> 0, 8)
  head.writeUInt32BE(period.inception >>> 0, 12)
  head.writeUInt16BE(key.tag, 16)
  const fields = Buffer.concat([head, Buffer.from(key.zone.key, 'latin1')])
  const pieces: Buffer[] = [fields]
  for (const data of canonicalSet(set.type, set.data)) {
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(set.type, 0)
    fixed.writeUInt16BE(set.class, 2)
    fixed.writeUInt32BE(set.ttl, 4)
    fixed.writeUInt16BE(data.length, 8)
    pieces.push(owner, fixed, data)
  }
  // Two numbers of 32 octets, without any frame (RFC 6605 §4).
  const signature = sign('sha256', Buffer.concat(pieces), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return { ...set, type: TYPE.rrsig, data: [Buffer.concat([fields, signature])], targets: [] }
}

/** Labels without the root and without the asterisk of a wildcard (RFC 4034 §3.1.3). */
function countLabels({ key }: Name): number {
  const labels = labelsOf(key)
  return labels[0] === '*' ? labels.length - 1 : labels.length
}
