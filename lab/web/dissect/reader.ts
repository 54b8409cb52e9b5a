/** One direction of a conversation in HTTP/1: heads, and bodies that are only counted. */
import type { Buffer } from 'node:buffer'
import { LineReader } from '../../kit/dissect/lines.ts'
import { count, keptOf, OCTET, say } from '../../kit/dissect/said.ts'
import { decodeText } from '../../kit/dissect/text.ts'
import { ChunkedDecoder } from '../../kit/http/chunked.ts'
import { trimBlanks } from '../../kit/http/head-reader.ts'
import { Fields } from '../../kit/http/request.ts'
import { ResponseError, type ResponseFraming } from '../../kit/http/response.ts'
import type { Step, StepPart } from '../../service.ts'
import { Body } from './body.ts'
import { fieldText, isSecret, lineText } from './mask.ts'
import { problemText } from './problem-words.ts'
import { chunksAbout, cutAbout, largeAbout, restAbout, tlsAbout } from './words.ts'

/** Octets of a head that is read; what is larger is not looked at. */
const LARGEST = 65_536
/** Octets of a start line that is looked for. */
const LONGEST_START = 8192
/** Lines of a head that are shown. */
const SHOWN = 100
/** The largest trailers. */
const TRAILERS = { line: 8192, fields: 8192, count: 100 }
/** First octet of a TLS record that begins a handshake (RFC 8446 §5.1). */
const TLS = 0x16

/** How the rest of a message is read: by its framing, or not at all. */
export type Following = ResponseFraming | { readonly kind: 'unknown' }

/** What knows requests from answers. */
export interface Judge {
  /** Whether a line begins a message. */
  isStart(line: string): boolean
  /** What to tell of a line that should begin one, and does not. */
  refuse(line: string): Step
  /** A head that has come whole. */
  head(
    start: string,
    fields: Fields,
    part: readonly StepPart[],
  ): { readonly step: Step; readonly following: Following }
}

/** Reads the messages of one end, one behind the other. */
export class MessageReader {
  readonly #from: Step['from']
  readonly #judge: Judge
  readonly #lines = new LineReader()
  #stage: 'head' | 'length' | 'chunked' | 'until close' | 'search' | 'unknown' | 'lost' = 'head'
  #start: string | undefined
  #fields = new Fields()
  #shown: string[] = []
  /** Field lines that may be shown. */
  #count = 0
  /** Octets of the head whose lines have ended. */
  #size = 0
  #isSecret = false
  /** A line of the head ended with an LF alone. */
  #isBare = false
  /** The line that is being read belongs to what is passed over. */
  #isInLine = false
  #body: Body | undefined
  #chunks: ChunkedDecoder | undefined
  #announced = 0
  /** Octets that the body had on the wire so far. */
  #crossed = 0
  /** Octets of the body that are still to come. */
  #left = 0
  #unread = 0

  /** In the middle of a conversation it looks for a message first. */
  constructor(from: Step['from'], judge: Judge, isInMiddle: boolean) {
    this.#from = from
    this.#judge = judge
    if (isInMiddle) this.#stage = 'search'
  }

  read(octets: Buffer): readonly Step[] {
    const steps: Step[] = []
    let at = 0
    while (at < octets.length) at = this.#advance(octets, at, steps)
    return steps
  }

  /** From here on there are no messages, but whatever the ends have agreed on; it is only counted. */
  stop(): void {
    this.#stage = 'unknown'
    this.#lines.clear()
  }

  end(): readonly Step[] {
    const from = this.#from
    const body = this.#body
    if (this.#stage === 'unknown') {
      const octets = this.#unread
      const text = say`${count(octets, OCTET)} ${{ en: 'more, not read', es: 'más, sin leer' }}`
      return octets === 0 ? [] : [{ from, kind: 'data', text, octets, about: restAbout }]
    }
    if (this.#stage === 'head') return this.#endHead()
    if (body === undefined) return []
    if (this.#stage === 'until close') return body.steps(from, this.#crossed)
    return body.steps(from, this.#crossed, {
      announced: this.#stage === 'length' ? this.#announced : undefined,
    })
  }

  #endHead(): readonly Step[] {
    const pending = this.#size + this.#lines.size
    if (pending === 0) return []
    const begun = this.#start === undefined ? count(pending, OCTET) : lineText(this.#start)
    const text = say`${begun} (${{ en: 'the head was cut short', es: 'la cabecera quedó incompleta' }})`
    return [{ from: this.#from, kind: 'data', text, octets: pending, about: cutAbout }]
  }

  #advance(octets: Buffer, at: number, steps: Step[]): number {
    switch (this.#stage) {
      case 'head':
        return this.#readLine(octets, at, steps)
      case 'length':
        return this.#readLength(octets, at, steps)
      case 'chunked':
        return this.#readChunks(octets, at, steps)
      case 'until close':
        this.#body?.add(octets.subarray(at))
        this.#crossed += octets.length - at
        break
      case 'search':
        return this.#findStart(octets, at)
      case 'unknown':
        this.#unread += octets.length - at
        break
      case 'lost':
        break
    }
    return octets.length
  }

  #readLine(octets: Buffer, at: number, steps: Step[]): number {
    if (this.#start === undefined && this.#lines.size === 0 && octets[at] === TLS) {
      const text = { en: 'TLS, where HTTP is expected', es: 'TLS, donde se espera HTTP' }
      steps.push({ from: this.#from, kind: 'data', text, octets: 0, about: tlsAbout })
      this.stop()
      return at
    }
    this.#lines.position = at
    const line = this.#lines.next(octets, LARGEST)
    if (this.#size + (line ?? this.#lines).size > LARGEST) {
      const text = {
        en: `a head of more than ${LARGEST} octets`,
        es: `una cabecera de más de ${LARGEST} octetos`,
      }
      steps.push({ from: this.#from, kind: 'data', text, about: largeAbout })
      this.#search(line === undefined)
    } else if (line !== undefined) {
      this.#isBare ||= line.isBare
      this.#takeLine(decodeText(line.octets), line.size + 1, steps)
    }
    return this.#lines.position
  }

  #takeLine(line: string, size: number, steps: Step[]): void {
    if (this.#start === undefined) {
      // RFC 9112 §2.2: empty lines before a request are ignored.
      if (line === '') return
      if (this.#judge.isStart(line)) {
        this.#size = size
        this.#start = line
      } else {
        steps.push({ ...this.#judge.refuse(line), octets: size })
        this.#search(false)
      }
    } else if (line === '') {
      this.#finish(this.#start, this.#size + size, steps)
    } else {
      this.#size += size
      this.#takeField(line)
    }
  }

  /** Looks for the next message, for this one cannot be read; a line that has begun is none of it. */
  #search(isInLine: boolean): void {
    this.#forget()
    this.#stage = 'search'
    this.#isInLine = isInLine
  }

  #findStart(octets: Buffer, at: number): number {
    this.#lines.position = at
    const line = this.#lines.next(octets, LONGEST_START)
    if (line === undefined) return octets.length
    const isRest = this.#isInLine
    this.#isInLine = false
    const text = isRest || line.size > LONGEST_START ? '' : decodeText(line.octets)
    if (this.#judge.isStart(text)) {
      this.#stage = 'head'
      this.#size = line.size + 1
      this.#start = text
      this.#isBare = line.isBare
    }
    return this.#lines.position
  }

  #takeField(line: string): void {
    const colon = line.indexOf(':')
    // RFC 9112 §5.2: a line that begins with a blank belongs to the one before.
    const isFolded = /^[ \t]/.test(line)
    let text = ''
    if (isFolded || colon <= 0) {
      text = isFolded && this.#isSecret ? '' : lineText(line)
    } else {
      const name = line.slice(0, colon)
      const value = trimBlanks(line, colon + 1)
      text = fieldText(name, value)
      this.#isSecret = isSecret(name)
      this.#fields.add(name.trimEnd().toLowerCase(), value)
    }
    if (text === '') return
    this.#count += 1
    if (this.#count <= SHOWN) this.#shown.push(text)
  }

  #finish(start: string, octets: number, steps: Step[]): void {
    const fields = this.#fields
    const bare = { en: 'LF alone, where CR LF belongs', es: 'LF solo, donde debe ir CR LF' }
    const parts = [
      { name: { en: 'Fields', es: 'Campos' }, lines: keptOf(this.#shown, this.#count) },
      { name: { en: 'Line ends', es: 'Fines de línea' }, lines: this.#isBare ? [bare] : [] },
    ].filter(({ lines }) => lines.length > 0)
    this.#forget()
    const { step, following } = this.#judge.head(start, fields, parts)
    steps.push({ ...step, octets })
    this.#begin(following, fields)
  }

  /** The next head begins with nothing. */
  #forget(): void {
    this.#start = undefined
    this.#fields = new Fields()
    this.#shown = []
    this.#count = 0
    this.#size = 0
    this.#isSecret = false
    this.#isBare = false
  }

  #begin(following: Following, fields: Fields): void {
    const { kind } = following
    if (kind === 'unknown') return this.stop()
    if (kind === 'none' || (kind === 'length' && following.length === 0)) return
    this.#stage = kind
    this.#body = new Body(fields)
    this.#crossed = 0
    if (kind === 'chunked') this.#chunks = new ChunkedDecoder(TRAILERS)
    if (kind === 'length') this.#announced = this.#left = following.length
  }

  #readLength(octets: Buffer, at: number, steps: Step[]): number {
    const piece = octets.subarray(at, at + this.#left)
    this.#body?.add(piece)
    this.#left -= piece.length
    this.#crossed += piece.length
    if (this.#left === 0) this.#endBody(steps)
    return at + piece.length
  }

  #readChunks(octets: Buffer, at: number, steps: Step[]): number {
    const chunks = this.#chunks
    if (chunks === undefined) return octets.length
    try {
      this.#body?.add(chunks.decode(octets.subarray(at)))
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error
      const text = say`${{ en: 'malformed chunks', es: 'trozos mal formados' }}: ${problemText(error.problem)}`
      steps.push({ from: this.#from, kind: 'data', text, about: chunksAbout })
      // How far the chunks went is not known, so that nothing can be found behind them.
      this.#stage = 'lost'
      this.#body = undefined
      return octets.length
    }
    this.#crossed += octets.length - at - (chunks.isDone ? chunks.surplus : 0)
    if (!chunks.isDone) return octets.length
    this.#endBody(steps)
    return octets.length - chunks.surplus
  }

  #endBody(steps: Step[]): void {
    steps.push(...(this.#body?.steps(this.#from, this.#crossed) ?? []))
    this.#body = undefined
    this.#chunks = undefined
    this.#stage = 'head'
  }
}
