/** From a query's octets to the answer's: what is refused, what is answered from where, and what is told of it. */
import type { Fault, ServiceContext } from '../../lab/service.ts'
import { readFault } from '../../lab/kit/fault.ts'
import type { Networks } from '../../lab/kit/networks.ts'
import {
  answerAgain,
  answeredAgain,
  queriedAgain,
  type AnswerCache,
  type KeptAnswer,
} from './answer-cache.ts'
import type { Answerer } from './answerer.ts'
import { answerChaos, type ServerNames } from './chaos.ts'
import { readOptions } from './edns.ts'
import { answerFault, corrupt, falsify, replacement, replaces } from './fault.ts'
import { answerKind } from './policy/answer-kind.ts'
import type { Cookie, Cookies } from './policy/cookie.ts'
import type { RateLimit } from './policy/rate-limit.ts'
import { queriedData, type Asked, type Client, type Query } from './query.ts'
import { answeredData, encodeReply, failure, refusal, type EncodingOptions, type Reply } from './reply.ts'
import { TYPE, typeName } from './records/types.ts'
import type { Transfers } from './transfer/transfers.ts'
import { CLASS_ANY, CLASS_CH, CLASS_IN, CLASS_NONE, OPCODE, RCODE } from './wire/codes.ts'
import { EXTENDED_ERROR } from './wire/extended-error.ts'
import { decodeHeader, decodeMessage, FLAG, MessageError, type Header, type Message } from './wire/message.ts'
import { printKey } from './wire/name.ts'

/** What the server is made of. */
export interface ServerOptions extends EncodingOptions {
  /** Missing where answers depend on more than the question and the client's address. */
  readonly cache: AnswerCache | undefined
  readonly answerer: Answerer
  readonly transfers: Transfers
  readonly names: ServerNames
  readonly allow: Networks
  /** Whether the client may have names looked up elsewhere. */
  readonly isRecursive: (host: string) => boolean
  /** Missing where cookies are off. */
  readonly cookies: Cookies | undefined
  /** Whether clients that know cookies must show a valid one over UDP. */
  readonly areCookiesRequired: boolean
  /** Missing where nothing is limited. */
  readonly rateLimit: RateLimit | undefined
}

type Context = Pick<
  ServiceContext<unknown>,
  'clock' | 'signal' | 'random' | 'fault' | 'record' | 'instance' | 'log'
>

type Content = Pick<Message, 'questions' | 'authority' | 'edns'>

/** The octets of an answer; undefined for what stays unanswered. */
type Answering = Buffer | undefined | Promise<Buffer | undefined>

/** Answers queries; it keeps nothing between them but what its parts remember. */
export class Server {
  private readonly options: ServerOptions
  private readonly context: Context

  constructor(options: ServerOptions, context: Context) {
    this.options = options
    this.context = context
  }

  /** Undefined for what must stay unanswered, and for a transfer, which goes to the client's own `transfer`. */
  respond(octets: Buffer, client: Client): Answering {
    const kept = this.options.cache?.find(octets, client, this.context.clock.now())
    if (kept !== undefined) return this.repeat(kept, octets, client)
    const header = decodeHeader(octets)
    if (header === undefined) return this.recordMalformed(octets.length, client, 'shorter than a header')
    // An answer that were answered could go round between two servers for ever (RFC 5358 §1 on reflection).
    if ((header.flags & FLAG.response) !== 0)
      return this.recordMalformed(octets.length, client, 'a response, not a query')
    try {
      const answer = this.answerQuery(this.compose(octets, client, decodeMessage(octets)))
      return answer instanceof Promise
        ? answer.catch((error: unknown) => this.answerBug(this.compose(octets, client, header), error))
        : answer
    } catch (error) {
      if (!(error instanceof MessageError)) return this.answerBug(this.compose(octets, client, header), error)
      return this.answerMalformed(
        this.compose(octets, client, { ...header, edns: error.edns }),
        error.message,
      )
    }
  }

  /** What an old question gets: the answer given before, unless a fault wants otherwise. */
  private repeat(kept: KeptAnswer, octets: Buffer, client: Client): Answering {
    const { connection, host } = client
    const id = octets.readUInt16BE(0)
    this.context.record({ kind: 'dns.queried', connection, data: () => queriedAgain(kept, host, id) })
    const { name, type } = kept
    const fault = this.takeFault(name, type, client)
    if (fault !== undefined) {
      const query = this.compose(octets, client, decodeMessage(octets))
      const [question] = query.questions
      return question && this.commit({ ...query, question, name, type }, fault)
    }
    this.context.record({ kind: 'dns.answered', connection, data: () => answeredAgain(kept, host, id) })
    return answerAgain(kept, octets)
  }

  private takeFault(name: string, type: string, { host, transport }: Client): Fault | undefined {
    const { instance } = this.context
    return this.context.fault('dns.answer', { name, type, client: host, transport, instance })
  }

  private recordMalformed(size: number, { host, transport, connection }: Client, why: string): undefined {
    const data = { client: host, transport, why, size }
    this.context.record({ kind: 'dns.malformed', connection, data })
  }

  private answerMalformed(query: Query, text: string): Buffer | undefined {
    this.recordMalformed(query.size, query.client, text)
    const rcode = query.opcode === OPCODE.query ? RCODE.FORMERR : RCODE.NOTIMP
    const reply = this.limit(query, failure(rcode, { extendedError: { code: EXTENDED_ERROR.other, text } }))
    return reply && this.encode(query, reply)
  }

  /** What is wrong in the server itself is no business of the client, which only learns that it is wrong. */
  private answerBug(query: Query, error: unknown): Buffer | undefined {
    this.context.log.error(
      { client: query.client.host, error: error instanceof Error ? error.stack : String(error) },
      'internal error; this query is answered SERVFAIL, the others go on',
    )
    return this.finish(query, failure(RCODE.SERVFAIL))
  }

  private compose(octets: Buffer, client: Client, message: Header & Partial<Content>): Query {
    const { id, flags, opcode, questions = [], authority = [], edns } = message
    const options = readOptions(edns?.options)
    const { cookies, isRecursive } = this.options
    return {
      client,
      at: this.context.clock.now(),
      octets,
      size: octets.length,
      id,
      flags,
      opcode,
      questions,
      authority,
      edns,
      options,
      cookie: options.cookie && cookies?.judge(options.cookie, client.host),
      isRecursive: isRecursive(client.host),
    }
  }

  private answerQuery(query: Query): Answering {
    const { edns, opcode, questions, cookie, options } = query
    const [question] = questions
    const isQuery = opcode === OPCODE.query
    // Only version 0 is known; the answer says so before all else is read (RFC 6891 §6.1.3).
    if (edns !== undefined && edns.version > 0)
      return this.finish(isQuery ? query : { ...query, questions: [] }, failure(RCODE.BADVERS))
    if (options.cookie !== undefined && cookie === undefined && this.options.cookies !== undefined)
      return this.answerMalformed(query, 'a cookie has a length that none may have')
    if (opcode === OPCODE.notify) return this.finish(query, this.options.transfers.answerNotify(query))
    if (!isQuery) return this.finish({ ...query, questions: [] }, refusal('opcode'))
    // A client may ask for nothing but a cookie (RFC 7873 §5.4).
    if (questions.length === 0 && cookie !== undefined) return this.finish(query, cookieAlone(cookie))
    // Exactly one question (RFC 9619 §4).
    if (question === undefined || questions.length > 1)
      return this.answerMalformed({ ...query, questions: [] }, `${questions.length} questions instead of one`)
    const name = printKey(question.name.key)
    return this.answerQuestion({ ...query, question, name, type: typeName(question.type) })
  }

  private answerQuestion(asked: Asked): Answering {
    const { client, name, type } = asked
    this.context.record({ kind: 'dns.queried', connection: client.connection, data: queriedData(asked) })
    const fault = this.takeFault(name, type, client)
    return fault === undefined ? this.answer(asked) : this.commit(asked, fault)
  }

  private answer(asked: Asked, change?: (reply: Reply) => Reply): Answering {
    const found = this.options.transfers.answer(asked, (query, reply) => this.encode(query, reply))
    if (found === 'under way') return undefined
    const reply = found ?? this.decide(asked)
    const finish = (ready: Reply): Buffer | undefined =>
      this.finish(asked, change === undefined ? ready : change(ready))
    return reply instanceof Promise ? reply.then(finish) : finish(reply)
  }

  private async commit(asked: Asked, planned: Fault): Promise<Buffer | undefined> {
    const fault = readFault(answerFault, planned)
    const { signal, random } = this.context
    if (fault.delay !== undefined) await this.pause(fault.delay)
    if (fault.drop === true || signal.aborted) return undefined
    const octets = await (replaces(fault)
      ? this.finish(asked, falsify(replacement(fault, asked), fault))
      : this.answer(asked, (reply) => falsify(reply, fault)))
    return octets === undefined || fault.corrupt === undefined
      ? octets
      : corrupt(octets, fault.corrupt, random)
  }

  /** Ends early when the service stops. */
  private pause(milliseconds: number): Promise<void> {
    const { clock, signal } = this.context
    return clock.wait(milliseconds, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  private decide(asked: Asked): Reply | Promise<Reply> {
    const { client, question, flags, edns, cookie, isRecursive } = asked
    const { allow, areCookiesRequired, names, answerer } = this.options
    if (!allow.has(client.host)) return refusal('network')
    const isUdp = client.transport === 'udp'
    // Whoever shows no valid cookie gets one, to ask again with it (RFC 7873 §5.2.3, §5.2.4).
    if (areCookiesRequired && isUdp && cookie?.isValid === false) return failure(RCODE.BADCOOKIE)
    if (question.class === CLASS_CH) return answerChaos(question, names)
    if (question.class === CLASS_ANY || question.class === CLASS_NONE) return failure(RCODE.FORMERR)
    if (question.class !== CLASS_IN) return refusal('class')
    if (isMeta(question.type)) return failure(isObsolete(question.type) ? RCODE.NOTIMP : RCODE.FORMERR)
    const isDesired = (flags & FLAG.recursionDesired) !== 0
    return answerer.find(question, {
      minimal: isUdp,
      dnssec: edns?.dnssec === true,
      checkingDisabled: (flags & FLAG.checkingDisabled) !== 0,
      // Without RD nobody asked for recursion (RFC 1034 §4.3.1).
      recursion: isRecursive ? (isDesired ? 'wanted' : 'recursion not desired') : 'recursion',
    })
  }

  private finish(query: Query, found: Reply): Buffer | undefined {
    const reply = this.limit(query, found)
    const octets = reply && this.encode(query, reply)
    const told = reply ?? { ...found, refusal: 'rate' }
    const data = answeredData(query, told, octets, this.context.clock.now())
    this.context.record({
      kind: told.refusal === undefined ? 'dns.answered' : 'dns.refused',
      connection: query.client.connection,
      data,
    })
    // Who may copy a zone is judged anew for each client.
    const isForAll = told.source === 'zone' && query.questions[0]?.type !== TYPE.ixfr
    if (octets !== undefined && isForAll) this.options.cache?.keep(query, octets, data)
    return octets
  }

  private encode(query: Query, reply: Reply): Buffer {
    return encodeReply(query, reply, this.options)
  }

  /** What the rate limit, if there is one, makes of an answer; undefined if nothing is sent. */
  private limit(query: Query, reply: Reply): Reply | undefined {
    const { rateLimit } = this.options
    const { client, cookie, questions } = query
    // Only what can be sent to a forged address is limited (RFC 7766 §10, RFC 7873 §5.2.5).
    if (rateLimit === undefined || client.transport === 'tcp' || cookie?.isValid === true) return reply
    const verdict = rateLimit.judge(client.host, answerKind(questions[0], reply))
    if (verdict === 'send') return reply
    if (verdict === 'drop') return undefined
    // A client that knows cookies is asked for one, any other to come back over TCP; errors are short enough.
    if (cookie !== undefined) return failure(RCODE.BADCOOKIE, { refusal: 'rate' })
    const isError = reply.rcode !== RCODE.NOERROR && reply.rcode !== RCODE.NXDOMAIN
    return { ...reply, refusal: 'rate', isCut: !isError }
  }
}

function cookieAlone({ isValid, hasServer }: Cookie): Reply {
  return failure(isValid || !hasServer ? RCODE.NOERROR : RCODE.BADCOOKIE)
}

// Types that only a question or a message may have (RFC 6895 §3.1).
function isMeta(type: number): boolean {
  return type === TYPE.opt || (type >= 128 && type < TYPE.any)
}

// RFC 1035 §3.2.3 has them; nobody answers them (RFC 883 is where they come from).
function isObsolete(type: number): boolean {
  return type === TYPE.maila || type === TYPE.mailb
}
