/** DNS cookies (RFC 7873), the server's made as RFC 9018 wants them, so that any server of the same secret takes them. */
import { timingSafeEqual } from 'node:crypto'
import type { Clock, Random } from '../../../lab/service.ts'
import { octetsOf } from './address.ts'
import { siphash } from './siphash.ts'

const CLIENT_LENGTH = 8
/** Octets of a server cookie: others' may have 8 to 32 (RFC 7873 §4.2), ours have 16 (RFC 9018 §4). */
const SERVER_LENGTH = { least: 8, ours: 16, most: 32 } as const
const VERSION = 1
/** Octets of a server cookie before its hash: version, three reserved ones, time (RFC 9018 §4). */
const HEAD_LENGTH = 8
const SECRET_LENGTH = 16

/** Seconds for which a server cookie is good, and by which its clock may be ahead (RFC 9018 §4.3). */
const AGE_LIMIT = 3600
const AHEAD_LIMIT = 300
/** Seconds after which a good cookie is replaced (RFC 9018 §4.3). */
const RENEWAL_AGE = 1800
/** Milliseconds after which a secret is replaced; the one before it still counts (RFC 9018 §5). */
const ROLLOVER = 3_600_000

/** What a query's cookie is worth. */
export interface Cookie {
  /** Whether the client has shown that it receives what is sent to its address (RFC 7873 §5.2.5). */
  readonly isValid: boolean
  /** Whether there was a server cookie at all. */
  readonly hasServer: boolean
  /** The data of the COOKIE option of the answer (RFC 7873 §5.2). */
  readonly answer: Buffer
}

/** Makes and checks cookies with secrets of its own. */
export class Cookies {
  private readonly clock: Pick<Clock, 'now'>
  private readonly random: Pick<Random, 'bytes'>
  private secrets: readonly Buffer[] = []
  private rolledAt = -Infinity

  constructor(clock: Pick<Clock, 'now'>, random: Pick<Random, 'bytes'>) {
    this.clock = clock
    this.random = random
  }

  /** Judges the data of a COOKIE option; undefined for a length that no cookie has (RFC 7873 §5.2.2). */
  judge(data: Buffer, host: string): Cookie | undefined {
    const extra = data.length - CLIENT_LENGTH
    const isSound = extra === 0 || (extra >= SERVER_LENGTH.least && extra <= SERVER_LENGTH.most)
    if (!isSound) return undefined
    this.rollOver()
    const client = data.subarray(0, CLIENT_LENGTH)
    const address = octetsOf(host)
    const now = Math.floor(this.clock.now() / 1000)
    const server = data.subarray(CLIENT_LENGTH)
    const isValid = this.isValid(client, server, address, now)
    const isFresh = isValid && ageOf(server, now) < RENEWAL_AGE
    const answer = isFresh ? data : Buffer.concat([client, this.make(client, address, now)])
    return { isValid, hasServer: extra > 0, answer }
  }

  private make(client: Buffer, address: Buffer, now: number): Buffer {
    const head = Buffer.alloc(HEAD_LENGTH)
    head.writeUInt8(VERSION, 0)
    head.writeUInt32BE(now >>> 0, 4)
    const [secret = Buffer.alloc(SECRET_LENGTH)] = this.secrets
    return Buffer.concat([head, hash(secret, client, head, address)])
  }

  private isValid(client: Buffer, server: Buffer, address: Buffer, now: number): boolean {
    if (server.length !== SERVER_LENGTH.ours || server[0] !== VERSION) return false
    const age = ageOf(server, now)
    if (age > AGE_LIMIT || age < -AHEAD_LIMIT) return false
    const given = server.subarray(HEAD_LENGTH)
    return this.secrets.some((secret) => timingSafeEqual(hash(secret, client, server, address), given))
  }

  private rollOver(): void {
    const age = this.clock.now() - this.rolledAt
    if (age < ROLLOVER) return
    const [previous] = this.secrets
    this.secrets = [this.random.bytes(SECRET_LENGTH), ...(previous === undefined ? [] : [previous])]
    this.rolledAt = this.clock.now()
  }
}

/** The hash covers the client cookie, the head of the server cookie and the client's address (RFC 9018 §4.4). */
function hash(secret: Buffer, client: Buffer, server: Buffer, address: Buffer): Buffer {
  const covered = Buffer.allocUnsafe(CLIENT_LENGTH + HEAD_LENGTH + address.length)
  client.copy(covered, 0)
  server.copy(covered, CLIENT_LENGTH, 0, HEAD_LENGTH)
  address.copy(covered, CLIENT_LENGTH + HEAD_LENGTH)
  return siphash(secret, covered)
}

// The time counts as a serial number (RFC 9018 §4.3, RFC 1982 §3.2).
function ageOf(server: Buffer, now: number): number {
  return (now - server.readUInt32BE(4)) | 0
}
