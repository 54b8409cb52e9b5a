import { close, read } from 'node:fs'
import { promisify } from 'node:util'
import type { HttpBody } from './answer.ts'
import type { Range } from './range.ts'

const readInto = promisify(read)

/** An open file as a body: the whole of it, or the parts that were chosen. */
export class FileBody implements HttpBody {
  readonly #file: number
  readonly #pieceSize: number
  #parts: readonly Part[]
  #length: number
  #at = 0

  /** Takes over the descriptor; `length` in octets, and in pieces of `pieceSize` it is read. */
  constructor(file: number, length: number, pieceSize: number) {
    this.#file = file
    this.#pieceSize = pieceSize
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
    close(this.#file)
  }

  async #readFile(from: number, most: number): Promise<Buffer> {
    const piece = Buffer.allocUnsafeSlow(Math.min(this.#pieceSize, most))
    const { bytesRead } = await readInto(this.#file, piece, 0, piece.length, from)
    return piece.subarray(0, bytesRead)
  }
}

type Part = Range | Buffer

function lengthOf(part: Part): number {
  return 'start' in part ? part.end - part.start : part.length
}
