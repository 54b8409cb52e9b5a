/** Domain names: wire format, presentation format and comparison (RFC 1035 §3.1, §5.1; RFC 4343). */

/** A domain name; equal names have equal keys. */
export interface Name {
  /** Uncompressed wire format, letter case as it was written (RFC 1035 §3.1). */
  readonly wire: Buffer
  /** The wire format with ASCII letters lower-cased, one character an octet. */
  readonly key: string
}

/** A mistake in something that a person wrote, in the languages of the lab. */
export class PresentationError extends Error {
  override readonly name = 'PresentationError'
  readonly text: { readonly en: string; readonly es: string }

  constructor(text: { readonly en: string; readonly es: string }) {
    super(text.en)
    this.text = text
  }
}

/** Octets that are not what RFC 1035 §4 describes. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** Octets of one label at most (RFC 1035 §2.3.4). */
export const LABEL_LIMIT = 63
/** Octets of a whole name at most, the final zero included (RFC 1035 §2.3.4). */
export const NAME_LIMIT = 255

/** Takes octets that are known to be one uncompressed name. */
export function nameOf(wire: Buffer): Name {
  return { wire, key: lowerCase(wire.toString('latin1')) }
}

// Length octets are at most 63 and so never look like letters; only ASCII letters are folded (RFC 4343 §3).
function lowerCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}

/** The root. */
export const ROOT: Name = nameOf(Buffer.from([0]))

/** The key of the name one label up; the root has none. */
export function parentKey(key: string): string | undefined {
  return key.length <= 1 ? undefined : key.slice(key.charCodeAt(0) + 1)
}

/** The labels of a name's key or of its wire format as text, the first one first, the root's left out. */
export function labelsOf(key: string): readonly string[] {
  const labels: string[] = []
  for (let at = 0; at < key.length - 1; at += 1 + key.charCodeAt(at))
    labels.push(key.slice(at + 1, at + 1 + key.charCodeAt(at)))
  return labels
}

/** Whether the name is the ancestor or lies under it, by whole labels. */
export function isWithin(key: string, ancestor: string): boolean {
  if (!key.endsWith(ancestor)) return false
  // A label may hold the octets of the ancestor, so the cut must fall on a label's border.
  let at = 0
  while (key.length - at > ancestor.length) at += key.charCodeAt(at) + 1
  return key.length - at === ancestor.length
}

/** Octets of the uncompressed name that starts at `at`; throws a `WireError` if there is none. */
export function nameLength(octets: Buffer, at: number): number {
  let end = at
  for (;;) {
    const length = octets[end]
    if (length === undefined || length > LABEL_LIMIT)
      throw new WireError('a name is cut short or compressed where it may not be')
    end += length + 1
    if (end > octets.length || end - at > NAME_LIMIT)
      throw new WireError('a name is cut short or longer than 255 octets')
    if (length === 0) return end - at
  }
}

/**
 * Reads presentation format: `\.` and `\DDD` escapes, `@` for the origin, relative names completed with the origin
 * (RFC 1035 §5.1). Throws a `PresentationError`.
 */
export function parseName(text: string, origin: Name): Name {
  if (text === '@') return origin
  if (text === '.') return ROOT
  const { labels, absolute } = splitLabels(text)
  const parts: Buffer[] = []
  for (const label of labels) parts.push(Buffer.from([label.length]), label)
  parts.push(absolute ? ROOT.wire : origin.wire)
  const wire = Buffer.concat(parts)
  if (wire.length > NAME_LIMIT) {
    throw new PresentationError({
      en: `the name is ${wire.length} octets long; at most 255 are allowed`,
      es: `el nombre ocupa ${wire.length} octetos; se permiten como mucho 255`,
    })
  }
  return nameOf(wire)
}

function splitLabels(text: string): { readonly labels: readonly Buffer[]; readonly absolute: boolean } {
  const labels: Buffer[] = []
  let label: Buffer[] = []
  let open = false
  for (const piece of unescape(text)) {
    if (piece !== '.') {
      label.push(piece)
      open = true
      continue
    }
    labels.push(checkedLabel(label))
    label = []
    open = false
  }
  if (open || labels.length === 0) labels.push(checkedLabel(label))
  return { labels, absolute: !open }
}

function checkedLabel(pieces: readonly Buffer[]): Buffer {
  const label = Buffer.concat(pieces)
  if (label.length === 0) {
    throw new PresentationError({
      en: 'the name has an empty label: two dots in a row, or one at its start',
      es: 'el nombre tiene una etiqueta vacía: dos puntos seguidos, o uno al principio',
    })
  }
  if (label.length > LABEL_LIMIT) {
    throw new PresentationError({
      en: `the label "${label.toString('latin1').slice(0, 20)}…" is ${label.length} octets long; at most 63 are allowed`,
      es: `la etiqueta "${label.toString('latin1').slice(0, 20)}…" ocupa ${label.length} octetos; se permiten como mucho 63`,
    })
  }
  return label
}

/** The octets behind a text's characters and escapes, one by one, an unescaped dot as itself (RFC 1035 §5.1); throws a `PresentationError`. */
export function* unescape(text: string): Generator<Buffer | '.'> {
  const pattern = /\\(\d{3})|\\([^\d])|\\|\.|[^\\.]+/gu
  for (const [piece, decimal, escaped] of text.matchAll(pattern)) {
    if (decimal !== undefined && Number(decimal) <= 255) yield Buffer.from([Number(decimal)])
    else if (escaped !== undefined) yield Buffer.from(escaped)
    else if (piece.startsWith('\\')) throw badEscape(piece)
    else if (piece === '.') yield '.'
    else yield Buffer.from(piece)
  }
}

function badEscape(piece: string): PresentationError {
  return new PresentationError({
    en: `the escape "${piece}" is wrong: write \\ and one character, or \\ and three digits up to 255`,
    es: `el escape "${piece}" es incorrecto: escribe \\ y un carácter, o \\ y tres cifras hasta 255`,
  })
}

/** Presentation format with the final dot, every octet that is not plain text escaped (RFC 1035 §5.1). */
export function printName(name: Name): string {
  return name.wire.length === 1 ? '.' : printLabels(name.wire.toString('latin1'))
}

/** Lower case and without the final dot, as facts and searches want it; the root is `.`. */
export function printKey(key: string): string {
  return key.length === 1 ? '.' : printLabels(key).slice(0, -1)
}

// Each query comes by here: `labelsOf` would make an array for it.
function printLabels(wire: string): string {
  let text = ''
  for (let at = 0; at < wire.length - 1;) {
    const end = at + 1 + wire.charCodeAt(at)
    const label = wire.slice(at + 1, end)
    text += `${/^[-\w*/]+$/.test(label) ? label : escapeLabel(label)}.`
    at = end
  }
  return text
}

function escapeLabel(label: string): string {
  return label.replaceAll(/["\\.;()@$]|[^\x21-\x7e]/g, escapeOctet)
}

/** Octets, one a character, as the inside of a quoted string (RFC 1035 §5.1). */
export function escapeQuoted(octets: string): string {
  return octets.replaceAll(/["\\]|[^\x20-\x7e]/g, escapeOctet)
}

function escapeOctet(octet: string): string {
  return /[\x21-\x7e]/.test(octet) ? `\\${octet}` : `\\${octet.charCodeAt(0).toString().padStart(3, '0')}`
}
