import type { Buffer } from 'node:buffer'
import { quantity } from '../../../lab/kit/quantity.ts'
import type { Recipient, Refusal, Sender } from '../envelope.ts'
import type { SmtpFault } from '../faults.ts'
import { refusals } from '../policy/refusals.ts'
import { parseBdat, parseMail, parseRcpt } from './command.ts'
import type { Dialogue, Told } from './dialogue.ts'
import { Message, tooLarge } from './message.ts'
import { SILENT, type Outcome } from './reply.ts'

interface Chunk {
  readonly size: number
  readonly isLast: boolean
}

/** A mail transaction (RFC 5321 §3.3): MAIL, RCPT, and DATA or BDAT. */
export class Transaction {
  readonly #dialogue: Dialogue
  #sender: Sender | undefined
  #recipients: Recipient[] = []
  /** RCPT commands, the refused ones too. */
  #tried = 0
  /** The message while it comes in, from DATA or the first BDAT on. */
  #message: Message | undefined
  /** Octets of a BDAT command that are still to come. */
  #chunk: (Chunk & { left: number }) | undefined
  #isReading = false

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue
  }

  /** MAIL was accepted. */
  get isOpen(): boolean {
    return this.#sender !== undefined
  }

  /** How many octets the message may take of what comes next; 0 while commands are expected. */
  get wanted(): number {
    return this.#isReading ? (this.#chunk?.left ?? Infinity) : 0
  }

  get #told(): Told {
    return { from: this.#sender?.address, to: this.#recipients.map(({ address }) => address) }
  }

  mail(argument: string): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const { parts, entrance, account, messages, name } = dialogue
    if (name === '') return dialogue.reply(503, '5.5.1', 'HELO or EHLO first')
    if (this.isOpen) return dialogue.reply(503, '5.5.1', 'Sender already given')
    // RFC 6409 §4.3
    if (entrance !== 'smtp' && account === undefined) return dialogue.refuse(refusals.loginNeeded)
    if (messages >= parts.config.maxMessages) {
      const text = `${parts.hostname} Too many messages on this connection`
      return dialogue.refuse({ code: 421, status: '4.7.0', text }, {}, 'close')
    }
    const sender = parseMail(argument, dialogue.extensions)
    if ('code' in sender) return dialogue.reply(sender.code, sender.status, sender.text)
    const told = { from: sender.address }
    if (sender.size !== undefined && sender.size > parts.config.maxSize)
      return dialogue.refuse(tooLarge(parts.config.maxSize), told)
    const fault = dialogue.fault('smtp.mail', told)
    if (fault !== undefined) return dialogue.commit(fault, told, () => this.#judgeSender(sender))
    return this.#judgeSender(sender)
  }

  async #judgeSender(sender: Sender): Promise<Outcome> {
    const dialogue = this.#dialogue
    const { parts } = dialogue
    const { office, config } = parts
    const told = { from: sender.address }
    const refusal = await office.judgeSender(dialogue.client(sender.isUtf8), sender)
    if (refusal !== undefined) return dialogue.refuse(refusal, told)
    if (!parts.mayBring(dialogue.peer.host)) {
      const text = `Not more than ${quantity(Number(config.rate), 'message', 'messages')} a minute; try again later`
      return dialogue.refuse({ code: 450, status: '4.7.1', text }, told)
    }
    this.#sender = sender
    return dialogue.reply(250, '2.1.0', 'OK')
  }

  rcpt(argument: string): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const { config } = dialogue.parts
    const sender = this.#sender
    if (sender === undefined) return dialogue.reply(503, '5.5.1', 'Sender not yet given')
    if (this.#message !== undefined) return dialogue.reply(503, '5.5.1', 'BDAT has begun')
    this.#tried += 1
    const recipient = parseRcpt(argument, dialogue.extensions, sender.isUtf8)
    if ('code' in recipient) return dialogue.reply(recipient.code, recipient.status, recipient.text)
    const told = { from: sender.address, to: [recipient.address] }
    // RFC 5321 §4.5.3.1.10
    if (this.#recipients.length >= config.maxRecipients)
      return dialogue.refuse({ code: 452, status: '4.5.3', text: 'Too many recipients' }, told)
    const judge = (): Promise<Outcome> => this.#judgeRecipient(sender, recipient, told)
    const fault = dialogue.fault('smtp.rcpt', told)
    return fault === undefined ? judge() : dialogue.commit(fault, told, judge)
  }

  async #judgeRecipient(sender: Sender, recipient: Recipient, told: Told): Promise<Outcome> {
    const dialogue = this.#dialogue
    const client = dialogue.client(sender.isUtf8)
    const refusal = await dialogue.parts.office.judgeRecipient(client, sender, recipient)
    if (refusal !== undefined) return dialogue.refuse(refusal, told)
    this.#recipients.push(recipient)
    return dialogue.reply(250, '2.1.5', 'Accepted')
  }

  data(): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    if (this.#message !== undefined) return dialogue.reply(503, '5.5.1', 'BDAT has begun')
    const refusal = this.#unready('DATA')
    if (refusal !== undefined) return dialogue.reply(refusal.code, refusal.status, refusal.text)
    const fault = dialogue.fault('smtp.data', this.#told)
    const open = (): Outcome => {
      this.#open(true)
      this.#isReading = true
      return dialogue.reply(354, undefined, 'Enter message, ending with "." on a line by itself')
    }
    return fault === undefined ? open() : dialogue.commit(fault, this.#told, open)
  }

  /** A chunk's octets are read even if they are refused, for they would be taken for commands (RFC 3030 §2). */
  bdat(argument: string): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const said = parseBdat(argument)
    // How many octets follow is not known, so that nothing behind it can be read.
    if (said === undefined) return dialogue.reply(501, '5.5.4', 'Write it as BDAT octets [LAST]', 'close')
    if (this.#message !== undefined) return this.#await(said)
    const refusal = this.#unready('BDAT')
    if (refusal !== undefined) {
      this.#open(false, dialogue.reply(refusal.code, refusal.status, refusal.text))
      return this.#await(said)
    }
    const fault = dialogue.fault('smtp.data', this.#told)
    if (fault !== undefined) return this.#break(fault, said)
    this.#open(false)
    return this.#await(said)
  }

  async #break(fault: SmtpFault, said: Chunk): Promise<Outcome> {
    let isTaken = false
    const outcome = await this.#dialogue.commit(fault, this.#told, () => {
      isTaken = true
      return SILENT
    })
    if (outcome.after === 'drop') return outcome
    this.#open(false, isTaken ? undefined : outcome)
    return this.#await(said)
  }

  #await(said: Chunk): Outcome | Promise<Outcome> {
    this.#chunk = { ...said, left: said.size }
    this.#isReading = true
    return said.size === 0 ? this.#endChunk() : SILENT
  }

  /** Takes what it wants of the octets; how many those are is known at once. */
  take(octets: Buffer): { readonly taken: number; readonly outcome: Outcome | Promise<Outcome> } {
    const message = this.#message
    if (message === undefined) throw new Error('there is no message to take octets for')
    const { taken, stop, stored } = message.take(octets)
    if (this.#chunk !== undefined) this.#chunk.left -= taken
    if (stop === 'CR' || stop === 'LF') return { taken, outcome: this.#refuseBare(stop) }
    const goOn = (): Outcome | Promise<Outcome> => {
      if (message.isFlood) {
        this.#isReading = false
        return { ...message.refuse(), after: 'close' }
      }
      if (stop === 'end') return this.#finish()
      return this.#chunk?.left === 0 ? this.#endChunk() : SILENT
    }
    return { taken, outcome: stored === undefined ? goOn() : stored.then(goOn) }
  }

  /** RSET, EHLO, or the client has gone: nothing stays. */
  async reset(): Promise<void> {
    const message = this.#message
    this.#clear()
    await message?.abort()
  }

  /** Tells which of two line ends came, and ends the connection: what follows may be a message that somebody hides in this one. */
  #refuseBare(which: 'CR' | 'LF'): Outcome {
    const outcome = this.#dialogue.refuse(bare(which), this.#told, 'close')
    this.#dialogue.background(this.reset())
    return outcome
  }

  #unready(verb: string): Refusal | undefined {
    if (this.#sender === undefined || this.#tried === 0)
      return { code: 503, status: '5.5.1', text: `Valid RCPT command must precede ${verb}` }
    return this.#recipients.length > 0
      ? undefined
      : { code: 554, status: '5.5.1', text: 'No valid recipients' }
  }

  /** What is refused already is only read. */
  #open(hasDots: boolean, refused?: Outcome): void {
    const sender = this.#sender
    const envelope =
      refused === undefined && sender !== undefined ? { sender, recipients: this.#recipients } : undefined
    this.#message = new Message(this.#dialogue, { envelope, hasDots, refused, told: this.#told })
  }

  #endChunk(): Outcome | Promise<Outcome> {
    const { size, isLast } = this.#chunk ?? { size: 0, isLast: true }
    this.#isReading = false
    this.#chunk = undefined
    if (isLast && this.#message?.endsWithReturn === true) return this.#refuseBare('CR')
    if (isLast || this.#message?.isRefused === true) return this.#finish()
    return this.#dialogue.reply(250, '2.0.0', `${size} octets received`)
  }

  #finish(): Outcome | Promise<Outcome> {
    const message = this.#message
    this.#clear()
    return message === undefined ? SILENT : message.finish()
  }

  #clear(): void {
    this.#sender = undefined
    this.#recipients = []
    this.#tried = 0
    this.#message = undefined
    this.#chunk = undefined
    this.#isReading = false
  }
}

/** A line end that is none, in a message or behind one. */
export function bare(which: 'CR' | 'LF'): Refusal {
  const text = `Bare ${which} received; lines end with CR LF (nc -C, curl --crlf). Closing connection`
  return { code: 521, status: '5.5.2', text }
}
