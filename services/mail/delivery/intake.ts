/** Takes in one message, and puts it where it belongs when it is whole. */
import type { Logger } from '../../../lab/service.ts'
import { errorCode } from '../../../lab/kit/files.ts'
import type { Client, Envelope, Intake, Refusal } from '../envelope.ts'
import { refusals } from '../policy/refusals.ts'
import { HeaderScanner } from './header.ts'
import { missingFields, receivedField } from './trace.ts'

/** Octets that are gathered before a file is opened. */
const GATHERED = 64 * 1024
/** Octets that are enough to be written by themselves. */
const PASSED = 16 * 1024
/** Pieces that lie apart: of one octet each (BDAT 1) they would take a hundred times their room. */
const MOST_PIECES = 64
const CR = 13

/** Where the octets of a message go. */
export interface Sink {
  /** What stands above the Received field. */
  readonly top: string
  /** Whether there is room for so many octets. */
  judge(size: number): Promise<Refusal | undefined>
  /** Rejects if the disk does not take it. */
  write(octets: Buffer): Promise<void>
  /** Resolves when the message, of so many octets, is safe, with what is to be done once that is told; rejects, and nothing stays, if it cannot be. */
  commit(size: number): Promise<() => void>
  abort(): Promise<void>
}

/** What an intake needs to know. */
export interface IntakeOptions {
  readonly id: string
  readonly client: Client
  readonly envelope: Envelope
  readonly hostname: string
  readonly maxReceived: number
  readonly at: number
  readonly log: Logger
  readonly sink: Sink
  /** Is called when the message, of so many octets and with this Subject as it came, has been taken. */
  readonly accepted: (size: number, subject: string | undefined) => void
}

/** A message of which at most 64 KB lie in memory. */
export class MessageIntake implements Intake {
  readonly #options: IntakeOptions
  readonly #scanner = new HeaderScanner()
  #pieces: Buffer[] = []
  #gathered = 0
  #size = 0
  #isSpilling = false
  /** A piece ended with a CR, which may be half a line end. */
  #isHolding = false
  #refusal: Refusal | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  write(octets: Buffer): Promise<void> {
    if (this.#refusal !== undefined) return Promise.resolve()
    if (this.#mayPass(octets)) return this.#pass(octets)
    this.#take(octets)
    return this.#gathered > GATHERED ? this.#spill() : Promise.resolve()
  }

  async finish(): Promise<{ readonly id: string } | Refusal> {
    const { id, sink, accepted } = this.#options
    const refusal = await this.#judge()
    if (refusal !== undefined) return refusal
    await this.#spill()
    const follow = this.#refusal ?? (await this.#attempt(() => sink.commit(this.#size)))
    if (typeof follow !== 'function') {
      await this.abort()
      return follow
    }
    accepted(this.#size, this.#scanner.subject)
    follow()
    return { id }
  }

  async lose(): Promise<{ readonly id: string } | Refusal> {
    const refusal = await this.#judge()
    if (refusal !== undefined) return refusal
    await this.abort()
    this.#options.accepted(this.#size, this.#scanner.subject)
    return { id: this.#options.id }
  }

  async abort(): Promise<void> {
    this.#pieces = []
    this.#gathered = 0
    await this.#attempt(() => this.#options.sink.abort())
  }

  /** Judges the whole message; nothing stays of one that is refused. */
  async #judge(): Promise<Refusal | undefined> {
    this.#complete()
    const refusal = this.#refusal ?? (await this.#attempt(() => this.#options.sink.judge(this.#size)))
    if (refusal !== undefined) await this.abort()
    return refusal
  }

  /** The text of a large message need not be copied, which would be the most of what it leaves for the collector. */
  #mayPass(octets: Buffer): boolean {
    return (
      octets.length >= PASSED &&
      this.#isSpilling &&
      this.#gathered === 0 &&
      this.#scanner.isOver &&
      !this.#isHolding
    )
  }

  async #pass(octets: Buffer): Promise<void> {
    this.#size += octets.length
    await this.#attempt(() => this.#options.sink.write(octets))
  }

  #take(octets: Buffer): void {
    // The session may write over its octets.
    const copy = this.#isHolding ? Buffer.concat([Buffer.of(CR), octets]) : Buffer.from(octets)
    this.#isHolding = false
    if (this.#scanner.isOver) return this.#add(copy)
    // The empty line after the header is found whole or not at all.
    this.#isHolding = copy.at(-1) === CR
    const piece = this.#isHolding ? copy.subarray(0, -1) : copy
    const end = this.#scanner.scan(piece)
    if (this.#scanner.received >= this.#options.maxReceived) this.#refusal = refusals.circle
    const missing = end === undefined || this.#scanner.isBare ? '' : this.#missing()
    if (end === undefined || missing === '') return this.#add(piece)
    this.#add(piece.subarray(0, end))
    this.#add(Buffer.from(missing))
    this.#add(piece.subarray(end))
  }

  /** What comes after the last octet. */
  #complete(): void {
    if (this.#isHolding) this.#add(Buffer.of(CR))
    this.#isHolding = false
    if (this.#scanner.isOver || this.#scanner.isBare) return
    const missing = this.#missing()
    if (missing === '') return
    const last = this.#pieces.at(-1)?.at(-1)
    if (last !== undefined && last !== 10) this.#add(Buffer.from('\r\n'))
    this.#add(Buffer.from(missing))
  }

  /** Only what a mail program hands in is completed (RFC 6409 §8). */
  #missing(): string {
    const { client } = this.#options
    return client.entrance === 'smtp' ? '' : missingFields(this.#scanner, this.#options)
  }

  #add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    if (this.#pieces.length === MOST_PIECES) this.#pieces = [Buffer.concat(this.#pieces)]
    this.#gathered += piece.length
    this.#size += piece.length
  }

  async #spill(): Promise<void> {
    const pieces = this.#isSpilling ? this.#pieces : [Buffer.from(this.#top()), ...this.#pieces]
    this.#isSpilling = true
    this.#pieces = []
    this.#gathered = 0
    if (pieces.length === 0) return
    const [only] = pieces
    const octets = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
    await this.#attempt(() => this.#options.sink.write(octets))
  }

  #top(): string {
    const { sink, envelope } = this.#options
    const [first, ...others] = envelope.recipients
    const top = `${sink.top}${receivedField({
      ...this.#options,
      sender: envelope.sender.address,
      recipient: others.length === 0 ? first?.address : undefined,
    })}`
    // What a person typed without any header is all text, which an empty line keeps apart.
    const rest = this.#scanner.isBare ? `${this.#missing()}\r\n` : ''
    return `${top}${rest}`
  }

  /** What fails on the disk is told to the client at the end. */
  async #attempt<Result>(act: () => Promise<Result>): Promise<Result | Refusal> {
    try {
      return await act()
    } catch (error) {
      const { log, id } = this.#options
      log.error({ err: error, id }, 'a message cannot be stored; its sender is told to try again')
      this.#refusal = storageRefusal(error)
      return this.#refusal
    }
  }
}

/** Why a disk did not take a message, as its sender is told. */
export function storageRefusal(error: unknown): Refusal {
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error) ?? '')
  return isFull ? refusals.storageFull : refusals.storageBroken
}
