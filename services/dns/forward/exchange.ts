/** One question to one other server, over UDP and, where the answer is too long for it, TCP (RFC 5452, RFC 7766 §5). */
import type { Duplex } from 'node:stream'
import type { Address, ServiceContext } from '../../../lab/service.ts'
import { encodeMessage } from '../wire/encode.ts'
import { frame, Framer } from '../wire/framing.ts'
import { decodeMessage, FLAG, MessageError, RCODE, type Message, type Question } from '../wire/message.ts'

/** What of the lab an exchange needs. */
export type Network = Pick<ServiceContext<unknown>, 'connect' | 'clock' | 'random'>

/** Why a server gave no usable answer. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
}

/** How long an exchange may go on. */
export interface Bounds {
  /** Milliseconds since 1970 in the lab's time. */
  readonly end: number
  /** Ends it early. */
  readonly signal: AbortSignal
}

/** Asks; rejects with an `ExchangeError` if no matching answer comes within the bounds. */
export async function exchange(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  bounds: Bounds,
): Promise<Message> {
  try {
    const answer = await attempt(network, server, query, bounds, 'udp')
    return (answer.flags & FLAG.truncated) === 0
      ? answer
      : await attempt(network, server, query, bounds, 'tcp')
  } catch (error) {
    if (error instanceof ExchangeError) throw error
    throw new ExchangeError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

async function attempt(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  bounds: Bounds,
  transport: 'udp' | 'tcp',
): Promise<Message> {
  const timeout = bounds.end - network.clock.now()
  if (timeout <= 0 || bounds.signal.aborted) throw new ExchangeError('the time was up')
  // Each attempt has a fresh socket and so a port of its own, and a random id (RFC 5452 §9.2).
  const socket = await network.connect({ ...server, transport, timeout })
  const stop = (): void => {
    socket.destroy()
  }
  bounds.signal.addEventListener('abort', stop)
  try {
    if (bounds.signal.aborted) throw new ExchangeError('the time was up')
    const message = { ...query, id: network.random.bytes(2).readUInt16BE(0) }
    const octets = encodeMessage(message)
    socket.write(transport === 'udp' ? octets : frame(octets))
    return await receive(socket, network, timeout, createTake(message, transport))
  } finally {
    bounds.signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

/** Turns arriving octets into the answer once it is there. */
type Take = (chunk: Buffer) => Message | undefined

function createTake(query: Message, transport: 'udp' | 'tcp'): Take {
  // Strangers are passed over as long as there is time; each question has a port of its own to guess.
  const match = (octets: Buffer): Message | undefined => decodeMatching(octets, query)
  if (transport === 'udp') return match
  const framer = new Framer()
  return (chunk) => {
    framer.push(chunk)
    for (let octets = framer.next(); octets !== undefined; octets = framer.next()) {
      const answer = match(octets)
      if (answer !== undefined) return answer
    }
    return undefined
  }
}

/** The message if it answers this very question (RFC 5452 §9.1). */
function decodeMatching(octets: Buffer, query: Message): Message | undefined {
  try {
    const answer = decodeMessage(octets)
    const isAnswer =
      answer.id === query.id && (answer.flags & FLAG.response) !== 0 && answer.opcode === query.opcode
    return isAnswer && (isSameQuestion(answer.questions, query.questions) || isBareFailure(answer))
      ? answer
      : undefined
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}

// A server that could not read the question may leave it out (RFC 1035 §4.1.1).
function isBareFailure({ questions, rcode }: Message): boolean {
  const isFailure = rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.SERVFAIL
  return questions.length === 0 && isFailure
}

function isSameQuestion(theirs: readonly Question[], ours: readonly Question[]): boolean {
  const [a] = theirs
  const [b] = ours
  if (theirs.length !== 1 || a === undefined || b === undefined) return false
  return a.name.key === b.name.key && a.type === b.type && a.class === b.class
}

function receive(socket: Duplex, network: Network, timeout: number, take: Take): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const timer = network.clock.timer(timeout, () =>
    reject(new ExchangeError(`no answer within ${timeout} ms`)),
  )
  socket.on('data', (chunk: Buffer) => {
    try {
      const answer = take(chunk)
      if (answer !== undefined) resolve(answer)
    } catch (error) {
      reject(error)
    }
  })
  socket.on('error', reject)
  socket.on('end', () => reject(new ExchangeError('the connection ended before the answer')))
  socket.on('close', () => reject(new ExchangeError('the connection closed before the answer')))
  return promise.finally(() => timer.cancel())
}
