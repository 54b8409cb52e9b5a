/** The tree of a message's parts (RFC 2046 §5.1), within bounds whatever somebody sends. */
import { fieldValue, readFields, type Field } from './fields.ts'
import { readParameters, type Parametrized } from './parameters.ts'
import { TextReader } from './text-reader.ts'

/** A message, or a part of one; its octets are where `start` and `end` say. */
export interface Entity {
  readonly fields: readonly Field[]
  /** As in `text/plain`, in lower case. */
  readonly type: string
  readonly charset: string
  /** Of the file that it would be. */
  readonly name: string | null
  readonly encoding: string | null
  readonly isAttachment: boolean
  /** The body, within the whole message. */
  readonly start: number
  readonly end: number
  readonly parts: readonly Entity[]
}

/** How far a tree goes. */
export interface EntityBounds {
  readonly depth: number
  readonly parts: number
}

/** Octets of a header that are read. */
const LONGEST_HEADER = 262_144

/** Lines that may look like the boundaries of one message: somebody may write a message of nothing else. */
const MOST_LOOKS = 200_000

const FEED = 0x0a
const RETURN = 0x0d
const DASH = 0x2d

/** Reads the tree of a message. */
export function readEntity(octets: Buffer, bounds: EntityBounds): Entity {
  return new Reader(octets, bounds).read(0, octets.length, 'text/plain', 0)
}

class Reader {
  readonly #octets: Buffer
  readonly #bounds: EntityBounds
  readonly #reader = new TextReader()
  #parts = 0
  #looks = 0

  constructor(octets: Buffer, bounds: EntityBounds) {
    this.#octets = octets
    this.#bounds = bounds
  }

  read(from: number, to: number, usual: string, depth: number): Entity {
    this.#parts += 1
    const header = this.#octets.subarray(from, Math.min(to, from + LONGEST_HEADER)).toString('latin1')
    const { fields, end } = readFields(header)
    const parametrized = (name: string): Parametrized =>
      readParameters(fieldValue(fields, name) ?? '', this.#reader)
    const content = parametrized('content-type')
    const disposition = parametrized('content-disposition')
    // RFC 2045 §5.2: what has no type, or none that can be read, is plain text.
    const type = /^[^\s/]+\/[^\s/]+$/.test(content.value) ? content.value : usual
    const encoding = parametrized('content-transfer-encoding').value
    const start = from + end
    return {
      fields,
      type,
      charset: content.parameter('charset') ?? '',
      name: disposition.parameter('filename') ?? content.parameter('name') ?? null,
      encoding: encoding === '' ? null : encoding,
      isAttachment: disposition.value !== '' && disposition.value !== 'inline',
      start,
      end: to,
      parts: this.#inside(
        { type, encoding, boundary: content.parameter('boundary') ?? '' },
        start,
        to,
        depth,
      ),
    }
  }

  #inside(
    {
      type,
      encoding,
      boundary,
    }: { readonly type: string; readonly encoding: string; readonly boundary: string },
    start: number,
    end: number,
    depth: number,
  ): Entity[] {
    if (depth >= this.#bounds.depth) return []
    // RFC 2046 §5.2.1: a message in a message is not encoded, and what is so cannot be looked into.
    if (type === 'message/rfc822' && !/^(?:base64|quoted-printable)$/.test(encoding))
      return this.#parts < this.#bounds.parts ? [this.read(start, end, 'text/plain', depth + 1)] : []
    if (!type.startsWith('multipart/') || boundary === '') return []
    // RFC 2046 §5.1.5
    const usual = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
    const parts: Entity[] = []
    for (const [from, to] of this.#split(boundary, start, end)) {
      if (this.#parts >= this.#bounds.parts) break
      parts.push(this.read(from, to, usual, depth + 1))
    }
    return parts
  }

  /** Where the parts are between the lines of a boundary (RFC 2046 §5.1.1); the last one may lack its end. */
  *#split(boundary: string, start: number, end: number): Generator<readonly [number, number]> {
    const line = Buffer.from(`--${boundary}`, 'latin1')
    // No further than the part goes: a message of many parts would be searched to its end for each.
    const within = this.#octets.subarray(0, end)
    let from: number | undefined
    for (let at = within.indexOf(line, start); at >= 0 && this.#looks < MOST_LOOKS;) {
      this.#looks += 1
      const next = at + line.length
      if (this.#isLine(at, next, start)) {
        if (from !== undefined) yield [from, this.#withoutLineEnd(from, at)]
        if (this.#octets[next] === DASH) return
        const feed = this.#octets.indexOf(FEED, next)
        from = feed < 0 || feed >= end ? end : feed + 1
      }
      at = within.indexOf(line, next)
    }
    if (from !== undefined) yield [from, end]
  }

  /** Whether a boundary stands at the start of a line, and nothing but its end marks and blanks stand behind it. */
  #isLine(at: number, next: number, start: number): boolean {
    if (at > start && this.#octets[at - 1] !== FEED) return false
    let rest = this.#octets[next] === DASH && this.#octets[next + 1] === DASH ? next + 2 : next
    while (this.#octets[rest] === 0x20 || this.#octets[rest] === 0x09) rest += 1
    if (this.#octets[rest] === RETURN) rest += 1
    return rest >= this.#octets.length || this.#octets[rest] === FEED
  }

  /** RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary. */
  #withoutLineEnd(from: number, at: number): number {
    const feed = at - 1
    if (feed < from) return from
    return feed > from && this.#octets[feed - 1] === RETURN ? feed - 1 : feed
  }
}
