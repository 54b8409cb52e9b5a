/** A stub resolver (RFC 1034 §5.3.1) for addresses, mail hosts and texts, which asks one name server. */
import type { Duplex } from 'node:stream'
import { domainToASCII } from 'node:url'
import { messageOf } from './error.ts'
import {
  converters,
  encodeQuestion,
  readAnswer,
  type Lookup,
  type LookupType,
  type MailHost,
  type Question,
  type Reading,
  type RecordOf,
} from './resolver/answer.ts'

export type { Lookup, LookupType, MailHost } from './resolver/answer.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** What a resolver uses. */
export interface ResolverOptions {
  /** Over UDP each write is a datagram, and each `data` event one from that address. */
  readonly connect: (
    target: Address & { readonly transport: 'udp' | 'tcp'; readonly timeout: number },
  ) => Promise<Duplex>
  /** The name server at this moment. */
  readonly server: () => Address | undefined
  readonly clock: {
    timer(milliseconds: number, run: () => void): { cancel(): void }
  }
  readonly random: { bytes(count: number): Buffer }
  /** Milliseconds for each attempt, 3000 by default. */
  readonly timeout?: number
  /** How often it asks over UDP, 3 times by default. */
  readonly attempts?: number
}

/** Aliases that are asked for one after the other. */
const MOST_ALIASES = 8
/** Datagrams that are no answer, after which nobody listens on (RFC 5452 §9). */
const MOST_STRANGERS = 100

/** Asks a name server; nothing rejects, for what fails is an answer too. */
export class Resolver {
  readonly #options: ResolverOptions

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  /** IPv4 addresses. */
  a(name: string): Promise<Lookup<string>> {
    return this.#lookup(name, 'A')
  }

  /** IPv6 addresses. */
  aaaa(name: string): Promise<Lookup<string>> {
    return this.#lookup(name, 'AAAA')
  }

  /** Mail hosts, in no order. */
  mx(name: string): Promise<Lookup<MailHost>> {
    return this.#lookup(name, 'MX')
  }

  /** Texts, the strings of each record joined. */
  txt(name: string): Promise<Lookup<string>> {
    return this.#lookup(name, 'TXT')
  }

  async #lookup<Type extends LookupType>(asked: string, type: Type): Promise<Lookup<RecordOf<Type>>> {
    let name = asked.replace(/\.$/, '')
    for (let alias = 0; alias < MOST_ALIASES; alias += 1) {
      const plain = plainName(name)
      // What cannot be asked for is not there.
      if (plain === undefined) return { kind: 'none', missing: 'name', ttl: 0 }
      const reading = await this.#ask(plain, type)
      if (reading.kind !== 'alias') return reading
      name = reading.name
    }
    return { kind: 'failed', why: `too many aliases lead on from ${asked}` }
  }

  async #ask<Type extends LookupType>(
    name: string,
    type: Type,
  ): Promise<Exclude<Reading<RecordOf<Type>>, 'truncated'>> {
    const server = this.#options.server()
    if (server === undefined) return { kind: 'failed', why: 'there is no name server to ask' }
    const { attempts = 3 } = this.#options
    let why = 'does not answer'
    for (let attempt = 0; attempt < attempts; attempt += 1)
      try {
        let reading = await this.#exchange(server, name, type, 'udp')
        // RFC 7766 §5
        if (reading === 'truncated') reading = await this.#exchange(server, name, type, 'tcp')
        if (reading !== undefined && reading !== 'truncated') {
          if (reading.kind !== 'failed') return reading
          ;({ why } = reading)
        }
      } catch (error) {
        why = messageOf(error)
      }
    return { kind: 'failed', why: `the name server ${server.host} port ${server.port}: ${why}` }
  }

  /** Undefined if no answer came in time; rejects if there is no way to the server. */
  async #exchange<Type extends LookupType>(
    server: Address,
    name: string,
    type: Type,
    transport: 'udp' | 'tcp',
  ): Promise<Reading<RecordOf<Type>> | undefined> {
    const { connect, clock, random, timeout = 3000 } = this.#options
    const { Packet } = await import('dns2')
    // A random id, from a port of its own (RFC 5452 §9.2).
    const question = { id: random.bytes(2).readUInt16BE(0), name, type }
    const octets = encodeQuestion(Packet, question)
    const stream = await connect({ ...server, transport, timeout })
    const timer = clock.timer(timeout, () => stream.destroy())
    try {
      stream.write(transport === 'udp' ? octets : framed(octets))
      return await receive(stream, transport, (message) =>
        readAnswer<Type>(Packet, message, question satisfies Question, converters[type]),
      )
    } finally {
      timer.cancel()
      stream.destroy()
    }
  }
}

/** A name that can be asked for, in ASCII (RFC 5890 §2.3.2.1); undefined for any other. */
function plainName(name: string): string | undefined {
  const plain = /^[\x21-\x7e]+$/.test(name) ? name : domainToASCII(name)
  if (plain.length > 253) return undefined
  return /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i.test(plain) ? plain : undefined
}

/** RFC 1035 §4.2.2 */
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** The first message that `read` makes something of; undefined if the stream ends before, or too many others come. */
function receive<Value>(
  stream: Duplex,
  transport: 'udp' | 'tcp',
  read: (message: Buffer) => Value | undefined,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    let pieces = Buffer.alloc(0)
    let strangers = 0
    const take = (message: Buffer): void => {
      const value = read(message)
      strangers += 1
      if (value !== undefined) resolve(value)
      else if (strangers >= MOST_STRANGERS || transport === 'tcp') stream.destroy()
    }
    stream.on('data', (octets: Buffer) => {
      if (transport === 'udp') return take(octets)
      // Two octets of length bound what comes together here.
      pieces = Buffer.concat([pieces, octets])
      if (pieces.length < 2) return
      const end = 2 + pieces.readUInt16BE(0)
      if (pieces.length >= end) take(pieces.subarray(2, end))
    })
    stream.on('error', () => stream.destroy())
    stream.once('end', () => resolve(undefined))
    stream.once('close', () => resolve(undefined))
  })
}
