/** Reads DNS in captures that students hand in: questions, and the answers that belong to them. */
import type { Overheard, Witness, WitnessedFact } from '../../../lab/check.ts'
import { queriedData } from '../query.ts'
import { typeName } from '../records/types.ts'
import { countsOf } from '../reply.ts'
import { OPCODE, printCode } from '../wire/codes.ts'
import { Framer } from '../wire/framing.ts'
import { decodeMessage, FLAG, MessageError, type Message } from '../wire/message.ts'
import { printKey } from '../wire/name.ts'

/** Questions of one conversation that wait for their answers. */
const WAITING = 1000

/** A question, and where it was asked. */
interface Asked {
  readonly name: string
  readonly type: string
  readonly frame: number
}

/** Opens a witness of datagrams or of a stream. */
export function dnsWitness(
  overheard: Overheard,
  opening: { readonly client: Buffer; readonly server: Buffer },
): Witness | undefined {
  const { endpoint, transport, begin } = overheard
  if (transport === 'udp')
    return endpoint !== undefined || isQuestion(opening.client) ? new DnsWitness(overheard) : undefined
  const isKnown = endpoint !== undefined && begin === 'start'
  return isKnown || isQuestion(firstOf(opening.client)) ? new DnsWitness(overheard) : undefined
}

class DnsWitness implements Witness {
  readonly #overheard: Overheard
  /** By their ids. */
  readonly #asked = new Map<number, Asked>()
  readonly #framers = { client: new Framer(), server: new Framer() }

  constructor(overheard: Overheard) {
    this.#overheard = overheard
  }

  hear(from: 'client' | 'server', octets: Buffer, frame: number): readonly WitnessedFact[] {
    return this.#messages(from, octets).flatMap((message) => {
      const decoded = decode(message)
      if (decoded === undefined) return []
      return from === 'client'
        ? this.#question(decoded, message, frame)
        : this.#answer(decoded, message, frame)
    })
  }

  #messages(from: 'client' | 'server', octets: Buffer): readonly Buffer[] {
    if (this.#overheard.transport === 'udp') return [octets]
    const framer = this.#framers[from]
    framer.push(octets)
    const messages: Buffer[] = []
    for (let next = framer.next(); next !== undefined; next = framer.next()) messages.push(next)
    return messages
  }

  #question(message: Message, { length: size }: Buffer, frame: number): readonly WitnessedFact[] {
    const asked = askedIn(message)
    if (asked === undefined || (message.flags & FLAG.response) !== 0) return []
    const { id, flags, edns } = message
    const before = this.#asked.get(id)
    // Sent again because no answer came, or captured twice.
    if (before?.name === asked.name && before.type === asked.type) return []
    if (this.#asked.size >= WAITING) this.#asked.delete(this.#asked.keys().next().value ?? id)
    this.#asked.set(id, { ...asked, frame })
    const { client, transport } = this.#overheard
    const data = queriedData({ client: { host: client.host, transport }, ...asked, id, flags, size, edns })
    return [{ kind: 'dns.queried', data }]
  }

  #answer(message: Message, octets: Buffer, frame: number): readonly WitnessedFact[] {
    const { id, flags, rcode } = message
    const asked = this.#asked.get(id)
    const answered = askedIn(message)
    if (asked === undefined || (flags & FLAG.response) === 0) return []
    // RFC 5452 §9.1: what does not repeat the question answers it not; servers that can read none may leave it out.
    if (answered === undefined ? message.questions.length > 0 : !isSame(asked, answered)) return []
    this.#asked.delete(id)
    const { name, type } = asked
    const data = { name, type, id, rcode: printCode(rcode), ...countsOf(octets) }
    return [{ kind: 'dns.answered', data, frames: [asked.frame, frame] }]
  }
}

/** The one question of a message, as facts call it. */
function askedIn({ opcode, questions }: Message): Omit<Asked, 'frame'> | undefined {
  const [question, another] = questions
  if (opcode !== OPCODE.query || question === undefined || another !== undefined) return undefined
  return { name: printKey(question.name.key), type: typeName(question.type) }
}

function isSame(one: Omit<Asked, 'frame'>, other: Omit<Asked, 'frame'>): boolean {
  return one.name === other.name && one.type === other.type
}

/** The first message of a stream, as far as it is there. */
function firstOf(octets: Buffer): Buffer {
  const framer = new Framer()
  framer.push(octets)
  return framer.next() ?? Buffer.alloc(0)
}

function isQuestion(octets: Buffer): boolean {
  const message = decode(octets)
  return message !== undefined && (message.flags & FLAG.response) === 0 && askedIn(message) !== undefined
}

/** Undefined for what is malformed, as it is where the capture has kept only a part. */
function decode(octets: Buffer): Message | undefined {
  try {
    return decodeMessage(octets)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
