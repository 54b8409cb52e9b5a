/** What a check and its target have said to each other, as lines for a person, bounded and without passwords. */
import { visible } from '../kit/dissect/text.ts'

/** Lines that are kept. */
const LINES = 400
/** Characters of a line that are kept. */
const WIDTH = 400

/** Stands for what no transcript may show. */
const HIDDEN = '********'

/** Octets as one line of text: what is no text as hexadecimal digits, control characters as escapes. */
export function shown(octets: Buffer): string {
  const text = octets.toString('utf8')
  const strange = text.match(/[^\P{Cc}\t\r\n]|\uFFFD/gu)?.length ?? 0
  const isText = strange * 4 <= text.length
  return visible(isText ? text : octets.subarray(0, WIDTH).toString('hex'), WIDTH)
}

/** Octets as lines, without their ends. */
function linesOf(octets: Buffer): string[] {
  const lines: string[] = []
  for (let from = 0; from < octets.length && lines.length < LINES;) {
    const end = octets.indexOf(10, from)
    const until = end < 0 ? octets.length : end
    const isCrLf = end > from && octets[end - 1] === 13
    lines.push(shown(octets.subarray(from, isCrLf ? until - 1 : until)))
    from = until + 1
  }
  return lines
}

/** Keeps what was said. */
export class Transcript {
  readonly #lines: string[] = []
  readonly #secrets: string[] = []
  readonly #names: readonly string[]
  #isCut = false

  /** `names` may be shown, even where they are somebody's password. */
  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** Adds what one of both has said: `>` the check, `<` the target, `*` what happened to the connection. */
  add(who: '>' | '<' | '*', octets: Buffer | string): void {
    for (const line of linesOf(Buffer.from(octets))) this.#push(`${who} ${line}`)
  }

  /** Adds that something was said that nobody may see, and hides it wherever the other end repeats it. */
  addSecret(octets: Buffer | string): void {
    const secret = octets.toString().trim()
    const last = secret.split(/\s/).at(-1) ?? ''
    for (const part of [secret, last])
      if (part.length >= 4 && !this.#names.includes(part)) this.#secrets.push(part)
    this.#push(`> ${HIDDEN}`)
  }

  /** A text without what was said in secret. */
  hide(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  }

  /** All lines, then those of what has come and nobody has read. */
  lines(unread: Buffer): readonly string[] {
    const rest = linesOf(unread.subarray(0, 4096)).map((line) => `< ${line}`)
    return [...this.#lines, ...(this.#isCut ? ['* …'] : []), ...rest].map((line) => this.hide(line))
  }

  #push(line: string): void {
    if (this.#lines.length < LINES) this.#lines.push(line)
    else this.#isCut = true
  }
}
