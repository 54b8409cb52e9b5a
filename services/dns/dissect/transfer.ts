/** Zone transfers as an onlooker follows them (RFC 5936, RFC 1995): of many messages the first is shown, the others are counted. */
import { count, OCTET, say, type Noun } from '../../../lab/kit/dissect/said.ts'
import type { Step } from '../../../lab/service.ts'
import { TYPE } from '../records/types.ts'
import type { Message, Question } from '../wire/message.ts'
import { printName } from '../wire/name.ts'
import { messageStep } from './message.ts'
import { transferAbout } from './words.ts'

/** Transfers of one connection that are followed at a time. */
const MOST = 16

interface Followed {
  readonly name: string
  readonly kind: 'AXFR' | 'IXFR'
  /** The serial number of the SOA that came first; it comes again at the end. */
  serial: number | undefined
  /** How often that SOA must come: twice, or three times in a list of changes (RFC 1995 §4). */
  wanted: number
  seen: number
  messages: number
  records: number
  octets: number
  /** Octets on the wire of the messages that are only counted. */
  hidden: number
}

const RECORD: Noun = { en: ['record', 'records'], es: ['registro', 'registros'] }
const MESSAGE: Noun = { en: ['message', 'messages'], es: ['mensaje', 'mensajes'] }

/** Follows the transfers of one connection. */
export class Transfers {
  readonly #open = new Map<number, Followed>()

  /** A question that asks for a zone begins one. */
  asked({ id, questions: [question] }: Message): void {
    if (question === undefined || !isTransfer(question)) return
    // What nobody answers must not pile up.
    const [oldest] = this.#open.keys()
    if (this.#open.size >= MOST && oldest !== undefined) this.#open.delete(oldest)
    this.#open.set(id, {
      name: printName(question.name),
      kind: question.type === TYPE.axfr ? 'AXFR' : 'IXFR',
      serial: undefined,
      wanted: 2,
      seen: 0,
      messages: 0,
      records: 0,
      octets: 0,
      hidden: 0,
    })
  }

  /** The steps of an answer of that size, and with its length, that belongs to a transfer; undefined for any other. */
  answered(message: Message, size: number, framed: number): readonly Step[] | undefined {
    const transfer = this.#open.get(message.id)
    if (transfer === undefined) return undefined
    transfer.messages += 1
    transfer.octets += size
    if (message.rcode === 0) readRecords(transfer, message)
    const isOver = message.rcode !== 0 || transfer.serial === undefined || transfer.seen >= transfer.wanted
    const isShown = transfer.messages === 1 || message.rcode !== 0
    if (!isShown) transfer.hidden += framed
    const steps = isShown ? [messageStep('server', message, framed)] : []
    if (!isOver) return steps
    this.#open.delete(message.id)
    return transfer.messages === 1 ? steps : [...steps, summary(transfer, true)]
  }

  /** What was left when the connection ended. */
  end(): readonly Step[] {
    return [...this.#open.values()].filter(({ messages }) => messages > 0).map((each) => summary(each, false))
  }
}

function readRecords(transfer: Followed, message: Message): void {
  for (const { type, data } of message.answer)
    for (const octets of data) {
      transfer.records += 1
      if (type !== TYPE.soa) continue
      // RFC 1035 §3.3.13: five numbers end it, the serial first.
      const serial = octets.readUInt32BE(octets.length - 20)
      transfer.serial ??= serial
      if (serial === transfer.serial) transfer.seen += 1
      else if (transfer.records === 2) transfer.wanted = 3
    }
  // RFC 1995 §4: one SOA alone says that nothing has changed.
  if (transfer.kind === 'IXFR' && transfer.messages === 1 && transfer.records === 1) transfer.wanted = 1
}

function summary({ name, kind, messages, records, octets, hidden }: Followed, isWhole: boolean): Step {
  const state = isWhole ? { en: 'complete', es: 'completa' } : { en: 'cut short', es: 'interrumpida' }
  const number = say`${count(records, RECORD)} ${{ en: 'in', es: 'en' }} ${count(messages, MESSAGE)}`
  return {
    from: 'server',
    kind: 'data',
    text: say`${name} ${kind} ${state}: ${number}, ${count(octets, OCTET)}`,
    octets: hidden,
    about: transferAbout,
  }
}

/** Whether a question asks for a whole zone or for what changed in it. */
function isTransfer({ type }: Question): boolean {
  return type === TYPE.axfr || type === TYPE.ixfr
}
