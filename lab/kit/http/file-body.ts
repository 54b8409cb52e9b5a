import { close, read, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { HttpBody } from './answer.ts'
import type { Range } from './range.ts'

const readInto = promisify(read)

/** Octets that are read at once, the first time and at most: a client that stops reading keeps no more than the first. */
const FIRST_BLOCK = 64 * 1024
const LARGEST_BLOCK = 256 * 1024
/** What a client gets that took longer than this, in milliseconds, for the block before. */
const SMALLEST_BLOCK = 8 * 1024
const PATIENT = 1000

/** Octets that are read at most before others have their turn: a client as quick as the file would keep the event loop to itself. */
const TURN = 512 * 1024

/** Milliseconds of a read that the system did not answer from memory. */
const SLOW = 1

/** An open file as a body: the whole of it, or the parts that were chosen. What is read lies where the next `read` writes. */
export class FileBody implements HttpBody {
  readonly #file: number
  #parts: readonly Part[]
  #length: number
  #at = 0
  #block = Buffer.alloc(0)
  #isSlow = false
  /** When the last block was asked for, milliseconds of `performance.now()`. */
  #asked = 0
  /** Octets since others had their turn. */
  #unshared = 0

  /** Takes over the descriptor; `length` in octets. */
  constructor(file: number, length: number) {
    this.#file = file
    this.#parts = [{ start: 0, end: length }]
    this.#length = length
  }

  get length(): number {
    return this.#length
  }

  /** Chooses what is sent: octets of the file, and text of one character for each octet between them. */
  choose(parts: readonly (Range | string)[]): this {
    this.#parts = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))
    this.#length = this.#parts.reduce((sum, part) => sum + lengthOf(part), 0)
    return this
  }

  async read(): Promise<Buffer | undefined> {
    const [part, ...others] = this.#parts
    if (part === undefined) return undefined
    const left = lengthOf(part) - this.#at
    const piece = 'start' in part ? await this.#readFile(part.start + this.#at, left) : part
    this.#at += piece.length
    // A file that has become shorter ends the body early.
    if (piece.length === 0 && left > 0) return undefined
    if (piece.length === left) {
      this.#parts = others
      this.#at = 0
    }
    return piece.length === 0 ? this.read() : piece
  }

  close(): void {
    // A network's file system may fail here, and without a callback that would end the process.
    close(this.#file, () => undefined)
  }

  async #readFile(from: number, left: number): Promise<Buffer> {
    const block = this.#nextBlock(left)
    const size = Math.min(block.length, left)
    if (this.#isSlow) {
      const { bytesRead } = await readInto(this.#file, block, 0, size, from)
      return block.subarray(0, bytesRead)
    }
    if (this.#unshared >= TURN) {
      this.#unshared = 0
      await setImmediate()
    }
    this.#unshared += size
    // What lies in the system's memory is there sooner than another thread would be; once it does not, nobody waits for the disk.
    const begun = performance.now()
    const bytesRead = readSync(this.#file, block, 0, size, from)
    this.#isSlow = performance.now() - begun > SLOW
    return block.subarray(0, bytesRead)
  }

  /** Twice as large each time, as long as there is so much left; a new one for each read would cost more than the read. */
  #nextBlock(left: number): Buffer {
    const { length } = this.#block
    const now = performance.now()
    const isWaiting = length > 0 && now - this.#asked > PATIENT
    this.#asked = now
    // A slow client has its time for each block anew: of small ones it can take some in it.
    if (isWaiting) return this.#block.subarray(0, SMALLEST_BLOCK)
    const size = length === 0 ? FIRST_BLOCK : Math.min(length * 2, LARGEST_BLOCK)
    if (length < Math.min(size, left)) this.#block = Buffer.allocUnsafeSlow(Math.min(size, left))
    return this.#block
  }
}

type Part = Range | Buffer

function lengthOf(part: Part): number {
  return 'start' in part ? part.end - part.start : part.length
}
