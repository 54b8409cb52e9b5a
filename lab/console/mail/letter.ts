/** A message as a page shows it: the header decoded, the tree of its parts, its text and HTML, the source. */
import { isUtf8 } from 'node:buffer'
import { contentOf, textOf } from '../../kit/mime/content.ts'
import { readEntity, type Entity } from '../../kit/mime/entity.ts'
import { decodeValue, fieldValue, type Field } from '../../kit/mime/fields.ts'
import { TextReader } from '../../kit/mime/text-reader.ts'
import type { Letter, MimePart, StoredMessage } from './schema.ts'

/** Octets of a message that are looked into. */
export const LARGEST = 5 * 1024 * 1024

const BOUNDS = { depth: 20, parts: 1000 }

/** Octets of the source, and characters of a text, that are handed out. */
const LONGEST = 1024 * 1024

/** Fields that are shown, and characters of one. */
const MOST_FIELDS = 500
const LONGEST_FIELD = 10_000

/** The header of a message in a list. */
export type Envelope = Pick<StoredMessage, 'from' | 'to' | 'subject' | 'date'>

/** What a list shows of a message, by the fields of its header. */
export function envelopeOf(fields: readonly Field[], reader = new TextReader()): Envelope {
  const value = (name: string): string =>
    decodeValue(fieldValue(fields, name) ?? '', reader).slice(0, LONGEST_FIELD)
  // RFC 5322 §3.3: a date may have comments, such as the name of the zone.
  const date = new Date(value('date').replaceAll(/\([^()]*\)/g, ''))
  return {
    from: value('from'),
    to: value('to'),
    subject: value('subject'),
    date: Number.isNaN(date.getTime()) ? null : date.toISOString(),
  }
}

/** All that a page shows of a message, whose octets may be cut at the end. */
export function letterOf(message: Omit<StoredMessage, keyof Envelope>, octets: Buffer): Letter {
  const root = readEntity(octets, BOUNDS)
  const reader = new TextReader()
  const texts = shownParts(root, 'text/plain').map((part) => textOf(octets, part, reader))
  const [html] = shownParts(root, 'text/html')
  return {
    message: { ...message, ...envelopeOf(root.fields, reader) },
    headers: root.fields.slice(0, MOST_FIELDS).map(({ name, value }) => ({
      name,
      value: decodeValue(value, reader).slice(0, LONGEST_FIELD),
    })),
    tree: partOf(root),
    text: texts.length === 0 ? null : texts.join('\n').slice(0, LONGEST).toWellFormed(),
    html: html === undefined ? null : textOf(octets, html, reader).slice(0, LONGEST).toWellFormed(),
    source: readable(octets.subarray(0, LONGEST)),
    isCut: message.octets > LONGEST,
  }
}

/** The HTML of a message, undefined if it has none. */
export function htmlOf(octets: Buffer): string | undefined {
  const [html] = shownParts(readEntity(octets, BOUNDS), 'text/html')
  return html && textOf(octets, html).toWellFormed()
}

/** One part of a message by its place in the tree, as in `2.1`, counted from 1; `0` is the message itself. */
export function partAt(
  octets: Buffer,
  place: string,
): { readonly name: string; readonly content: Buffer } | undefined {
  let entity: Entity | undefined = readEntity(octets, BOUNDS)
  for (const step of place === '0' ? [] : place.split('.')) entity = entity?.parts[Number(step) - 1]
  if (entity === undefined) return undefined
  return { name: entity.name ?? `part-${place}`, content: contentOf(octets, entity) }
}

/** The parts of a type that are the message's own, and not files in it. */
function shownParts(entity: Entity, type: string): readonly Entity[] {
  if (entity.type === type && !entity.isAttachment) return [entity]
  // What stands in a message in the message is the other one's.
  return entity.type.startsWith('multipart/') ? entity.parts.flatMap((part) => shownParts(part, type)) : []
}

function partOf({ type, name, encoding, start, end, parts }: Entity): MimePart {
  return { type, name, encoding, octets: end - start, parts: parts.map(partOf) }
}

/** Octets as text: lines that are UTF-8 as that, the others one character each. */
function readable(octets: Buffer): string {
  if (isUtf8(octets)) return octets.toString('utf8')
  const lines: string[] = []
  for (let at = 0; at < octets.length;) {
    const feed = octets.indexOf(0x0a, at)
    const next = feed < 0 ? octets.length : feed + 1
    const line = octets.subarray(at, next)
    lines.push(line.toString(isUtf8(line) ? 'utf8' : 'latin1'))
    at = next
  }
  return lines.join('')
}
