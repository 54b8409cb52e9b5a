/** NSEC3 records of zones that were signed elsewhere: as NSEC, over hashes of the names (RFC 5155). */
import { hash } from 'node:crypto'
import { TYPE } from '../records/types.ts'
import type { Denial, ZoneNode } from '../zone/zone.ts'
import { lastUpTo } from './canonical.ts'

/** SHA-1, the only one there is (RFC 5155 §11). */
const ALGORITHM = 1

/** Rounds of hashing at most, as many as BIND's validators go along with: each proof costs them several times (RFC 9276 §3.2). */
export const ITERATION_LIMIT = 50

/** How names are hashed (RFC 5155 §4). */
export interface HashParameters {
  readonly iterations: number
  readonly salt: Buffer
}

/** The parameters in NSEC3 or NSEC3PARAM data; undefined for other algorithms, and for flags that no one knows (RFC 5155 §4.1.2). */
export function parametersOf(data: Buffer): HashParameters | undefined {
  if (data.length < 5 || data[0] !== ALGORITHM || (data[1] ?? 0) > 1) return undefined
  const iterations = data.readUInt16BE(2)
  return { iterations, salt: data.subarray(5, 5 + (data[4] ?? 0)) }
}

/** The name as the first label of its NSEC3 record's owner, in lower case (RFC 5155 §5). */
export function hashName(key: string, { iterations, salt }: HashParameters): string {
  let digest = hash('sha1', Buffer.concat([Buffer.from(key, 'latin1'), salt]), 'buffer')
  for (let left = iterations; left > 0; left -= 1) {
    digest = hash('sha1', Buffer.concat([digest, salt]), 'buffer')
  }
  return base32hex(digest)
}

const DIGITS = '0123456789abcdefghijklmnopqrstuv'

// Its texts sort as the octets do (RFC 4648 §7).
function base32hex(octets: Buffer): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const octet of octets) {
    bits = (bits << 8) | octet
    count += 8
    while (count >= 5) {
      count -= 5
      text += DIGITS[(bits >> count) & 31]
    }
    bits &= 31
  }
  return text
}

/** A chain of NSEC3 records. */
export class Nsec3Chain implements Denial {
  readonly type = TYPE.nsec3
  readonly hashed: readonly ZoneNode[]
  private readonly parameters: HashParameters
  private readonly byHash: ReadonlyMap<string, ZoneNode>
  private readonly hashes: readonly string[]

  /** Of the nodes, those with other parameters prove nothing (RFC 5155 §7.3). */
  constructor(hashed: readonly ZoneNode[], parameters: HashParameters) {
    this.hashed = hashed
    this.parameters = parameters
    this.byHash = new Map(
      hashed.filter((node) => hasParameters(node, parameters)).map((node) => [labelOf(node), node]),
    )
    this.hashes = [...this.byHash.keys()].toSorted()
  }

  match(key: string): ZoneNode | undefined {
    return this.byHash.get(hashName(key, this.parameters))
  }

  /** The record before the hash; the last one spans what lies before the first (RFC 5155 §3.1.7). */
  cover(key: string): ZoneNode | undefined {
    const before = lastUpTo(this.hashes, hashName(key, this.parameters))
    return this.byHash.get(this.hashes.at(before) ?? '')
  }
}

function labelOf({ name: { key } }: ZoneNode): string {
  return key.slice(1, 1 + key.charCodeAt(0))
}

function hasParameters(node: ZoneNode, { iterations, salt }: HashParameters): boolean {
  const found = parametersOf(node.sets.get(TYPE.nsec3)?.data[0] ?? Buffer.alloc(0))
  return found !== undefined && found.iterations === iterations && found.salt.equals(salt)
}
