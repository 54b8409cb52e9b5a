import { HttpRefusal } from './refusal.ts'
import { Fields } from './request.ts'
import type { HttpHead, HttpVersion } from './request.ts'

/** The largest request head that is read. */
export interface HeadLimits {
  /** Octets of the request line with its end. */
  readonly line: number
  /** Octets of all field lines with their ends. */
  readonly fields: number
  /** Number of field lines. */
  readonly count: number
}

// RFC 9110 §5.6.2
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// RFC 3986 §2, with the ^ ` { | } that browsers leave in a query; a fragment is never sent (RFC 9110 §4.2.5).
const target = /^[!$-;=?-[\]^-~]+$/
// RFC 9110 §5.5: visible characters, blanks and obs-text, so neither NUL nor a CR of its own.
const control = /[^\t\x20-\x7e\x80-\xff]/
const carriageReturn = 13
const lineFeed = 10
const space = 32
const tab = 9
/** First octet of a TLS record that begins a handshake (RFC 8446 §5.1). */
const tlsHandshake = 0x16

/**
 * Reads request heads (RFC 9112 §2-§5) from text of one character for each octet, however the text is cut. It takes
 * whole lines and says in `position` how far it came; what lies behind must be given again with more appended.
 */
export class RequestParser {
  readonly #limits: HeadLimits
  #stage: 'before' | 'line' | 'fields' = 'before'
  #target = ''
  #version: HttpVersion = '1.1'
  #size = 0
  /** Of the head being read, empty until its request line was. */
  method = ''
  /** Those of the head being read; a refusal's page is chosen by them. */
  fields = new Fields()
  /** Index of the first character that was not consumed. */
  position = 0

  constructor(limits: HeadLimits) {
    this.#limits = limits
  }

  /** Nothing of a request was seen since the last one ended. */
  get isIdle(): boolean {
    return this.#stage === 'before'
  }

  /** The next head, or undefined if the text ends before it does; throws HttpRefusal. */
  read(text: string, from: number): HttpHead | undefined {
    this.position = from
    if (this.#stage !== 'fields' && !this.#readRequestLine(text)) return undefined
    for (;;) {
      const line = this.#line(text, this.#limits.fields - this.#size, 'fields-size')
      if (line === undefined) return undefined
      if (line === '') return this.#finish()
      this.#size += line.length + 2
      this.#readField(line)
    }
  }

  #finish(): HttpHead {
    const head = { method: this.method, target: this.#target, version: this.#version, fields: this.fields }
    this.method = ''
    this.fields = new Fields()
    this.#size = 0
    this.#stage = 'before'
    return head
  }

  #readRequestLine(text: string): boolean {
    if (this.#stage === 'before') {
      if (this.position >= text.length) return false
      // RFC 9112 §2.2: one empty line before the request line is ignored.
      if (text.charCodeAt(this.position) === carriageReturn) {
        if (this.position + 1 >= text.length) return false
        if (text.charCodeAt(this.position + 1) !== lineFeed) throw new HttpRefusal('control')
        this.position += 2
      }
      this.#stage = 'line'
    }
    if (this.position >= text.length) return false
    const first = text.charCodeAt(this.position)
    if (first === tlsHandshake) throw new HttpRefusal('tls')
    if (first === lineFeed) throw new HttpRefusal('bare-lf')
    const line = this.#line(text, this.#limits.line, 'line-size')
    if (line === undefined) return false
    this.#parseRequestLine(line)
    this.#stage = 'fields'
    return true
  }

  /** The next line without its end, if it is there whole; a size is judged before anything else, however the text is cut. */
  #line(text: string, limit: number, reason: 'line-size' | 'fields-size'): string | undefined {
    const start = this.position
    const end = text.indexOf('\n', start)
    const size = (end < 0 ? text.length : end) + 1 - start
    // The empty line that ends the head counts for nothing.
    if (size > limit && size > 2) throw new HttpRefusal(reason)
    if (end < 0) return undefined
    // RFC 9112 §2.2 lets a bare LF pass as the end of a line; two servers that disagree see different requests.
    if (end === start || text.charCodeAt(end - 1) !== carriageReturn) throw new HttpRefusal('bare-lf')
    this.position = end + 1
    return text.slice(start, end - 1)
  }

  // RFC 9112 §3: method SP request-target SP HTTP-version
  #parseRequestLine(line: string): void {
    if (line === '') throw new HttpRefusal('empty-line')
    if (control.test(line)) throw new HttpRefusal('control')
    const first = line.indexOf(' ')
    const second = line.indexOf(' ', first + 1)
    if (first < 0 || second < 0 || line.indexOf(' ', second + 1) >= 0) throw new HttpRefusal('request-line')
    this.method = line.slice(0, first)
    this.#target = line.slice(first + 1, second)
    if (!token.test(this.method)) throw new HttpRefusal('method-syntax')
    if (!target.test(this.#target)) throw new HttpRefusal('target-syntax')
    this.#version = version(line.slice(second + 1))
  }

  // RFC 9112 §5: field-name ":" OWS field-value OWS
  #readField(line: string): void {
    if (this.fields.count >= this.#limits.count) throw new HttpRefusal('fields-count')
    const first = line.charCodeAt(0)
    // RFC 9112 §5.2: obs-fold is refused; §2.2: so is a blank before the first field.
    if (first === space || first === tab) throw new HttpRefusal('field-fold')
    if (control.test(line)) throw new HttpRefusal('control')
    const colon = line.indexOf(':')
    if (colon <= 0) throw new HttpRefusal('field-syntax')
    const name = line.slice(0, colon)
    if (!token.test(name)) {
      // RFC 9112 §5.1: a blank before the colon must be refused.
      throw new HttpRefusal(/[ \t]$/.test(name) ? 'field-space' : 'field-syntax')
    }
    this.fields.add(name.toLowerCase(), trimBlanks(line, colon + 1))
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

/** Only SP and HTAB are blanks here (RFC 9110 §5.6.3); `trim` would take a non-breaking space away as well. */
function trimBlanks(line: string, from: number): string {
  let start = from
  let end = line.length
  while (start < end && isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}
