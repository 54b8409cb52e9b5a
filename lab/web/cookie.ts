import { httpDate } from '../kit/http/date.ts'

/** The visit counter: `<name>=<number>`, from 1 to `max`. */
export interface CounterOptions {
  readonly name: string
  readonly max: number
  /** Seconds from the creation of a cookie to its end. */
  readonly lifetime: number
}

/** The number that a Cookie field brings (RFC 6265 §4.2.1); undefined if the cookie is absent or not a whole number from 1 on. */
export function readCounter(field: string | undefined, name: string): number | undefined {
  if (field === undefined) return undefined
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=')
    // A browser sends the cookie of the longest path first (RFC 6265 §5.4); the first decides.
    if (equals < 0 || pair.slice(0, equals).trimStart() !== name) continue
    const value = pair.slice(equals + 1).trim()
    // JSON has no number that is not finite.
    return /^[1-9]\d*$/.test(value) ? Math.min(Number(value), Number.MAX_SAFE_INTEGER) : undefined
  }
  return undefined
}

/** Writes the cookies of one site. */
export class CounterWriter {
  readonly #options: CounterOptions
  /** RFC 6265 §4.1.2.5 */
  readonly #secure: string
  #second = -1
  #attributes = ''

  /** `isSecure` has browsers bring the cookie over TLS alone. */
  constructor(options: CounterOptions, isSecure = false) {
    this.#options = options
    this.#secure = isSecure ? '; Secure' : ''
  }

  /** The Set-Cookie line of the cookie that is created at `now`, milliseconds since 1970. */
  line(value: number, now: number): string {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      const expires = httpDate((second + this.#options.lifetime) * 1000)
      // No Max-Age: it would make browsers ignore Expires (RFC 6265 §5.3), which is what the coursework shows.
      this.#attributes = `; Expires=${expires}; Path=/; HttpOnly; SameSite=Lax${this.#secure}\r\n`
    }
    return `Set-Cookie: ${this.#options.name}=${value}${this.#attributes}`
  }
}
