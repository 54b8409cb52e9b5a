/** Part of a body: its first octet and the one behind its last. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Ranges of one request; a client that asks for more, or for the same octets again and again, gets the whole (RFC 9110 §14.2, §17.15). */
const MOST = 16

/**
 * The parts that a Range field asks of a body of `size` octets (RFC 9110 §14.1.2); undefined where it is to be ignored, an
 * empty list where none of it is there, which is answered with 416.
 */
export function readRanges(field: string | undefined, size: number): readonly Range[] | undefined {
  const [, specs] = /^bytes=(.*)$/i.exec(field ?? '') ?? []
  const elements = specs?.split(',', MOST + 1) ?? []
  if (elements.length > MOST) return undefined
  // RFC 9110 §5.6.1.2: empty elements are ignored.
  const parts = elements.map((spec) => spec.trim()).filter(Boolean)
  if (parts.length === 0) return undefined
  const ranges: Range[] = []
  for (const part of parts) {
    const range = readRange(part, size)
    if (range === undefined) return undefined
    if (range.start < range.end) ranges.push(range)
  }
  const wanted = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  return ranges.length > 1 && wanted > size ? undefined : ranges
}

/** An empty range for one that lies behind the end; undefined for wrong syntax. */
function readRange(spec: string, size: number): Range | undefined {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  // A suffix: the last so many octets.
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size }
  if (last !== '' && Number(last) < Number(first)) return undefined
  return { start: Number(first), end: Math.min(size, last === '' ? size : Number(last) + 1) }
}

/** The Content-Range of a part, or of a body none of whose parts is there (RFC 9110 §14.4). */
export function contentRange(range: Range | undefined, size: number): string {
  return range === undefined ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`
}
