import { Buffer } from 'node:buffer'
import type { Envelope, Intake, Refusal } from '../envelope.ts'
import type { SmtpFault } from '../faults.ts'
import { DataReader, type Piece } from './data.ts'
import type { Dialogue, Told } from './dialogue.ts'
import type { Outcome } from './reply.ts'

/** Octets of a refused message that are read beyond the largest size, so that the client hears why. */
const PATIENCE = 1_048_576

const LINE_END = Buffer.from('\r\n')

interface MessageOptions {
  /** Undefined for one that is only read. */
  readonly envelope: Envelope | undefined
  readonly hasDots: boolean
  /** What is answered when it has been read. */
  readonly refused: Outcome | undefined
  readonly told: Told
}

/** A message while it comes in. */
export class Message {
  readonly #dialogue: Dialogue
  readonly #told: Told
  readonly #reader: DataReader
  readonly #intake: Intake | undefined
  #refused: Outcome | undefined
  #writing: Promise<void> | undefined
  #isAborted = false
  /** Octets as they would be stored. */
  #size = 0
  #dropped = 0

  constructor(dialogue: Dialogue, { envelope, hasDots, refused, told }: MessageOptions) {
    this.#dialogue = dialogue
    this.#told = told
    this.#reader = new DataReader({ hasDots })
    this.#refused = refused
    if (envelope !== undefined)
      this.#intake = dialogue.parts.office.open(dialogue.client(envelope.sender.isUtf8), envelope)
  }

  get isRefused(): boolean {
    return this.#refused !== undefined
  }

  get endsWithReturn(): boolean {
    return this.#reader.endsWithReturn
  }

  /** More has been dropped of it than a client may ask for that does not listen. */
  get isFlood(): boolean {
    return this.#dropped > this.#dialogue.parts.config.maxSize + PATIENCE
  }

  /** Takes octets, up to its end; `stored` must resolve before the next ones come. */
  take(octets: Buffer): Pick<Piece, 'taken' | 'stop'> & { readonly stored: Promise<void> | undefined } {
    const { content, taken, stop } = this.#reader.read(octets)
    this.#size += content.length
    if (this.#refused === undefined) this.#check()
    if (this.#refused !== undefined) {
      this.#dropped += taken
      return { taken, stop, stored: undefined }
    }
    if (content.length === 0 || stop === 'CR' || stop === 'LF') return { taken, stop, stored: undefined }
    this.#writing = this.#intake?.write(content)
    return { taken, stop, stored: this.#writing }
  }

  #check(): void {
    const { maxSize, maxLine } = this.#dialogue.parts.config
    if (this.#size > maxSize) this.#refuse(tooLarge(maxSize))
    else if (this.#reader.longest > maxLine)
      this.#refuse({ code: 554, status: '5.6.0', text: `A line is longer than ${maxLine} octets` })
  }

  #refuse(refusal: Refusal): void {
    this.#refused = this.#dialogue.refuse(refusal, this.#told)
    this.#dialogue.background(this.abort())
  }

  /** What a refused message is answered with. */
  refuse(): Outcome {
    return this.#refused ?? this.#dialogue.reply(554, '5.0.0', 'Not taken')
  }

  /** Gives the whole message to the office, whose word is the answer. */
  finish(): Outcome | Promise<Outcome> {
    if (this.#refused !== undefined) return this.#refused
    const fault = this.#dialogue.fault('smtp.message', this.#told)
    return fault === undefined ? this.#deliver() : this.#break(fault)
  }

  async #break(fault: SmtpFault): Promise<Outcome> {
    let isAsked = false
    const outcome = await this.#dialogue.commit(fault, this.#told, () => {
      isAsked = true
      return this.#deliver(fault.lose)
    })
    if (!isAsked) await this.abort()
    return outcome
  }

  async #deliver(isLost = false): Promise<Outcome> {
    const intake = this.#intake
    if (intake === undefined) return this.refuse()
    const { storing } = this.#dialogue.parts
    storing.add(intake)
    try {
      // BDAT may end in the middle of a line, which no mailbox can.
      if (this.#reader.isInLine) await intake.write(LINE_END)
      return this.#answer(await (isLost ? intake.lose() : intake.finish()))
    } finally {
      storing.delete(intake)
    }
  }

  #answer(result: { readonly id: string } | Refusal): Outcome {
    if (!('id' in result)) return this.#dialogue.refuse(result, this.#told)
    this.#dialogue.messages += 1
    return this.#dialogue.reply(250, '2.0.0', `OK id=${result.id}`)
  }

  /** Nothing of it stays. */
  async abort(): Promise<void> {
    if (this.#isAborted) return
    this.#isAborted = true
    await this.#writing
    await this.#intake?.abort()
  }
}

/** What a message is refused with that is too large, or says so. */
export function tooLarge(maxSize: number): Refusal {
  return { code: 552, status: '5.3.4', text: `The message is larger than ${maxSize} octets` }
}
