/** One question to one other server, over UDP and, where that does not do, TCP (RFC 5452, RFC 7766 §5). */
import type { Duplex } from 'node:stream'
import type { Address, ServiceContext } from '../../../lab/service.ts'
import { encodeMessage } from '../wire/encode.ts'
import { frame, Framer } from '../wire/framing.ts'
import { decodeHeader, decodeMessage, FLAG, MessageError } from '../wire/message.ts'
import { RCODE } from '../wire/codes.ts'
import type { Message, Question } from '../wire/message.ts'

/** What of the lab an exchange needs. */
export type Network = Pick<ServiceContext<unknown>, 'connect' | 'random'>

/** How an exchange failed: no word from the server, no way to it, words that break the format, or no socket to be had here. */
export type ExchangeFailure = 'silent' | 'unreachable' | 'malformed' | 'shortage'

/** Why a server gave no usable answer; the message is English, to be read behind the server's address. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly failure: ExchangeFailure

  constructor(failure: ExchangeFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

/** Milliseconds that a TCP connection may take to open; what needs the answer waits no longer. */
const CONNECT_TIMEOUT = 4500
/** Messages that are no answer, after which nobody listens on: whoever guesses ids would have this many in 65,536. */
const STRANGER_LIMIT = 100

/** The system's errors in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused the connection'],
  ['ECONNRESET', 'reset the connection'],
  ['EPIPE', 'closed the connection'],
  ['ETIMEDOUT', 'did not take the connection'],
  ['EHOSTUNREACH', 'cannot be reached: no route to the host'],
  ['ENETUNREACH', 'cannot be reached: no route to the network'],
])
/** The system's errors of which no server is the cause. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'])

type Transport = 'udp' | 'tcp'

/** Asks until the signal aborts; `heard` is called at the first answer, which may not be the last. Rejects with an `ExchangeError`. */
export async function exchange(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  signal: AbortSignal,
  heard: () => void,
): Promise<Message> {
  const answer = await attempt(network, server, query, signal, 'udp')
  if (answer !== undefined) heard()
  if (answer !== undefined && (answer.flags & FLAG.truncated) === 0) return answer
  try {
    const whole = await attempt(network, server, query, signal, 'tcp')
    if (whole === undefined) throw new ExchangeError('malformed', 'sent too much that is no answer')
    if ((whole.flags & FLAG.truncated) !== 0) throw new ExchangeError('malformed', 'cut its answer short')
    return whole
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    throw new ExchangeError(error.failure, `${error.message}, over TCP`)
  }
}

/** Undefined if too many strangers spoke. */
async function attempt(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  signal: AbortSignal,
  transport: Transport,
): Promise<Message | undefined> {
  const socket = await open(network, server, transport, signal)
  // A random id, on a fresh socket and so from a port of its own (RFC 5452 §9.2).
  const message = { ...query, id: network.random.bytes(2).readUInt16BE(0) }
  const octets = encodeMessage(message)
  try {
    const answer = receive(socket, new Ear(message, transport), signal)
    socket.write(transport === 'udp' ? octets : frame(octets))
    return await answer
  } finally {
    socket.destroy()
  }
}

async function open(
  network: Network,
  server: Address,
  transport: Transport,
  signal: AbortSignal,
): Promise<Duplex> {
  const connecting = network.connect({ ...server, transport, timeout: CONNECT_TIMEOUT })
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(silence())
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([connecting, aborted])
  } catch (error) {
    connecting.then(
      (late) => late.destroy(),
      () => undefined,
    )
    throw unreachable(error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The network, of which no more than so many connections are had at a time; more reject like those that the system refuses. */
export function boundNetwork(network: Network, limit: number): Network {
  let count = 0
  const release = (): void => {
    count -= 1
  }
  return {
    random: network.random,
    async connect(target) {
      if (count >= limit)
        throw new ExchangeError('shortage', 'could not be asked: too many questions are under way')
      count += 1
      try {
        const socket = await network.connect(target)
        socket.once('close', release)
        return socket
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

function silence(): ExchangeError {
  return new ExchangeError('silent', 'did not answer in time')
}

function unreachable(error: unknown): ExchangeError {
  if (error instanceof ExchangeError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === undefined) return new ExchangeError('unreachable', 'cannot be reached from the lab')
  if (SHORTAGES.has(code))
    return new ExchangeError('shortage', `could not be asked: no socket left (${code})`)
  return new ExchangeError('unreachable', REASONS.get(code) ?? `cannot be reached: ${code}`)
}

function receive(socket: Duplex, ear: Ear, signal: AbortSignal): Promise<Message | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Message | undefined>()
  const stop = (): void => reject(silence())
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  socket.on('data', (chunk: Buffer) => {
    try {
      const heard = ear.hear(chunk)
      if (heard !== undefined || ear.isTired) resolve(heard)
    } catch (error) {
      reject(error)
    }
  })
  const ended = (): void => reject(new ExchangeError('unreachable', 'closed the connection'))
  socket.on('error', (error) => reject(unreachable(error)))
  socket.on('end', ended)
  socket.on('close', ended)
  return promise.finally(() => signal.removeEventListener('abort', stop))
}

/** Turns arriving octets into the answer to one query. */
class Ear {
  private readonly query: Message
  /** Cuts what comes over TCP into messages. */
  private readonly framer: Framer | undefined
  private strangers = 0

  constructor(query: Message, transport: Transport) {
    this.query = query
    this.framer = transport === 'tcp' ? new Framer() : undefined
  }

  get isTired(): boolean {
    return this.strangers > STRANGER_LIMIT
  }

  /** Undefined until the answer is there; an answer that breaks the format throws an `ExchangeError`. */
  hear(chunk: Buffer): Message | undefined {
    if (this.framer === undefined) return this.judge(chunk)
    this.framer.push(chunk)
    for (let octets = this.framer.next(); octets !== undefined; octets = this.framer.next()) {
      const answer = this.judge(octets)
      if (answer !== undefined || this.isTired) return answer
    }
    return undefined
  }

  /** Passes over what does not answer this very question (RFC 5452 §9.1). */
  private judge(octets: Buffer): Message | undefined {
    const header = decodeHeader(octets)
    const isOurs =
      header !== undefined &&
      header.id === this.query.id &&
      (header.flags & FLAG.response) !== 0 &&
      header.opcode === this.query.opcode
    const answer = isOurs ? this.decode(octets, header.flags) : undefined
    const [question] = this.query.questions
    if (answer !== undefined && (isSameQuestion(answer.questions, question) || isBareFailure(answer)))
      return answer
    this.strangers += 1
    return undefined
  }

  private decode(octets: Buffer, flags: number): Message {
    try {
      return decodeMessage(octets)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      // What is cut in the middle of a record says with TC to ask over TCP (RFC 1035 §4.2.1).
      if (this.framer === undefined && (flags & FLAG.truncated) !== 0) return { ...this.query, flags }
      throw new ExchangeError('malformed', `sent a malformed answer: ${error.message}`)
    }
  }
}

// A server that could not read the question may leave it out (RFC 1035 §4.1.1).
function isBareFailure({ questions, rcode }: Message): boolean {
  const isFailure = rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.SERVFAIL
  return questions.length === 0 && isFailure
}

// Names are compared without letter case: forwarders that fold it are common, and port and id are what keeps strangers out.
function isSameQuestion(theirs: readonly Question[], ours: Question | undefined): boolean {
  const [question] = theirs
  if (theirs.length !== 1 || question === undefined || ours === undefined) return false
  return question.name.key === ours.name.key && question.type === ours.type && question.class === ours.class
}
