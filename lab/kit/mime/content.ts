/** What a part of a message holds, its encoding undone. */
import type { Entity } from './entity.ts'
import { TextReader } from './text-reader.ts'

/** The octets of a part as its writer had them (RFC 2045 §6). */
export function contentOf(octets: Buffer, { start, end, encoding }: Entity): Buffer {
  const body = octets.subarray(start, end)
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64')
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body
}

/** The text of a part, lines ended by LF. */
export function textOf(octets: Buffer, entity: Entity, reader = new TextReader()): string {
  return reader.read(contentOf(octets, entity), entity.charset).replaceAll('\r\n', '\n')
}

const EQUALS = 0x3d
const FEED = 0x0a

/** RFC 2045 §6.7; what is wrong stays as it is, as note 3 there advises. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const decoded = Buffer.allocUnsafe(body.length)
  let length = 0
  for (let at = 0; at < body.length; at += 1) {
    const octet = body[at] ?? 0
    if (octet !== EQUALS) {
      decoded[length] = octet
      length += 1
      continue
    }
    const after = softBreak(body, at + 1)
    if (after !== undefined) {
      at = after - 1
      continue
    }
    const [high, low] = [hexDigit(body[at + 1]), hexDigit(body[at + 2])]
    const isCode = high >= 0 && low >= 0
    decoded[length] = isCode ? high * 16 + low : octet
    length += 1
    if (isCode) at += 2
  }
  return decoded.subarray(0, length)
}

/** The value of a hexadecimal digit, -1 for any other octet: no text is made of each, for there may be millions. */
function hexDigit(octet = 0): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  // Letters differ from their capitals in one bit.
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Where the next line begins if nothing but blanks comes before it: RFC 2045 §6.7 rule 5. */
function softBreak(body: Buffer, from: number): number | undefined {
  let at = from
  while (at < body.length && (body[at] === 0x20 || body[at] === 0x09 || body[at] === 0x0d)) at += 1
  if (at >= body.length) return at
  return body[at] === FEED ? at + 1 : undefined
}
