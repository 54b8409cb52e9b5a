/** What is to be answered, and its octets. */
import type { Json } from '../../lab/service.ts'
import type { Answer } from './authority.ts'
import { writeOptions } from './edns.ts'
import type { Query } from './query.ts'
import { IDLE_TIMEOUT } from './stream.ts'
import { encodeMessage, MESSAGE_LIMIT } from './wire/encode.ts'
import { encodeExtendedError, EXTENDED_ERROR, type ExtendedError } from './wire/extended-error.ts'
import { printCode, RCODE } from './wire/codes.ts'
import { FLAG, HEADER_LENGTH } from './wire/message.ts'

/** Where the content of an answer came from, as facts say it. */
export type Source = 'zone' | 'forwarder' | 'cache' | 'server' | 'fault'

/** Why nothing is given, as facts say it. */
export type Refusal =
  | 'network'
  | 'class'
  | 'opcode'
  | 'transfer'
  | 'notify'
  | 'outside the zones'
  | 'recursion'
  | 'recursion not desired'
  | 'rate'

/** The content of an answer and what is told about it. */
export interface Reply extends Answer {
  readonly source: Source
  readonly refusal?: Refusal
  /** Sent to clients that know EDNS (RFC 8914). */
  readonly extendedError?: ExtendedError
  /** Whether its records are left out and TC says so, that the client comes back over TCP. */
  readonly isCut?: boolean
  /** Whether names keep their letter case, as transfers want it (RFC 5936 §3.4). */
  readonly keepsCase?: boolean
}

/** An answer without records. */
export function failure(rcode: number, about: Partial<Reply> = {}): Reply {
  return {
    rcode,
    source: 'server',
    authoritative: false,
    answer: [],
    authority: [],
    additional: [],
    required: 'answer',
    ...about,
  }
}

/** What each refusal says to the client. */
const REFUSALS: Readonly<Record<Exclude<Refusal, 'rate'>, { readonly rcode: number } & ExtendedError>> = {
  network: refused('prohibited', 'queries from this address are not allowed'),
  class: refused('notSupported', 'only the class IN is served'),
  opcode: { ...refused('notSupported', 'this kind of request is not supported'), rcode: RCODE.NOTIMP },
  transfer: refused('prohibited', 'zone transfers to this address are not allowed'),
  notify: refused('notAuthoritative', 'this server is the primary of the zone'),
  'outside the zones': refused('notAuthoritative', 'the name lies in no zone of this server'),
  recursion: refused('prohibited', 'recursion is not allowed from this address'),
  'recursion not desired': refused(
    'notAuthoritative',
    'the name lies in no zone of this server; ask with RD',
  ),
}

function refused(
  code: keyof typeof EXTENDED_ERROR,
  text: string,
): { readonly rcode: number } & ExtendedError {
  return { rcode: RCODE.REFUSED, code: EXTENDED_ERROR[code], text }
}

/** An answer that refuses, with the reason. */
export function refusal(why: keyof typeof REFUSALS): Reply {
  const { rcode, code, text } = REFUSALS[why]
  return failure(rcode, { refusal: why, extendedError: { code, text } })
}

/** What of the server's options shapes every answer. */
export interface EncodingOptions {
  /** Octets of a UDP answer at most. */
  readonly udpSize: number
  /** The data of the NSID option (RFC 5001). */
  readonly identity: Buffer
}

/** UDP payload that any client takes (RFC 1035 §4.2.1, RFC 6891 §6.2.3). */
const PLAIN_UDP_SIZE = 512
const OPT_LENGTH = 11

/** The octets of the answer, no more than the client and the transport take. */
export function encodeReply(query: Query, reply: Reply, options: EncodingOptions): Buffer {
  const { client, edns, flags } = query
  const { isCut = false } = reply
  const limit = client.transport === 'tcp' ? MESSAGE_LIMIT : udpLimit(query, options)
  return encodeMessage(
    {
      id: query.id,
      opcode: query.opcode,
      flags:
        FLAG.response |
        (flags & (FLAG.recursionDesired | FLAG.checkingDisabled)) |
        (reply.authoritative ? FLAG.authoritative : 0) |
        (query.isRecursive ? FLAG.recursionAvailable : 0) |
        (isCut ? FLAG.truncated : 0),
      rcode: reply.rcode,
      questions: query.questions,
      answer: isCut ? [] : reply.answer,
      authority: isCut ? [] : reply.authority,
      additional: isCut ? [] : reply.additional,
      // Whoever sends an OPT record gets one, errors included (RFC 6891 §7); DO is copied (RFC 3225 §3).
      edns: edns && {
        size: options.udpSize,
        version: 0,
        dnssec: edns.dnssec,
        options: answerOptions(query, reply, options.identity, limit),
      },
    },
    limit,
    reply.required,
    reply.keepsCase,
  )
}

function udpLimit({ edns }: Query, { udpSize }: EncodingOptions): number {
  return edns === undefined ? PLAIN_UDP_SIZE : Math.min(Math.max(edns.size, PLAIN_UDP_SIZE), udpSize)
}

function answerOptions(query: Query, reply: Reply, identity: Buffer, limit: number): Buffer {
  const { client, cookie, options } = query
  const written = writeOptions({
    cookie: cookie?.answer,
    identity: options.wantsIdentity ? identity : undefined,
    // It means nothing over UDP (RFC 7828 §3.2.1).
    keepalive: options.wantsKeepalive && client.transport === 'tcp' ? IDLE_TIMEOUT : undefined,
  })
  if (reply.extendedError === undefined) return written
  const error = encodeExtendedError(reply.extendedError)
  const [question] = query.questions
  const used = HEADER_LENGTH + (question === undefined ? 0 : question.name.wire.length + 4) + OPT_LENGTH
  // What only explains is left out before what answers (RFC 8914 §3).
  return used + written.length + error.length > limit ? written : Buffer.concat([written, error])
}

/** The data of the facts `dns.answered` and `dns.refused`; without octets nothing was sent. */
export function answeredData(
  query: Query,
  reply: Reply,
  octets: Buffer | undefined,
  now: number,
): Record<string, Json> {
  const { client, name, type, id, at } = query
  const { refusal: why, rcode, source } = reply
  return {
    client: client.host,
    ...(name !== undefined && type !== undefined && { name, type }),
    id,
    ...(why !== undefined && { why }),
    rcode: printCode(rcode),
    ...(octets === undefined ? { dropped: true } : countsOf(octets)),
    source,
    ms: now - at,
  }
}

/** What the header of an answer tells of the rest of it. */
export function countsOf(octets: Buffer): Record<string, Json> {
  return {
    answers: octets.readUInt16BE(6),
    authorities: octets.readUInt16BE(8),
    additionals: octets.readUInt16BE(10),
    size: octets.length,
    truncated: (octets.readUInt16BE(2) & FLAG.truncated) !== 0,
  }
}
