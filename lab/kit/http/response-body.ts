import type { HttpBody } from './answer.ts'
import { ChunkedDecoder } from './chunked.ts'
import type { HeadLimits } from './head-reader.ts'
import { ResponseError, type ResponseFraming } from './response.ts'

/** Where a body's octets come from, and what becomes of their connection. */
export interface BodySource {
  /** The next octets as received, undefined once the server has closed. */
  next(): Promise<Buffer | undefined>
  /** The body is whole; so many octets came behind it. */
  done(surplus: number): void
  /** The body will not be read to its end. */
  destroy(): void
}

/** Finds one body in what is received. */
interface BodyDecoder {
  readonly isDone: boolean
  /** Octets behind the body in what was decoded last. */
  readonly surplus: number
  decode(octets: Buffer): Buffer
}

/** A body as it comes from a server, read no faster than it is asked for; `read` rejects with a ResponseError where it breaks off. */
export class ResponseBody implements HttpBody {
  readonly length: number | undefined
  readonly #source: BodySource
  readonly #decoder: BodyDecoder
  readonly #mayClose: boolean
  #isOver = false

  /** `announced` is the length of the body that HEAD asks about and does not bring. */
  constructor(framing: ResponseFraming, source: BodySource, limits: HeadLimits, announced?: number) {
    this.#source = source
    this.#mayClose = framing.kind === 'until close'
    if (framing.kind === 'chunked') this.#decoder = new ChunkedDecoder(limits)
    else if (framing.kind === 'length') this.#decoder = new LengthDecoder(framing.length)
    else this.#decoder = new LengthDecoder(framing.kind === 'none' ? 0 : Infinity)
    this.length = framing.kind === 'length' ? framing.length : announced
    this.#check()
  }

  async read(): Promise<Buffer | undefined> {
    try {
      while (!this.#isOver) {
        const octets = await this.#source.next()
        if (octets === undefined) return this.#end()
        const piece = this.#decoder.decode(octets)
        this.#check()
        if (piece.length > 0) return piece
      }
      return undefined
    } catch (error) {
      // It was `abort` that ended the wait: the server behind is not to blame.
      if (this.#isOver) return undefined
      this.close()
      throw error
    }
  }

  abort(): void {
    this.close()
  }

  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#source.destroy()
  }

  #check(): void {
    if (!this.#decoder.isDone) return
    this.#isOver = true
    this.#source.done(this.#decoder.surplus)
  }

  // RFC 9112 §8: a body that ends before it is whole must not pass for a whole one.
  #end(): undefined {
    if (!this.#mayClose) throw new ResponseError('incomplete')
    this.close()
  }
}

/** So many octets, or all that come. */
class LengthDecoder implements BodyDecoder {
  #left: number
  surplus = 0

  constructor(length: number) {
    this.#left = length
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  decode(octets: Buffer): Buffer {
    const piece = octets.length > this.#left ? octets.subarray(0, this.#left) : octets
    this.#left -= piece.length
    this.surplus = octets.length - piece.length
    return piece
  }
}
