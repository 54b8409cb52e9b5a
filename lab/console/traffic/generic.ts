/** Reads what no service knows how to read: lines of text, or the first octets of anything else. */
import { isUtf8 } from 'node:buffer'
import { count, LINE, OCTET, say, type Said } from '../../kit/dissect/said.ts'
import { MASK, visible } from '../../kit/dissect/text.ts'
import type { Dissector, Step } from '../../service.ts'

/** Lines of one piece that are shown, and their characters. */
const [LINES, CHARACTERS] = [20, 200]
/** Octets of a piece that are looked at, and that are shown in numbers. */
const [LOOKED_AT, SHOWN] = [8192, 16]

const about = {
  text: {
    en: 'The service has no reader of its own for this: it is shown as it crossed, a piece at a time.',
    es: 'El servicio no tiene lector propio para esto: se muestra tal como pasó, trozo a trozo.',
  },
}

const inAll = { en: 'in all', es: 'en total' }

/** Makes a dissector for any protocol; what looks like a password it leaves out. */
export function genericDissector(transport: 'tcp' | 'udp'): Dissector {
  return new Generic(transport)
}

class Generic implements Dissector {
  readonly #transport: 'tcp' | 'udp'
  /** The client's next lines are about its password. */
  #isSecret = false
  /** A line of the client that has not ended: what is secret in it shows when it is whole. */
  #pending = ''

  constructor(transport: 'tcp' | 'udp') {
    this.#transport = transport
  }

  read(from: Step['from'], octets: Buffer): readonly Step[] {
    if (octets.length === 0) return []
    const start = octets.subarray(0, LOOKED_AT)
    const text = textOf(start)
    if (text === undefined) return [...this.end(), { from, kind: 'data', text: octetsText(octets), about }]
    if (this.#transport === 'udp') return [{ from, kind: 'data', text: this.#line(from, text), about }]
    const left = octets.length - start.length
    const more: readonly Step[] =
      left === 0 ? [] : [{ from, kind: 'data', text: say`… ${count(octets.length, OCTET)} ${inAll}`, about }]
    if (from === 'server') return [...this.end(), ...this.#lines(from, text), ...more]
    const end = text.lastIndexOf('\n') + 1
    if (end === 0 && this.#pending.length < LOOKED_AT && left === 0) {
      this.#pending += text
      return []
    }
    const whole = this.#pending + text.slice(0, end)
    this.#pending = text.slice(end)
    return [...this.#lines(from, whole), ...(left === 0 ? [] : this.end()), ...more]
  }

  end(): readonly Step[] {
    const pending = this.#pending
    this.#pending = ''
    return this.#lines('client', pending)
  }

  #lines(from: Step['from'], text: string): readonly Step[] {
    if (text === '') return []
    const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
    const steps = lines
      .slice(0, LINES)
      .map((line): Step => ({ from, kind: 'data', text: this.#line(from, line), about }))
    if (lines.length <= LINES) return steps
    // What is not shown may still begin or end what is secret.
    for (const line of lines.slice(LINES)) this.#line(from, line)
    const left = say`… ${count(lines.length - LINES, LINE)} ${{ en: 'more', es: 'más' }}`
    return [...steps, { from, kind: 'data', text: left, about }]
  }

  #line(from: Step['from'], line: string): string {
    if (from === 'server') {
      // SASL goes on where the server answers with a challenge (RFC 4954 §4, RFC 5034 §4).
      if (!/^(?:334|\+)(?:[ -]|$)/.test(line) && !line.startsWith('<challenge')) this.#isSecret = false
      return visible(line, CHARACTERS)
    }
    if (this.#isSecret && line !== '') return MASK
    if (/^\s*(?:\S+ )?auth(?:enticate)?\b/i.test(line)) this.#isSecret = true
    return visible(masked(line), CHARACTERS)
  }
}

/** The line without what the usual protocols have passwords in. */
function masked(line: string): string {
  return line
    .replace(/^(\s*(?:\S+ )?(?:pass|apop \S+)\s+).+/i, `$1${MASK}`)
    .replace(/^(\s*(?:\S+ )?login\s+\S+\s+).+/i, `$1${MASK}`)
    .replace(/^(\s*(?:\S+ )?auth(?:enticate)?\s+\S+)\s+.+/i, `$1 ${MASK}`)
    .replace(/^(\s*(?:proxy-)?authorization\s*:(?:\s*[\w-]+(?=\s+\S))?).*/i, `$1 ${MASK}`)
    .replace(/^(\s*(?:set-)?cookie\s*:).*/i, `$1 ${MASK}`)
    .replace(/(<(?:auth|response|password)\b[^>]{0,500}>)[^<]+/gi, `$1${MASK}`)
    .replace(/(\b(?:password|passwd|pwd)["']?\s*[=:]\s*["']?)[^\s"'&]+/gi, `$1${MASK}`)
}

/** Undefined if it is no text. */
function textOf(octets: Buffer): string | undefined {
  // A character may be cut in two at the end of a piece.
  for (let cut = 0; cut < 4; cut += 1) {
    const whole = octets.subarray(0, octets.length - cut)
    if (!isUtf8(whole)) continue
    const text = whole.toString('utf8')
    return /[^\P{Cc}\r\n\t]/u.test(text) ? undefined : text
  }
  return undefined
}

function octetsText(octets: Buffer): Said {
  const shown = octets
    .subarray(0, SHOWN)
    .toString('hex')
    .replaceAll(/..(?!$)/g, '$& ')
  return say`${count(octets.length, OCTET)}: ${shown}${octets.length > SHOWN ? ' …' : ''}`
}
