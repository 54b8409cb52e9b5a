/** From a query's octets to the answer's: what is refused, what the zones know, what is forwarded. */
import type { Fault, ServiceContext } from '../../lab/service.ts'
import type { Networks } from '../../lab/kit/networks.ts'
import { answerFromZones, type Answer, type Zones } from './authority.ts'
import { encodeMessage, MESSAGE_LIMIT } from './wire/encode.ts'
import type { Forwarder } from './forward/forwarder.ts'
import { printKey } from './wire/name.ts'
import { TYPE, typeName } from './records/types.ts'
import {
  CLASS_IN,
  decodeHeader,
  decodeMessage,
  FLAG,
  MessageError,
  NO_OPTIONS,
  RCODE,
  type Edns,
  type Message,
  type Question,
} from './wire/message.ts'

/** Who asks, and over what. */
interface Client {
  readonly host: string
  /** The connection's number in the journal. */
  readonly connection: number
  readonly transport: 'udp' | 'tcp'
}

/** What the server answers from. */
interface ServerOptions {
  /** The zones as they are now. */
  readonly zones: () => Zones
  /** Missing where nothing is forwarded. */
  readonly forwarder: Forwarder | undefined
  readonly allow: Networks
  readonly allowRecursion: Networks
  /** Octets of a UDP answer at most. */
  readonly udpSize: number
}

type Context = Pick<ServiceContext<unknown>, 'clock' | 'signal' | 'fault' | 'record'>

/** Where the content of an answer came from, as facts say it. */
type Source = 'zone' | 'forwarder' | 'cache' | 'server' | 'fault'

interface Reply extends Answer {
  readonly source: Source
}

/** A query of which enough is known to answer it. */
interface Query {
  readonly client: Client
  readonly id: number
  readonly flags: number
  readonly opcode: number
  readonly questions: readonly Question[]
  readonly edns: Edns | undefined
}

/** A query with its one question, which facts and faults call by `name` and `type`. */
interface Asked extends Query {
  readonly question: Question
  readonly name: string
  readonly type: string
}

/** UDP payload that any client takes (RFC 1035 §4.2.1, RFC 6891 §6.2.3). */
const PLAIN_UDP_SIZE = 512

const RCODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RCODE).map(([name, code]) => [code, name]),
)

function failure(rcode: number, source: Source = 'server'): Reply {
  return {
    rcode,
    source,
    authoritative: false,
    answer: [],
    authority: [],
    additional: [],
    required: 'answer',
  }
}

/** Answers queries; it keeps nothing between them but what its parts remember. */
export class Server {
  private readonly options: ServerOptions
  private readonly context: Context

  constructor(options: ServerOptions, context: Context) {
    this.options = options
    this.context = context
  }

  /** Undefined for what must stay unanswered. */
  respond(octets: Buffer, client: Client): Buffer | undefined | Promise<Buffer | undefined> {
    const header = decodeHeader(octets)
    if (header === undefined) return this.drop(octets, client, 'shorter than a header')
    // An answer that were answered could go round between two servers for ever (RFC 5358 §1 on reflection).
    if ((header.flags & FLAG.response) !== 0) return this.drop(octets, client, 'a response, not a query')
    const { id, flags, opcode } = header
    try {
      const { questions, edns } = decodeMessage(octets)
      return this.respondTo({ client, id, flags, opcode, questions, edns })
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      this.recordMalformed(octets, client, error.message)
      const rcode = opcode === 0 ? RCODE.FORMERR : RCODE.NOTIMP
      return this.encode({ client, id, flags, opcode, questions: [], edns: error.edns }, failure(rcode))
    }
  }

  private drop(octets: Buffer, client: Client, why: string): undefined {
    this.recordMalformed(octets, client, why)
  }

  private recordMalformed(octets: Buffer, client: Client, why: string): void {
    const { host, transport, connection } = client
    this.context.record({
      kind: 'dns.malformed',
      connection,
      data: { client: host, transport, why, size: octets.length },
    })
  }

  private respondTo(query: Query): Buffer | undefined | Promise<Buffer | undefined> {
    const { client, id, edns, questions } = query
    if (query.opcode !== 0) return this.encode({ ...query, questions: [] }, failure(RCODE.NOTIMP))
    const [question] = questions
    // Exactly one question (RFC 9619 §4).
    if (question === undefined || questions.length > 1) {
      throw new MessageError(`${questions.length} questions instead of one`, edns)
    }
    const name = printKey(question.name.key)
    const type = typeName(question.type)
    const asked = { ...query, question, name, type }
    const { host, transport, connection } = client
    const dnssec = edns?.dnssec === true
    this.context.record({
      kind: 'dns.queried',
      connection,
      data: { client: host, transport, name, type, id, edns: edns !== undefined, dnssec },
    })
    const fault = this.context.fault('dns.answer', { name, type })
    return fault === undefined ? this.answer(asked) : this.commit(fault, asked)
  }

  private answer(asked: Asked): Buffer | Promise<Buffer> {
    const reply = this.decide(asked)
    return reply instanceof Promise
      ? reply.then((ready) => this.finish(asked, ready))
      : this.finish(asked, reply)
  }

  private async commit(fault: Fault, asked: Asked): Promise<Buffer | undefined> {
    const { delay, drop, rcode } = fault
    if (typeof delay === 'number') await this.pause(delay)
    if (drop === true || this.context.signal.aborted) return undefined
    const code = Object.entries(RCODE).find(([name]) => name === rcode)?.[1]
    return code === undefined ? this.answer(asked) : this.finish(asked, failure(code, 'fault'))
  }

  /** Ends early when the service stops. */
  private pause(milliseconds: number): Promise<void> {
    const { clock, signal } = this.context
    return clock.wait(milliseconds, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  private decide(asked: Asked): Reply | Promise<Reply> {
    // Only version 0 is known; the answer says so (RFC 6891 §6.1.3).
    if (asked.edns !== undefined && asked.edns.version > 0) return failure(RCODE.BADVERS)
    if (!this.options.allow.has(asked.client.host)) return this.refuse(asked, 'network')
    if (asked.question.class !== CLASS_IN) return this.refuse(asked, 'class')
    if (isMeta(asked.question.type)) return this.decideMeta(asked)
    const found = answerFromZones(this.options.zones(), asked.question, asked.client.transport === 'udp')
    if (found === undefined) return this.forward(asked)
    return found.outside === undefined
      ? { ...found, source: 'zone' }
      : this.followOutside(asked, found, found.outside)
  }

  // Types that only a question or a message may have (RFC 6895 §3.1).
  private decideMeta(asked: Asked): Reply {
    switch (asked.question.type) {
      case TYPE.axfr:
      case TYPE.ixfr:
        return this.refuse(asked, 'transfer')
      case TYPE.maila:
      case TYPE.mailb:
        return failure(RCODE.NOTIMP)
      default:
        return failure(RCODE.FORMERR)
    }
  }

  private refuse(asked: Asked, why: string): Reply {
    const { client, name, type, id } = asked
    this.context.record({
      kind: 'dns.refused',
      connection: client.connection,
      data: { client: client.host, name, type, id, why },
    })
    return failure(RCODE.REFUSED)
  }

  private isRecursionOffered(client: Client): boolean {
    return this.options.forwarder !== undefined && this.options.allowRecursion.has(client.host)
  }

  private forward(asked: Asked): Reply | Promise<Reply> {
    const { forwarder } = this.options
    if (forwarder === undefined) return this.refuse(asked, 'outside the zones')
    if (!this.isRecursionOffered(asked.client)) return this.refuse(asked, 'recursion')
    // Without RD nobody asked for recursion (RFC 1034 §4.3.1).
    if ((asked.flags & FLAG.recursionDesired) === 0) return this.refuse(asked, 'recursion not desired')
    return this.resolve(forwarder, asked, asked.question)
  }

  private async resolve(forwarder: Forwarder, asked: Asked, question: Question): Promise<Reply> {
    const checkingDisabled = (asked.flags & FLAG.checkingDisabled) !== 0
    const found = await forwarder.resolve(question, { dnssec: asked.edns?.dnssec === true, checkingDisabled })
    if (found === undefined) return failure(RCODE.SERVFAIL)
    const { inside } = found
    const rest = inside && answerFromZones(this.options.zones(), { ...question, name: inside }, true)
    if (rest !== undefined)
      return {
        ...rest,
        source: found.source,
        authoritative: false,
        answer: [...found.answer, ...rest.answer],
      }
    return { ...found, authoritative: false, required: found.answer.length > 0 ? 'answer' : 'authority' }
  }

  /** An alias that leads out of the zones is followed for those who may have recursion. */
  private followOutside(asked: Asked, found: Answer, outside: Question['name']): Reply | Promise<Reply> {
    const { forwarder } = this.options
    const isWanted = (asked.flags & FLAG.recursionDesired) !== 0 && this.isRecursionOffered(asked.client)
    if (forwarder === undefined || !isWanted) return { ...found, source: 'zone' }
    return this.resolve(forwarder, asked, { ...asked.question, name: outside }).then((rest) => ({
      ...rest,
      authoritative: true,
      // An alias may lead back into the zones; no record stands twice (RFC 2181 §5.5).
      answer: [...new Set([...found.answer, ...rest.answer])],
    }))
  }

  private finish(asked: Asked, reply: Reply): Buffer {
    const answer = this.encode(asked, reply)
    const { client, name, type, id } = asked
    this.context.record({
      kind: 'dns.answered',
      connection: client.connection,
      data: {
        client: client.host,
        name,
        type,
        id,
        rcode: RCODE_NAMES.get(reply.rcode) ?? String(reply.rcode),
        answers: reply.answer.reduce((sum, set) => sum + set.data.length, 0),
        source: reply.source,
        size: answer.length,
        truncated: (answer.readUInt16BE(2) & FLAG.truncated) !== 0,
      },
    })
    return answer
  }

  private encode(query: Query, reply: Reply): Buffer {
    const { client, edns } = query
    const { udpSize } = this.options
    const offered = edns === undefined ? PLAIN_UDP_SIZE : Math.max(edns.size, PLAIN_UDP_SIZE)
    const limit = client.transport === 'tcp' ? MESSAGE_LIMIT : Math.min(offered, udpSize)
    const message: Message = {
      id: query.id,
      opcode: query.opcode,
      flags:
        FLAG.response |
        (query.flags & (FLAG.recursionDesired | FLAG.checkingDisabled)) |
        (reply.authoritative ? FLAG.authoritative : 0) |
        (this.isRecursionOffered(client) ? FLAG.recursionAvailable : 0),
      rcode: reply.rcode,
      questions: query.questions,
      answer: reply.answer,
      authority: reply.authority,
      additional: reply.additional,
      // Whoever sends an OPT record gets one, errors included (RFC 6891 §7); DO is copied (RFC 3225 §3).
      edns: edns && { size: udpSize, version: 0, dnssec: edns.dnssec, options: NO_OPTIONS },
    }
    return encodeMessage(message, limit, reply.required)
  }
}

function isMeta(type: number): boolean {
  return type === TYPE.opt || (type >= 128 && type < TYPE.any)
}
