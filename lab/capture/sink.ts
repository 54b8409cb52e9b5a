/** Where blocks go. */
import { interfaceOf } from './pcapng.ts'

/** What a section begins and ends with, at the moment of the call. */
export interface Section {
  preamble(): Buffer
  /** Given how many packets of each interface are missing. */
  epilogue(dropped: ReadonlyMap<number, number>): Buffer
}

/** Something that takes blocks and is never waited for. */
export interface Sink {
  /** Packets that it could not take. */
  readonly dropped: number
  /** Takes a block, which it may not keep. */
  write(block: Buffer): void
  /** Resolves when all that was taken has gone where it goes, or never will. */
  close(): Promise<void>
}

/** Octets that may wait in a sink; packets beyond are dropped and counted. */
export const MOST_WAITING = 16 * 1024 * 1024

/** Decides what a sink can still take, and counts what not. */
export class Intake {
  /** By interface. */
  readonly dropped = new Map<number, number>()
  readonly #tell: () => void
  #isTold = false

  /** `tell` is called once, when the first packet is dropped. */
  constructor(tell: () => void = () => undefined) {
    this.#tell = tell
  }

  /** How many packets were dropped. */
  get total(): number {
    return [...this.dropped.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Whether a block may join so many octets that wait already: without its interfaces and secrets what follows cannot be read. */
  takes(block: Buffer, waiting: number): boolean {
    const number = interfaceOf(block)
    if (waiting + block.length <= (number === undefined ? 2 * MOST_WAITING : MOST_WAITING)) return true
    if (number !== undefined) this.dropped.set(number, (this.dropped.get(number) ?? 0) + 1)
    if (!this.#isTold) this.#tell()
    this.#isTold = true
    return false
  }
}
