import { HeadReader, hasControl, isToken, type HeadKind, type HeadLimits } from './head-reader.ts'
import { HttpRefusal } from './refusal.ts'
import type { Fields, HttpHead, HttpVersion } from './request.ts'

export type { HeadLimits } from './head-reader.ts'

// RFC 3986 §2, with the ^ ` { | } that browsers leave in a query; a fragment is never sent (RFC 9110 §4.2.5).
const target = /^[!$-;=?-[\]^-~]+$/
const carriageReturn = 13
const lineFeed = 10
/** First octet of a TLS record that begins a handshake (RFC 8446 §5.1). */
const tlsHandshake = 0x16

const kind: HeadKind = { fail: (problem) => new HttpRefusal(problem) }

/**
 * Reads request heads (RFC 9112 §2-§5) from text of one character for each octet, however the text is cut. It takes
 * whole lines and says in `position` how far it came; what lies behind must be given again with more appended.
 */
export class RequestParser {
  readonly #head: HeadReader
  #stage: 'before' | 'line' | 'fields' = 'before'
  #target = ''
  #version: HttpVersion = '1.1'
  /** Of the head being read, empty until its request line was. */
  method = ''

  constructor(limits: HeadLimits) {
    this.#head = new HeadReader(limits, kind)
  }

  /** Those of the head being read; a refusal's page is chosen by them. */
  get fields(): Fields {
    return this.#head.fields
  }

  /** Index of the first character that was not consumed. */
  get position(): number {
    return this.#head.position
  }

  /** Nothing of a request was seen since the last one ended. */
  get isIdle(): boolean {
    return this.#stage === 'before'
  }

  /** The next head, or undefined if the text ends before it does; throws HttpRefusal. */
  read(text: string, from: number): HttpHead | undefined {
    this.#head.position = from
    if (this.#stage !== 'fields' && !this.#readRequestLine(text)) return undefined
    const fields = this.#head.read(text)
    if (fields === undefined) return undefined
    const head = { method: this.method, target: this.#target, version: this.#version, fields }
    this.method = ''
    this.#stage = 'before'
    return head
  }

  #readRequestLine(text: string): boolean {
    const reader = this.#head
    if (this.#stage === 'before') {
      if (reader.position >= text.length) return false
      // RFC 9112 §2.2: one empty line before the request line is ignored.
      if (text.charCodeAt(reader.position) === carriageReturn) {
        if (reader.position + 1 >= text.length) return false
        if (text.charCodeAt(reader.position + 1) !== lineFeed) throw new HttpRefusal('control')
        reader.position += 2
      }
      this.#stage = 'line'
    }
    if (reader.position >= text.length) return false
    const first = text.charCodeAt(reader.position)
    if (first === tlsHandshake) throw new HttpRefusal('tls')
    if (first === lineFeed) throw new HttpRefusal('bare-lf')
    // RFC 9110 §9.3.2: whatever is wrong with its line, the answer to a HEAD has no body.
    if (text.startsWith('HEAD ', reader.position)) this.method = 'HEAD'
    const line = reader.startLine(text)
    if (line === undefined) return false
    this.#parseRequestLine(line)
    this.#stage = 'fields'
    return true
  }

  // RFC 9112 §3: method SP request-target SP HTTP-version
  #parseRequestLine(line: string): void {
    if (line === '') throw new HttpRefusal('empty-line')
    if (hasControl(line)) throw new HttpRefusal('control')
    const first = line.indexOf(' ')
    const second = line.indexOf(' ', first + 1)
    if (first < 0 || second < 0 || line.indexOf(' ', second + 1) >= 0) throw new HttpRefusal('request-line')
    this.method = line.slice(0, first)
    this.#target = line.slice(first + 1, second)
    if (!isToken(this.method)) throw new HttpRefusal('method-syntax')
    if (!target.test(this.#target)) throw new HttpRefusal('target-syntax')
    this.#version = version(line.slice(second + 1))
  }
}

function version(text: string): HttpVersion {
  if (text === 'HTTP/1.1') return '1.1'
  if (text === 'HTTP/1.0') return '1.0'
  // RFC 9112 §2.3: the name is case-sensitive, one digit on each side of the dot.
  if (!/^HTTP\/\d\.\d$/.test(text)) throw new HttpRefusal('version-syntax')
  if (text.charAt(5) !== '1') throw new HttpRefusal('version')
  return '1.1'
}
