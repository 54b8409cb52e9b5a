/** What lies before the signature of a submission, unpacked as it is read. */
import type { FileHandle } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { LabError, messageOf } from '../host/error.ts'

/** Takes pieces of a file that is being unpacked, and closes it at the end; what is damaged or missing throws. */
export class Inflow implements AsyncDisposable {
  readonly #file: FileHandle
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  /** `end` is how many bytes of the file are packed. */
  constructor(file: FileHandle, end: number) {
    this.#file = file
    const packed = file.createReadStream({
      start: 0,
      end: end - 1,
      highWaterMark: 256 * 1024,
      autoClose: false,
    })
    const open = createGunzip({ chunkSize: 256 * 1024 })
    packed.on('error', (error) => open.destroy(error))
    open.on('close', () => packed.destroy())
    this.#chunks = packed.pipe(open)[Symbol.asyncIterator]()
  }

  /** The first line, without its end. */
  async line(most: number): Promise<string> {
    const found: Buffer[] = []
    for (let length = 0; ;) {
      const chunk = await this.#next()
      const end = chunk.indexOf(0x0a)
      length += end < 0 ? chunk.length : end
      if (length > most)
        throw broken('the list of its parts is too long', 'la lista de sus partes es demasiado larga')
      found.push(end < 0 ? chunk : chunk.subarray(0, end))
      if (end < 0) continue
      this.#rest = chunk.subarray(end + 1)
      return Buffer.concat(found).toString('utf8')
    }
  }

  /** So many octets, piece by piece. */
  async *pieces(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      const chunk = await this.#next()
      const piece = chunk.subarray(0, left)
      this.#rest = chunk.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** So many octets at once. */
  async octets(count: number): Promise<Buffer> {
    const found: Buffer[] = []
    for await (const piece of this.pieces(count)) found.push(piece)
    return Buffer.concat(found)
  }

  /** Whether nothing follows. */
  async isOver(): Promise<boolean> {
    if (this.#rest.length > 0) return false
    return (await this.#chunks.next()).done === true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.()
    await this.#file.close()
  }

  async #next(): Promise<Buffer> {
    if (this.#rest.length > 0) {
      const rest = this.#rest
      this.#rest = Buffer.alloc(0)
      return rest
    }
    let next: IteratorResult<Buffer>
    try {
      next = await this.#chunks.next()
    } catch (error) {
      const why = messageOf(error)
      throw broken(`it cannot be unpacked (${why})`, `no se puede descomprimir (${why})`)
    }
    if (next.done === true) throw broken('it ends too early', 'termina antes de tiempo')
    return next.value
  }
}

function broken(en: string, es: string): LabError {
  return new LabError({ en, es }, { blame: 'wrong' })
}
