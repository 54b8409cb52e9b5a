/** Questions of the suite, by datagram and by stream, and the commands with which a person asks the same. */
import { CheckFailure, type CheckContext, type CheckTarget, type Dialogue } from '../../../lab/check.ts'
import { findType } from '../records/types.ts'
import { encodeMessage } from '../wire/encode.ts'
import { frame } from '../wire/framing.ts'
import { decodeMessage, FLAG, MessageError, type Edns, type Message } from '../wire/message.ts'
import { parseName, printName, ROOT } from '../wire/name.ts'
import { NO_OPTIONS } from '../wire/options.ts'

/** Milliseconds that an answer by datagram may take. */
const PATIENCE = 2000

/** What is asked; a name without a final dot lies in the target's domain. */
export interface Asking {
  readonly name: string
  /** A mnemonic or `TYPE123`; A if not given. */
  readonly type?: string
  readonly class?: number
  readonly id?: number
  /** RD is not set if not given: the suite asks for what the server knows itself. */
  readonly flags?: number
  readonly opcode?: number
  readonly edns?: Partial<Edns>
}

/** An answer and its octets. */
export interface Answer {
  readonly message: Message
  readonly octets: Buffer
}

/** The octets of a question. */
export function queryFor(domain: string, asking: Asking): Buffer {
  const { name, type = 'A', edns } = asking
  return encodeMessage({
    id: asking.id ?? 4711,
    flags: asking.flags ?? 0,
    opcode: asking.opcode ?? 0,
    rcode: 0,
    questions: [
      {
        name: parseName(name, parseName(domain, ROOT)),
        type: findType(type)?.code ?? 0,
        class: asking.class ?? 1,
      },
    ],
    answer: [],
    authority: [],
    additional: [],
    edns: edns && { size: 1232, version: 0, dnssec: false, options: NO_OPTIONS, ...edns },
  })
}

/** Reads an answer; throws a CheckFailure if it is none. */
export function readAnswer(octets: Buffer): Answer {
  try {
    return { octets, message: decodeMessage(octets) }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const hex = octets.toString('hex')
    throw new CheckFailure(
      {
        en: `the answer cannot be read: ${error.message}, at octet ${error.at}`,
        es: `no se puede leer la respuesta: ${error.message}, en el octeto ${error.at}`,
      },
      {
        expected: { en: 'a message (RFC 1035 §4)', es: 'un mensaje (RFC 1035 §4)' },
        actual: hex,
        at: Math.min(error.at * 2, hex.length),
      },
    )
  }
}

/** Sends octets by datagram; throws a CheckFailure if no answer comes. */
export async function exchange(context: CheckContext, octets: Buffer): Promise<Answer> {
  // A datagram may be lost, once.
  const answer =
    (await context.exchange('dns', octets, PATIENCE / 2)) ??
    (await context.exchange('dns', octets, PATIENCE / 2))
  if (answer === undefined) {
    throw new CheckFailure({
      en: `no answer came within ${PATIENCE} ms`,
      es: `no llegó ninguna respuesta en ${PATIENCE} ms`,
    })
  }
  return readAnswer(answer)
}

/** Asks by datagram. */
export function ask(context: CheckContext, asking: Asking): Promise<Answer> {
  return exchange(context, queryFor(context.target.domain, asking))
}

/** Messages over one TCP connection. */
export class Stream implements AsyncDisposable {
  readonly #dialogue: Dialogue

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue
  }

  async send(...messages: readonly Buffer[]): Promise<void> {
    await this.#dialogue.send(Buffer.concat(messages.map(frame)))
  }

  async sendRaw(octets: Buffer): Promise<void> {
    await this.#dialogue.send(octets)
  }

  async receive(): Promise<Answer> {
    const length = (await this.#dialogue.octets(2)).readUInt16BE(0)
    return readAnswer(await this.#dialogue.octets(length))
  }

  /** All octets until the server closes. */
  rest(): Promise<Buffer> {
    return this.#dialogue.rest()
  }

  /** Whether the server closes within so many milliseconds. */
  closes(milliseconds: number): Promise<boolean> {
    return this.#dialogue.closes(milliseconds)
  }

  end(): void {
    this.#dialogue.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dialogue[Symbol.asyncDispose]()
  }
}

/** Connects over TCP. */
export async function openStream(context: CheckContext): Promise<Stream> {
  return new Stream(await context.open('dns'))
}

function server({ endpoints }: CheckTarget): { readonly host: string; readonly port: number } {
  return endpoints['dns'] ?? { host: '127.0.0.1', port: 53 }
}

/** The command with which dig asks the same; `more` are further options of it. */
export function dig(target: CheckTarget, asking: Asking, more: readonly string[] = []): string {
  const { host, port } = server(target)
  const { name, type = 'A', flags = 0, edns, opcode = 0 } = asking
  const words = ['dig', `@${host}`, '-p', String(port)]
  words.push((flags & FLAG.recursionDesired) === 0 ? '+norecurse' : '+recurse')
  if (edns === undefined) words.push('+noedns')
  else words.push(`+edns=${edns.version ?? 0}`, '+noednsneg', `+bufsize=${edns.size ?? 1232}`)
  if (edns?.dnssec === true) words.push('+dnssec')
  if (edns?.options !== undefined) words.push('+ednsopt=65001:0102')
  if (opcode !== 0) words.push(`+opcode=${opcode}`)
  words.push(...more)
  if (asking.class !== undefined && asking.class !== 1) words.push('-c', `CLASS${asking.class}`)
  const full = printName(parseName(name, parseName(target.domain, ROOT)))
  return [...words, `'${full}'`, type].join(' ')
}

/** The command that sends a datagram as it is, and shows what comes back. */
export function raw(target: CheckTarget, octets: Buffer): string {
  return `${printed(octets)} | nc -u ${shownFrom(target)}`
}

/** The command that sends messages over one TCP connection, and shows what comes back. */
export function rawStream(target: CheckTarget, ...messages: readonly Buffer[]): string {
  return `${printed(Buffer.concat(messages.map(frame)))} | nc ${shownFrom(target)}`
}

function printed(octets: Buffer): string {
  return `echo ${octets.toString('hex')} | xxd -r -p`
}

function shownFrom(target: CheckTarget): string {
  const { host, port } = server(target)
  return `-w 1 ${host} ${port} | xxd`
}
