import { HeadReader, type HeadLimits } from './head-reader.ts'
import { ResponseError, responseKind } from './response.ts'

/** Octets of a line that gives a chunk's size, with its extensions and its end. */
const LONGEST = 1024
const lineFeed = 10
const none = Buffer.alloc(0)

/** Takes the chunks of a body apart (RFC 9112 §7.1), however the octets are cut; extensions and trailers are read and dropped. */
export class ChunkedDecoder {
  readonly #trailers: HeadReader
  #stage: 'size' | 'data' | 'data end' | 'trailers' | 'done' = 'size'
  /** What was received of a line or of the trailers and could not be judged yet; one character for each octet. */
  #text = ''
  /** Octets of the chunk that are still to come. */
  #left = 0
  /** Octets behind the body in what was decoded last. */
  surplus = 0

  /** `limits` bound the trailers. */
  constructor(limits: HeadLimits) {
    this.#trailers = new HeadReader(limits, responseKind)
  }

  /** The last chunk and the trailers have come. */
  get isDone(): boolean {
    return this.#stage === 'done'
  }

  /** What these octets hold of the body, which may be nothing; throws ResponseError. */
  decode(octets: Buffer): Buffer {
    const parts: Buffer[] = []
    let at = 0
    while (at < octets.length && this.#stage !== 'done') {
      if (this.#stage === 'data') {
        const part = octets.subarray(at, at + this.#left)
        parts.push(part)
        at += part.length
        this.#left -= part.length
        if (this.#left === 0) this.#stage = 'data end'
      } else if (this.#stage === 'trailers') {
        at = this.#readTrailers(octets, at)
      } else {
        at = this.#readLine(octets, at)
      }
    }
    this.surplus = octets.length - at
    const [first = none] = parts
    return parts.length > 1 ? Buffer.concat(parts) : first
  }

  #readLine(octets: Buffer, at: number): number {
    const longest = this.#stage === 'size' ? LONGEST : 2
    const problem = this.#stage === 'size' ? 'chunk-size' : 'chunk-end'
    const found = octets.indexOf(lineFeed, at)
    const end = found < 0 ? octets.length : found + 1
    if (this.#text.length + end - at > longest) throw new ResponseError(problem)
    this.#text += octets.toString('latin1', at, end)
    if (found < 0) return end
    const line = this.#text
    this.#text = ''
    if (!line.endsWith('\r\n')) throw new ResponseError(problem)
    if (this.#stage === 'size') {
      this.#left = readSize(line.slice(0, -2))
      this.#stage = this.#left === 0 ? 'trailers' : 'data'
    } else {
      if (line !== '\r\n') throw new ResponseError(problem)
      this.#stage = 'size'
    }
    return end
  }

  /** RFC 9112 §7.1.2: trailers may be dropped, and must not be taken for fields of the head. */
  #readTrailers(octets: Buffer, at: number): number {
    this.#text += octets.toString('latin1', at)
    this.#trailers.position = 0
    const fields = this.#trailers.read(this.#text)
    this.#text = this.#text.slice(this.#trailers.position)
    if (fields === undefined) return octets.length
    const surplus = this.#text.length
    this.#text = ''
    this.#stage = 'done'
    return octets.length - surplus
  }
}

// RFC 9112 §7.1: 1*HEXDIG [ chunk-ext ]; §7.1.1: extensions that are not known are ignored. Some pad the number with blanks.
function readSize(line: string): number {
  const [, digits] = /^([0-9A-Fa-f]+)[ \t]*(?:;[\t -~\x80-\xff]*)?$/.exec(line) ?? []
  const size = digits === undefined ? NaN : Number.parseInt(digits, 16)
  // RFC 9112 §7.1: a number that is too large must not be cut.
  if (!Number.isSafeInteger(size)) throw new ResponseError('chunk-size')
  return size
}
