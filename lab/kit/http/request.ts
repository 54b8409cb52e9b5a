/** The header fields of one request, in the order received; names compare without regard to letter case. */
export class Fields {
  readonly #names: string[] = []
  readonly #values: string[] = []
  /** Whether one of them makes a request conditional or asks for a part (RFC 9110 §13.1, §14.2). */
  isConditional = false

  get count(): number {
    return this.#names.length
  }

  /** `name` in lower case, `value` without surrounding blanks, one character for each octet. */
  add(name: string, value: string): void {
    this.#names.push(name)
    this.#values.push(value)
    if (name === 'range' || name.startsWith('if-')) this.isConditional = true
  }

  /** The value of a field, several of one name joined as a list (RFC 9110 §5.3); undefined if there is none. */
  get(name: string): string | undefined {
    const first = this.#names.indexOf(name)
    if (first < 0) return undefined
    let joined = this.#values[first]
    // RFC 9113 §8.2.3: cookies are no list of commas.
    const separator = name === 'cookie' ? '; ' : ', '
    for (let at = this.#names.indexOf(name, first + 1); at >= 0; at = this.#names.indexOf(name, at + 1)) {
      joined += `${separator}${this.#values[at]}`
    }
    return joined
  }

  /** Every value that a name was given, in order. */
  all(name: string): string[] {
    return this.#values.filter((_, at) => this.#names[at] === name)
  }

  /** All but those of one name. */
  without(name: string): Fields {
    const rest = new Fields()
    for (const [each, value] of this) if (each !== name) rest.add(each, value)
    return rest
  }

  /** Each name with its value. */
  *[Symbol.iterator](): IterableIterator<readonly [string, string]> {
    for (let at = 0; at < this.#names.length; at++) yield [this.#names[at] ?? '', this.#values[at] ?? '']
  }
}

/** The head of one request as it was parsed; all text is one character for each octet. */
export interface HttpHead {
  readonly method: string
  /** As sent, not decoded. */
  readonly target: string
  readonly version: HttpVersion
  readonly fields: Fields
}

/** The versions that the engine serves; a later minor version counts as 1.1 (RFC 9110 §2.5). */
export type HttpVersion = '1.0' | '1.1'

/** A request whose framing, host and target have been found right. */
export interface HttpRequest extends HttpHead {
  /** The path as sent, not decoded; begins with a slash. */
  readonly path: string
  /** What follows the question mark, as sent; undefined without one. */
  readonly query: string | undefined
  /** Host and port as the client named them, empty for HTTP/1.0 without Host. */
  readonly host: string
  /** Octets of the body that follows the head. */
  readonly bodyLength: number
  /** The body, where the server keeps bodies. */
  readonly body?: Buffer
  /** The client waits for 100 Continue before it sends its body (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean
  /** The client lets the connection go on after the answer (RFC 9112 §9.3). */
  readonly persistent: boolean
}
