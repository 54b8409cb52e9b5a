import { close, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import type { HttpBody } from './answer.ts'
import { Pace } from './pace.ts'
import type { Range } from './range.ts'
import type { SharedOctets } from './shared-files.ts'

const readInto = promisify(read)

/** Octets that are read at once, the first time and at most: a client that stops reading keeps no more than the first. */
const FIRST_BLOCK = 64 * 1024
const LARGEST_BLOCK = 256 * 1024
/** What a client gets that took longer than this, in milliseconds, for the block before. */
const SMALLEST_BLOCK = 8 * 1024
const PATIENT = 1000

/** Milliseconds of a read that the system did not answer from memory. */
const SLOW = 1

/** What a body has in common with others. */
export interface Sharing {
  /** Of all bodies that could keep the event loop to themselves. */
  readonly pace: Pace
  /** Of those that send the same file. */
  readonly octets: SharedOctets | undefined
  /** Runs once when the body is closed. */
  readonly done: () => void
}

/** An open file as a body: the whole of it, or the parts that were chosen. What is read lies where the next `read` writes. */
export class FileBody implements HttpBody {
  readonly #file: number
  readonly #sharing: Sharing
  #parts: readonly Part[]
  #length: number
  #at = 0
  #block = Buffer.alloc(0)
  #isSlow = false
  /** When the last block was asked for, milliseconds of `performance.now()`. */
  #asked = 0
  /** What a read brings at most, in octets. */
  #size = 0

  /** Takes over the descriptor; `length` in octets. Without `sharing` the body is alone. */
  constructor(file: number, length: number, sharing: Sharing = alone()) {
    this.#file = file
    this.#sharing = sharing
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
    this.#sharing.done()
    // A network's file system may fail here, and without a callback that would end the process.
    close(this.#file, () => undefined)
  }

  async #readFile(from: number, left: number): Promise<Buffer> {
    const isFirst = this.#size === 0
    const size = Math.min(this.#nextSize(), left)
    await this.#sharing.pace.take(isFirst)
    const { octets } = this.#sharing
    if (octets === undefined) return this.#fill(this.#ownBlock(size), from)
    return octets.known(from, size) ?? this.#readShared(octets, from, size)
  }

  async #readShared(octets: SharedOctets, from: number, size: number): Promise<Buffer> {
    const { start, into } = octets.gap(from, size)
    const { length } = await this.#fill(into, start)
    if (length === into.length) octets.fill(start, length)
    return into.subarray(from - start, Math.min(from - start + size, length))
  }

  /** Reads into the whole of a block; what it answers is shorter at the end of the file. */
  async #fill(block: Buffer, from: number): Promise<Buffer> {
    if (this.#isSlow) {
      const { bytesRead } = await readInto(this.#file, block, 0, block.length, from)
      return block.subarray(0, bytesRead)
    }
    // What lies in the system's memory is there sooner than another thread would be; once it does not, nobody waits for the disk.
    const begun = performance.now()
    const bytesRead = readSync(this.#file, block, 0, block.length, from)
    this.#isSlow = performance.now() - begun > SLOW
    return block.subarray(0, bytesRead)
  }

  /** Twice as large each time. */
  #nextSize(): number {
    const now = performance.now()
    const isWaiting = this.#size > 0 && now - this.#asked > PATIENT
    this.#asked = now
    // A slow client has its time for each block anew: of small ones it can take some in it.
    if (isWaiting) return SMALLEST_BLOCK
    this.#size = this.#size === 0 ? FIRST_BLOCK : Math.min(this.#size * 2, LARGEST_BLOCK)
    return this.#size
  }

  /** A new one for each read would cost more than the read. */
  #ownBlock(size: number): Buffer {
    if (this.#block.length < size) this.#block = Buffer.allocUnsafeSlow(size)
    return this.#block.subarray(0, size)
  }
}

function alone(): Sharing {
  return { pace: new Pace(), octets: undefined, done: () => undefined }
}

type Part = Range | Buffer

function lengthOf(part: Part): number {
  return 'start' in part ? part.end - part.start : part.length
}
