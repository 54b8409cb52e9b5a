/** Reads conversations of DNS for those who look on (RFC 1035 §4). */
import { bounded } from '../../../lab/kit/dissect/bounded.ts'
import { count, OCTET, say } from '../../../lab/kit/dissect/said.ts'
import type { Dissector, Step } from '../../../lab/service.ts'
import { Framer } from '../wire/framing.ts'
import { decodeMessage, FLAG, HEADER_LENGTH, MessageError, type Message } from '../wire/message.ts'
import { malformedStep, messageStep } from './message.ts'
import { Transfers } from './transfer.ts'
import { cutAbout } from './words.ts'

/** Octets that are taken at a stroke, so that little is kept of a chunk whose message has not ended. */
const TAKEN = 16_384
/** Octets of the length before a message. */
const LENGTH = 2

/** Makes dissectors of datagrams or of a stream. */
export function dnsDissector(transport: 'tcp' | 'udp'): () => Dissector {
  return () => bounded<Step>(transport === 'udp' ? { read: readDatagram } : new StreamDissector())
}

/** Each datagram is one message. */
function readDatagram(from: Step['from'], octets: Buffer): readonly Step[] {
  const message = decode(octets)
  const { length } = octets
  return ['at' in message ? malformedStep(from, octets, message, length) : messageStep(from, message, length)]
}

/** Each message stands after its length (RFC 1035 §4.2.2). */
class StreamDissector implements Dissector {
  readonly #client = new Framed()
  readonly #server = new Framed()
  readonly #transfers = new Transfers()

  read(from: Step['from'], octets: Buffer): readonly Step[] {
    const framed = from === 'client' ? this.#client : this.#server
    const steps: Step[] = []
    for (const message of framed.take(octets)) steps.push(...this.#tell(from, message))
    return steps
  }

  end(): readonly Step[] {
    const ends = [this.#client.rest('client'), this.#server.rest('server')].filter(
      (step) => step !== undefined,
    )
    return [...this.#transfers.end(), ...ends]
  }

  #tell(from: Step['from'], octets: Buffer): readonly Step[] {
    const message = decode(octets)
    const framed = octets.length + LENGTH
    if ('at' in message) return [malformedStep(from, octets, message, framed)]
    const isResponse = (message.flags & FLAG.response) !== 0
    if (from === 'client' && !isResponse) this.#transfers.asked(message)
    const steps = from === 'server' ? this.#transfers.answered(message, octets.length, framed) : undefined
    return steps ?? [messageStep(from, message, framed)]
  }
}

/** One direction of a stream. */
class Framed {
  readonly #framer = new Framer()
  /** Octets behind the last whole message. */
  #left = 0

  rest(from: Step['from']): Step | undefined {
    if (this.#left === 0) return undefined
    const cut = { en: 'of a message that did not come whole', es: 'de un mensaje que no llegó completo' }
    const text = say`${count(this.#left, OCTET)} ${cut}`
    return { from, kind: 'data', text, octets: this.#left, about: cutAbout }
  }

  *take(octets: Buffer): Generator<Buffer> {
    for (let at = 0; at < octets.length; at += TAKEN) {
      // What is read is not the onlooker's to keep.
      const piece = Buffer.from(octets.subarray(at, at + TAKEN))
      this.#framer.push(piece)
      this.#left += piece.length
      for (let message = this.#framer.next(); message !== undefined; message = this.#framer.next()) {
        this.#left -= message.length + LENGTH
        yield message
      }
    }
  }
}

/** What is wrong with a message. */
type Malformed = Pick<MessageError, 'message' | 'at'>

function decode(octets: Buffer): Message | Malformed {
  // A stream of zeros is a flood of these, and an error costs more than all the rest.
  if (octets.length < HEADER_LENGTH)
    return { message: 'the message is shorter than its header', at: octets.length }
  try {
    return decodeMessage(octets)
  } catch (error) {
    if (error instanceof MessageError) return error
    throw error
  }
}
