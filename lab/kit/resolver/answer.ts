/** What a name server's message says of one question. */
import type { Packet, Resource } from 'dns2'
import { isIPv4, isIPv6 } from 'node:net'

/** The types that are asked for, by their numbers (RFC 1035 §3.2.2, RFC 3596 §2.1). */
export const TYPES = { A: 1, MX: 15, TXT: 16, AAAA: 28 } as const
/** A type that can be asked for. */
export type LookupType = keyof typeof TYPES

/** A host that takes the mail of a domain (RFC 1035 §3.3.9); the null MX of RFC 7505 has an empty one. */
export interface MailHost {
  readonly preference: number
  readonly host: string
}

/** What a record of a type holds: an address, a text, or a mail host. */
export type RecordOf<Type extends LookupType> = Type extends 'MX' ? MailHost : string

/** What comes of a lookup; `ttl` in seconds. */
export type Lookup<Value> =
  | { readonly kind: 'found'; readonly records: readonly Value[]; readonly ttl: number }
  /** There is no such name, or it has no such data (RFC 2308 §2). */
  | { readonly kind: 'none'; readonly missing: 'name' | 'data'; readonly ttl: number }
  /** It may come another time. */
  | { readonly kind: 'failed'; readonly why: string }

/** What a message says: an answer, that the name is another's alias and no more, or that it is cut short. */
export type Reading<Value> = Lookup<Value> | { readonly kind: 'alias'; readonly name: string } | 'truncated'

/** A question as it was sent. */
export interface Question {
  readonly id: number
  readonly name: string
  readonly type: LookupType
}

type Codec = typeof Packet

const CNAME = 5
const SOA = 6
const OPT = 41
const IN = 1
const HEADER = 12
/** Records of one message; four thousand, which 64 KB hold, take the codec a quarter of a second. */
const MOST_RECORDS = 256
/** Aliases that are followed within one message. */
const MOST_ALIASES = 16
/** Seconds for which it is believed that there is nothing, at most (RFC 2308 §5). */
const LONGEST_NEGATIVE = 10_800
/** RCODEs (RFC 1035 §4.1.1). */
const NAME_ERROR = 3
const REASONS: Readonly<Record<number, string>> = {
  1: 'does not understand the question (FORMERR)',
  2: 'has failed (SERVFAIL)',
  4: 'does not do that (NOTIMP)',
  5: 'refuses to answer (REFUSED)',
}

/** The octets of a question that asks for recursion. */
export function encodeQuestion(codec: Codec, { id, name, type }: Question): Buffer {
  const packet = new codec()
  packet.header.id = id
  packet.header.rd = 1
  packet.questions.push(new codec.Question(name, TYPES[type], IN))
  return packet.toBuffer()
}

/** Reads a message; undefined if it is no answer to the question. */
export function readAnswer<Type extends LookupType>(
  codec: Codec,
  message: Buffer,
  question: Question & { readonly type: Type },
  convert: (record: Resource) => RecordOf<Type> | undefined,
): Reading<RecordOf<Type>> | undefined {
  if (message.length < HEADER || message.readUInt16BE(0) !== question.id) return undefined
  // The codec passes over what it cannot read, and an OPT of 8 KB takes it a second: neither gets to it.
  if (!isWellFormed(message)) return undefined
  const known = Buffer.from(message)
  known.writeUInt16BE(0, 10)
  const packet = codec.parse(known)
  if (!isAnswerTo(packet, question)) return undefined
  if (packet.header.tc === 1) return 'truncated'
  const { rcode } = packet.header
  if (rcode !== 0 && rcode !== NAME_ERROR)
    return { kind: 'failed', why: REASONS[rcode] ?? `answers with RCODE ${rcode}` }
  return interpret(packet, question, convert, rcode === NAME_ERROR ? 'name' : 'data')
}

function interpret<Type extends LookupType>(
  packet: Packet,
  { name, type }: Question & { readonly type: Type },
  convert: (record: Resource) => RecordOf<Type> | undefined,
  missing: 'name' | 'data',
): Reading<RecordOf<Type>> {
  const answers = packet.answers.filter((record) => record.class === IN)
  const end = followAliases(answers, name)
  if (end === undefined) return { kind: 'failed', why: 'answers with aliases in a circle' }
  const records = answers.filter((record) => record.type === TYPES[type] && isSame(record.name, end))
  if (records.length === 0) {
    if (missing === 'data' && !isSame(end, name)) return { kind: 'alias', name: end }
    return { kind: 'none', missing, ttl: negativeTtl(packet.authorities) }
  }
  const values = records.flatMap((record) => {
    const value = convert(record)
    return value === undefined ? [] : [value]
  })
  if (values.length < records.length)
    return { kind: 'failed', why: `answers with ${type} that cannot be read` }
  return { kind: 'found', records: values, ttl: Math.min(...records.map(({ ttl }) => ttl)) }
}

/** The name at the end of the aliases; undefined if they have none. */
function followAliases(answers: readonly Resource[], name: string): string | undefined {
  let end = name
  for (let step = 0; step < MOST_ALIASES; step += 1) {
    const current = end
    const alias = answers.find((record) => record.type === CNAME && isSame(record.name, current))
    if (alias?.domain === undefined) return end
    end = alias.domain
  }
  return undefined
}

/** RFC 2308 §5: the lesser of the SOA's TTL and its MINIMUM; what has no SOA is not to be kept. */
function negativeTtl(authorities: readonly Resource[]): number {
  const soa = authorities.find(({ type }) => type === SOA)
  return soa === undefined ? 0 : Math.min(soa.ttl, soa.minimum ?? 0, LONGEST_NEGATIVE)
}

function isAnswerTo(packet: Packet, { name, type }: Question): boolean {
  const [asked] = packet.questions
  const { header } = packet
  return (
    header.qr === 1 &&
    header.opcode === 0 &&
    header.qdcount === 1 &&
    asked !== undefined &&
    asked.type === TYPES[type] &&
    asked.class === IN &&
    isSame(asked.name, name) &&
    packet.answers.length === header.ancount &&
    packet.authorities.length === header.nscount
  )
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Whether all records that are counted, up to the additional ones, are there, not too many, and none is an OPT. */
function isWellFormed(message: Buffer): boolean {
  let at = HEADER
  if (message.readUInt16BE(4) !== 1) return false
  for (let count = message.readUInt16BE(4); count > 0; count -= 1) at = skipName(message, at) + 4
  const records = message.readUInt16BE(6) + message.readUInt16BE(8)
  if (records > MOST_RECORDS) return false
  for (let count = records; count > 0; count -= 1) {
    at = skipName(message, at)
    if (at + 10 > message.length || message.readUInt16BE(at) === OPT) return false
    at += 10 + message.readUInt16BE(at + 8)
  }
  return at <= message.length
}

/** Where a name ends; beyond the message if it does not. */
function skipName(message: Buffer, from: number): number {
  for (let at = from; at < message.length;) {
    const length = message.readUInt8(at)
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    at += length + 1
  }
  return message.length + 1
}

/** What records hold, as the codec reads them; undefined where it reads something else. */
export const converters: {
  readonly [Type in LookupType]: (record: Resource) => RecordOf<Type> | undefined
} = {
  A: ({ address = '' }) => (isIPv4(address) ? address : undefined),
  AAAA: ({ address = '' }) => (isIPv6(address) ? address : undefined),
  MX: ({ priority, exchange }) =>
    priority === undefined || exchange === undefined ? undefined : { preference: priority, host: exchange },
  TXT: ({ data }) => (Array.isArray(data) ? data.join('') : data),
}
