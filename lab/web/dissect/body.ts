import { Buffer, isUtf8 } from 'node:buffer'
import { count, firstOf, mapped, OCTET, say, type Said } from '../../kit/dissect/said.ts'
import type { ResponseFraming } from '../../kit/http/response.ts'
import type { Fields } from '../../kit/http/request.ts'
import type { Step } from '../../service.ts'
import { lineText } from './mask.ts'
import { bodyAbout, cutAbout } from './words.ts'

/** Octets of a body of text that are kept to be shown. */
const SHOWN = 512
/** Lines of them. */
const LINES = 12

/** The name of the part that tells of it. */
export const BODY = { en: 'Body', es: 'Cuerpo' } as const

const textType = /^text\/|[/+](?:json|xml|javascript|x-www-form-urlencoded)$/

/** A body on its way: it is counted, and of text the first octets are kept. */
export class Body {
  readonly #type: string
  readonly #isText: boolean
  readonly #isLatin: boolean
  #size = 0
  #first = Buffer.alloc(0)

  /** By the fields of its head. */
  constructor(fields: Fields) {
    const field = fields.get('content-type') ?? ''
    this.#type = mediaType(field)
    const isPlain = fields.get('content-encoding') === undefined
    this.#isText = isPlain && textType.test(this.#type)
    this.#isLatin = /charset="?(?:iso-8859-1|latin1|windows-1252)/i.test(field)
  }

  add(octets: Buffer): void {
    this.#size += octets.length
    const room = SHOWN - this.#first.length
    if (this.#isText && room > 0) this.#first = Buffer.concat([this.#first, octets.subarray(0, room)])
  }

  /** What has come in so many octets; nothing of a body without any that came whole. `announced` are the octets that a cut one should have had. */
  steps(
    from: Step['from'],
    octets: number,
    cut?: { readonly announced: number | undefined },
  ): readonly Step[] {
    if (this.#size === 0 && cut === undefined) return []
    const of = { en: 'of', es: 'de' }
    const type = this.#type === '' ? '' : say` ${of} ${this.#type}`
    const size =
      cut?.announced === undefined
        ? count(this.#size, OCTET)
        : say`${this.#size} ${of} ${count(cut.announced, OCTET)}`
    const end = cut === undefined ? '' : { en: ', cut short', es: ', incompleto' }
    const lines = this.#lines()
    return [
      {
        from,
        kind: 'data',
        text: say`${size}${type}${end}`,
        ...(lines.length > 0 && { parts: [{ name: BODY, lines }] }),
        octets,
        about: cut === undefined ? bodyAbout : cutAbout,
      },
    ]
  }

  #lines(): readonly Said[] {
    if (this.#first.length === 0) return []
    const isCut = this.#size > this.#first.length
    const lines = this.#text(isCut).split(/\r\n|\r|\n/)
    // The end of the last line is no line.
    if (lines.at(-1) === '') lines.pop()
    return firstOf(lines, LINES).map((line, at, all) =>
      mapped(line, (text) => `${lineText(text)}${isCut && at === all.length - 1 ? '…' : ''}`),
    )
  }

  #text(isCut: boolean): string {
    const text = this.#first.toString(this.#isLatin ? 'latin1' : 'utf8')
    if (this.#isLatin) return text
    // The cut may have gone through a character.
    const whole = isCut ? text.replace(/\uFFFD$/, '') : text
    return whole.includes('\uFFFD') && !isUtf8(this.#first) ? this.#first.toString('latin1') : whole
  }
}

/** The type in lower case, without its parameters. */
function mediaType(field: string): string {
  const [, type = ''] = /^\s*([!-+\--.0-:<-~]+\/[!-+\--.0-:<-~]+)/.exec(field.slice(0, 200)) ?? []
  return type.toLowerCase()
}

/** How a head says that its body ends (RFC 9112 §6.3), and what the body is. */
export function framingLines(framing: ResponseFraming, fields: Fields): readonly Said[] {
  if (framing.kind === 'none') return []
  const size =
    framing.kind === 'length'
      ? say`${count(framing.length, OCTET)} (Content-Length)`
      : framing.kind === 'chunked'
        ? say`${{ en: 'in chunks', es: 'en trozos' }} (Transfer-Encoding)`
        : { en: 'until the connection closes', es: 'hasta que se cierre la conexión' }
  if (framing.kind === 'length' && framing.length === 0) return [size]
  const about = ['content-type', 'content-encoding'].flatMap((name) => {
    const value = fields.get(name)
    return value === undefined ? [] : [lineText(value)]
  })
  return [...about, size]
}
