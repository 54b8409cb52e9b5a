/** One question to one other server, over UDP and, where the answer is too long for it, TCP (RFC 5452, RFC 7766 §5). */
import type { Duplex } from 'node:stream'
import type { Address, ServiceContext } from '../../lab/service.ts'
import { encodeMessage } from './encode.ts'
import { frame, Framer } from './framing.ts'
import { decodeMessage, FLAG, MessageError, type Message, type Question } from './wire.ts'

/** What of the lab an exchange needs. */
export type Network = Pick<ServiceContext<unknown>, 'connect' | 'clock' | 'random'>

/** Why a server gave no usable answer. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
}

/** Datagrams that are no answer to the question, after which the server counts as forged. */
const STRANGER_LIMIT = 64

/** Asks; rejects with an `ExchangeError` if no matching answer comes within `timeout` milliseconds, for each of UDP and TCP. */
export async function exchange(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  timeout: number,
): Promise<Message> {
  try {
    const answer = await attempt(network, server, query, timeout, 'udp')
    return (answer.flags & FLAG.truncated) === 0
      ? answer
      : await attempt(network, server, query, timeout, 'tcp')
  } catch (error) {
    if (error instanceof ExchangeError) throw error
    throw new ExchangeError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

async function attempt(
  network: Network,
  server: Address,
  query: Omit<Message, 'id'>,
  timeout: number,
  transport: 'udp' | 'tcp',
): Promise<Message> {
  // Each attempt has a fresh socket and so a port of its own, and a random id (RFC 5452 §9.2).
  const socket = await network.connect({ ...server, transport, timeout })
  try {
    const message = { ...query, id: network.random.bytes(2).readUInt16BE(0) }
    const octets = encodeMessage(message)
    socket.write(transport === 'udp' ? octets : frame(octets))
    return await receive(socket, network, timeout, createTake(message, transport))
  } finally {
    socket.destroy()
  }
}

/** Turns arriving octets into the answer once it is there. */
type Take = (chunk: Buffer) => Message | undefined

function createTake(query: Message, transport: 'udp' | 'tcp'): Take {
  let strangers = 0
  const match = (octets: Buffer): Message | undefined => {
    const answer = decodeMatching(octets, query)
    if (answer !== undefined) return answer
    strangers += 1
    if (strangers >= STRANGER_LIMIT) throw new ExchangeError('too many answers to other questions')
    return undefined
  }
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
    return isAnswer && isSameQuestion(answer.questions, query.questions) ? answer : undefined
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
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
