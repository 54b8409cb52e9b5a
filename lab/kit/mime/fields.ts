/** The header fields of a message (RFC 5322 §2.2), read as they come and shown as their writer meant them. */
import { decodeText } from '../dissect/text.ts'
import { TextReader } from './text-reader.ts'

/** One field; the value is unfolded and not decoded, one character for each octet. */
export interface Field {
  readonly name: string
  readonly value: string
}

/** Fields that are read, and characters of a value. */
const MOST_FIELDS = 5000
const LONGEST_VALUE = 65_536

/** Reads the fields at the start of a text of one character for each octet; `end` is where the body begins. */
export function readFields(text: string): { readonly fields: readonly Field[]; readonly end: number } {
  const fields: Field[] = []
  let name = ''
  let pieces: string[] = []
  const finish = (): void => {
    const value = pieces.join('').slice(0, LONGEST_VALUE).trim()
    if (name !== '' && fields.length < MOST_FIELDS) fields.push({ name, value })
    name = ''
    pieces = []
  }
  let at = 0
  while (at < text.length) {
    const feed = text.indexOf('\n', at)
    const next = feed < 0 ? text.length : feed + 1
    const line = text.slice(at, feed < 0 ? undefined : feed).replace(/\r$/, '')
    if (line === '') {
      finish()
      return { fields, end: next }
    }
    const isFolded = line.startsWith(' ') || line.startsWith('\t')
    // RFC 5322 §2.2.3: the line end goes, the blank behind it stays.
    if (isFolded) pieces.push(line)
    else {
      // RFC 5322 §4.5: old programs put blanks before the colon.
      const [, found, value = ''] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? []
      // Some put a line of their own on top, as mbox files do; any other that is no field begins the body.
      if (found === undefined && !(at === 0 && /^>?From /.test(line))) {
        finish()
        return { fields, end: at }
      }
      finish()
      name = found ?? ''
      pieces = [value]
    }
    at = next
  }
  finish()
  return { fields, end: text.length }
}

/** The first field of a name, letter case ignored. */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  const wanted = name.toLowerCase()
  return fields.find((field) => field.name.toLowerCase() === wanted)?.value
}

/** An encoded word (RFC 2047 §2), its charset perhaps with a language (RFC 2231 §5). */
const WORD = /=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi

/** A run of encoded words with nothing but blanks between them, and those blanks do not count (RFC 2047 §6.2). */
const RUN = /=\?[^?\s]{1,80}\?[bq]\?[^?\s]*\?=(?:[ \t]+=\?[^?\s]{1,80}\?[bq]\?[^?\s]*\?=)*/gi

/** A value as its writer meant it: encoded words decoded, until the reader of its message is spent, octets beyond ASCII as UTF-8 (RFC 6532) or else Latin-1. */
export function decodeValue(value: string, reader = new TextReader()): string {
  const text = decodeText(Buffer.from(value, 'latin1'))
  return reader.isSpent ? text : text.replace(RUN, (run) => decodeRun(run, reader))
}

function decodeRun(run: string, reader: TextReader): string {
  if (reader.isSpent) return run
  const words = [...run.matchAll(WORD)]
  reader.spend(words.length)
  let text = ''
  let charset = ''
  let octets: Buffer[] = []
  const finish = (): void => {
    text += reader.read(Buffer.concat(octets), charset)
    octets = []
  }
  for (const [, label = '', encoding = '', content = ''] of words) {
    // Many split a character between two words: those of one charset are joined first.
    if (label.toLowerCase() !== charset) finish()
    charset = label.toLowerCase()
    octets.push(/b/i.test(encoding) ? Buffer.from(content, 'base64') : decodeQ(content))
  }
  finish()
  return text
}

/** RFC 2047 §4.2: quoted-printable with `_` for the blank. */
function decodeQ(content: string): Buffer {
  const text = content.replaceAll('_', ' ')
  return Buffer.from(
    text.replaceAll(/=([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  )
}
