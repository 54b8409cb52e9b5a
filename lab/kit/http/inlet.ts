import { checkRequest, type RequestRules } from './framing.ts'
import { RequestParser, type HeadLimits } from './parser.ts'
import type { HttpRequest } from './request.ts'
import type { RefusedHead } from './session.ts'

/** The reading side of one connection: it keeps what was received and takes whole requests from it. */
export class Inlet {
  readonly #parser: RequestParser
  readonly #rules: RequestRules
  readonly #onExpect: () => void
  /** Input that was not consumed, from `#at`; one character for each octet. */
  #text = ''
  #at = 0
  /** The request whose body is being read, how much of that is left, and what of it is kept. */
  #request: HttpRequest | undefined
  #skip = 0
  #body = ''
  #head: RefusedHead

  /** `onExpect` runs when a client waits for leave to send its body. */
  constructor(head: HeadLimits, rules: RequestRules, onExpect: () => void) {
    this.#parser = new RequestParser(head)
    this.#rules = rules
    this.#onExpect = onExpect
    this.#head = this.#parser
  }

  /** A request has begun and is not whole. */
  get isPartial(): boolean {
    return this.#request !== undefined || this.#at < this.#text.length || !this.#parser.isIdle
  }

  /** What is known of the request that is being received, or was just refused. */
  get head(): RefusedHead {
    return this.#head
  }

  add(chunk: Buffer): void {
    const text = chunk.toString('latin1')
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + text : text
    this.#at = 0
  }

  /** Forgets what was not taken. */
  clear(): void {
    this.#text = ''
    this.#at = 0
  }

  /** The next request, or undefined if it is not whole; throws HttpRefusal, and `head` is then the refused one. */
  take(): HttpRequest | undefined {
    this.#request ??= this.#takeHead()
    if (this.#request === undefined) return undefined
    const part = Math.min(this.#skip, this.#text.length - this.#at)
    const isKept = this.#rules.keepsBodies === true
    if (isKept) this.#body += this.#text.slice(this.#at, this.#at + part)
    this.#at += part
    this.#skip -= part
    if (this.#skip > 0) return undefined
    const request = this.#request
    const body = Buffer.from(this.#body, 'latin1')
    this.#request = undefined
    this.#body = ''
    this.#head = this.#parser
    return isKept ? { ...request, body } : request
  }

  #takeHead(): HttpRequest | undefined {
    this.#head = this.#parser
    const head = this.#parser.read(this.#text, this.#at)
    this.#at = this.#parser.position
    if (head === undefined) return undefined
    this.#head = head
    const request = checkRequest(head, this.#rules)
    this.#skip = request.bodyLength
    // RFC 9110 §10.1.1: not needed if the body has begun to come.
    if (request.expectsContinue && this.#at === this.#text.length) this.#onExpect()
    return request
  }
}
