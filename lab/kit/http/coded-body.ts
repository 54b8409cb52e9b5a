import { pipeline, Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { HttpBody } from './answer.ts'
import type { Coding } from './coding.ts'

/** How hard Brotli tries: about as fast as gzip, and smaller. */
const BROTLI_QUALITY = 5
/** How far back Brotli looks, as the power of 2: 2.6 MB for each client that is being served, where its default takes 7. */
const BROTLI_WINDOW = 18

/** A body as a content coding makes it while it is read (RFC 9110 §8.4.1); its length is known at its end. */
export class CodedBody implements HttpBody {
  readonly length = undefined
  readonly #source: HttpBody
  readonly #coding: Coding
  /** None before the first `read`: an answer without a body, as to HEAD, costs no coder. */
  #coder: Transform | undefined
  #pieces: AsyncIterator<Buffer> | undefined
  #reading: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(source: HttpBody, coding: Coding) {
    this.#source = source
    this.#coding = coding
  }

  async read(): Promise<Buffer | undefined> {
    this.#pieces ??= this.#start()
    const { value, done } = await this.#pieces.next()
    return done === true ? undefined : value
  }

  close(): void {
    this.#isClosed = true
    this.#coder?.destroy()
    // The coder reads ahead: a file that were closed under its hands could be another by the time it is read.
    void this.#reading.catch(() => undefined).then(() => this.#source.close())
  }

  #start(): AsyncIterator<Buffer> {
    this.#coder = createCoder(this.#coding)
    // What fails in the source ends the coder, and whoever reads it hears of it there.
    pipeline(Readable.from(this.#plain()), this.#coder, () => undefined)
    return this.#coder.iterator() as AsyncIterator<Buffer>
  }

  async *#plain(): AsyncGenerator<Buffer> {
    let octets = 0
    while (!this.#isClosed) {
      const reading = this.#source.read()
      this.#reading = reading
      const piece = await reading
      if (piece === undefined) break
      octets += piece.length
      // The coder keeps what it is given for a while.
      yield Buffer.from(piece)
    }
    const { length } = this.#source
    // A coded body has no length by which the client would notice.
    if (length !== undefined && octets < length) throw new Error('the body ended before its length')
  }
}

/** The octets in a content coding. */
export function encodeBody(octets: Buffer, coding: Coding): Promise<Buffer> {
  const coder = createCoder(coding)
  coder.end(octets)
  return buffer(coder)
}

function createCoder(coding: Coding): Transform {
  if (coding === 'gzip') return createGzip()
  return createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
    },
  })
}
