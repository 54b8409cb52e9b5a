/** DNS messages, and their decoding from octets (RFC 1035 §4, RFC 6891). */
import type { FieldShape } from '../records/fields.ts'
import { LABEL_LIMIT, NAME_LIMIT, nameOf, WireError, type Name } from './name.ts'
import { checkOptions, NO_OPTIONS } from './options.ts'
import { checkData, fieldEnd } from '../records/data.ts'
import { fieldsOf, TYPE } from '../records/types.ts'

/** Octets of the header. */
export const HEADER_LENGTH = 12

/** A name of 255 octets has no more labels than this, so more jumps are an attack. */
const JUMP_LIMIT = 128

/** The flag bits of the header's second 16-bit word (RFC 1035 §4.1.1, RFC 4035 §3). */
export const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
} as const

/** The first 12 octets, counts left out. */
export interface Header {
  readonly id: number
  /** A sum of `FLAG`s. */
  readonly flags: number
  readonly opcode: number
}

/** What is asked. */
export interface Question {
  readonly name: Name
  readonly type: number
  readonly class: number
}

/** All records of one name, class and type, which share one time to live (RFC 2181 §5). */
export interface RecordSet {
  readonly owner: Name
  readonly type: number
  readonly class: number
  /** Seconds. */
  readonly ttl: number
  /** Each record's data, names uncompressed. */
  readonly data: readonly Buffer[]
  /** The names that the data leads on to, in its order; known for the sets of zones. */
  readonly targets?: readonly Name[]
}

/** The content of an OPT record (RFC 6891 §6.1). */
export interface Edns {
  /** Octets of UDP payload that the sender can take. */
  readonly size: number
  readonly version: number
  /** DO: DNSSEC records are welcome (RFC 3225). */
  readonly dnssec: boolean
  /** The options, as they stand on the wire. */
  readonly options: Buffer
}

/** A whole message; its OPT record stands in `edns` and not in `additional`. */
export interface Message extends Header {
  /** 12 bits, the upper 8 from the OPT record. */
  readonly rcode: number
  readonly questions: readonly Question[]
  readonly answer: readonly RecordSet[]
  readonly authority: readonly RecordSet[]
  readonly additional: readonly RecordSet[]
  readonly edns?: Edns | undefined
}

/** A message that breaks its format; `edns` is the OPT record if one was read before. */
export class MessageError extends WireError {
  readonly edns: Edns | undefined
  /** How far the message could be read, in octets. */
  readonly at: number

  constructor(message: string, at: number, edns?: Edns) {
    super(message)
    this.at = at
    this.edns = edns
  }
}

interface Cursor {
  readonly octets: Buffer
  at: number
}

/** The header of a datagram; undefined if there are fewer than 12 octets. */
export function decodeHeader(octets: Buffer): Header | undefined {
  if (octets.length < HEADER_LENGTH) return undefined
  const word = octets.readUInt16BE(2)
  return { id: octets.readUInt16BE(0), flags: word & 0x87b0, opcode: (word >> 11) & 0xf }
}

/** Decodes a whole message; throws a `MessageError`, whatever the octets are. */
export function decodeMessage(octets: Buffer): Message {
  const header = decodeHeader(octets)
  if (header === undefined) throw new MessageError('the message is shorter than its header', octets.length)
  const cursor: Cursor = { octets, at: HEADER_LENGTH }
  const extra: Additional = { sets: [] }
  try {
    const questions = readQuestions(cursor, octets.readUInt16BE(4))
    const answer = readSets(cursor, octets.readUInt16BE(6))
    const authority = readSets(cursor, octets.readUInt16BE(8))
    const additional = readSets(cursor, octets.readUInt16BE(10), extra)
    if (cursor.at !== octets.length) throw new WireError('octets follow the end of the message')
    const rcode = (octets.readUInt16BE(2) & 0xf) | ((extra.extendedRcode ?? 0) << 4)
    return { ...header, rcode, questions, answer, authority, additional, edns: extra.edns }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new MessageError(error.message, cursor.at, extra.edns)
  }
}

function readQuestions(cursor: Cursor, count: number): readonly Question[] {
  const questions: Question[] = []
  for (let index = 0; index < count; index += 1) {
    const name = readName(cursor)
    need(cursor, 4)
    questions.push({
      name,
      type: cursor.octets.readUInt16BE(cursor.at),
      class: cursor.octets.readUInt16BE(cursor.at + 2),
    })
    cursor.at += 4
  }
  return questions
}

function need(cursor: Cursor, count: number): void {
  if (cursor.at + count > cursor.octets.length) throw new WireError('the message is cut short')
}

interface Additional {
  edns?: Edns
  extendedRcode?: number
  readonly sets: readonly RecordSet[]
}

interface OpenSet extends RecordSet {
  ttl: number
  readonly data: Buffer[]
}

/** Neighbouring records of one set become one `RecordSet`; with `extra`, an OPT record is taken out. */
function readSets(cursor: Cursor, count: number, extra?: Additional): readonly RecordSet[] {
  const sets: OpenSet[] = []
  for (let index = 0; index < count; index += 1) {
    const owner = readName(cursor)
    need(cursor, 10)
    const start = cursor.at
    const type = cursor.octets.readUInt16BE(start)
    if (type === TYPE.opt) readOpt(cursor, owner, extra)
    else addRecord(sets, cursor, owner, type)
  }
  return sets
}

function addRecord(sets: OpenSet[], cursor: Cursor, owner: Name, type: number): void {
  const { octets, at } = cursor
  const klass = octets.readUInt16BE(at + 2)
  // A time to live with the top bit set counts as zero (RFC 2181 §8).
  const ttl = Math.max(octets.readInt32BE(at + 4), 0)
  const data = readData(cursor, type)
  const last = sets.at(-1)
  if (last !== undefined && last.type === type && last.class === klass && last.owner.key === owner.key) {
    last.data.push(data)
    // Differing times to live in a set: the lowest holds for all (RFC 2181 §5.2).
    last.ttl = Math.min(last.ttl, ttl)
  } else {
    sets.push({ owner, type, class: klass, ttl, data: [data] })
  }
}

function readOpt(cursor: Cursor, owner: Name, extra: Additional | undefined): void {
  const { octets, at } = cursor
  const end = dataEnd(cursor)
  // Only in the additional section, only once, only at the root (RFC 6891 §6.1.1, §6.1.2).
  if (extra === undefined || extra.edns !== undefined || owner.key.length !== 1) {
    throw new WireError('an OPT record stands where it may not, or twice')
  }
  const options = end === at + 10 ? NO_OPTIONS : Buffer.from(octets.subarray(at + 10, end))
  checkOptions(options)
  extra.edns = {
    size: octets.readUInt16BE(at + 2),
    version: octets.readUInt8(at + 5),
    dnssec: (octets.readUInt16BE(at + 6) & 0x8000) !== 0,
    options,
  }
  extra.extendedRcode = octets.readUInt8(at + 4)
  cursor.at = end
}

function dataEnd(cursor: Cursor): number {
  const end = cursor.at + 10 + cursor.octets.readUInt16BE(cursor.at + 8)
  if (end > cursor.octets.length) throw new WireError('the data of a record runs past the end of the message')
  return end
}

/** From a record's type field on; returns its data with all names written out. */
function readData(cursor: Cursor, type: number): Buffer {
  const { octets } = cursor
  const end = dataEnd(cursor)
  cursor.at += 10
  const fields = fieldsOf(type)
  const pieces: Buffer[] = []
  if (fields?.some((each) => each.shape === 'compressible' || each.shape === 'name')) {
    for (const { shape } of fields) pieces.push(readField(cursor, shape, end))
  } else {
    pieces.push(octets.subarray(cursor.at, end))
    cursor.at = end
  }
  if (cursor.at !== end) throw new WireError('the data of a record is not as long as it says')
  const data = Buffer.concat(pieces)
  checkData(type, data)
  return data
}

// Pointers are followed in SRV too, where they should not be (RFC 3597 §4).
function readField(cursor: Cursor, shape: FieldShape, end: number): Buffer {
  if (shape === 'compressible' || shape === 'name') return readName(cursor).wire
  const start = cursor.at
  cursor.at = fieldEnd(shape, cursor.octets.subarray(0, end), start)
  return cursor.octets.subarray(start, cursor.at)
}

/** Reads the name at the cursor, pointers followed, and moves behind it (RFC 1035 §4.1.4). */
function readName(cursor: Cursor): Name {
  const { octets } = cursor
  const start = cursor.at
  const end = labelsEnd(octets, start)
  if (octets[end] === 0) {
    cursor.at = end + 1
    if (cursor.at - start > NAME_LIMIT) throw new WireError('a name is longer than 255 octets')
    return nameOf(Buffer.from(octets.subarray(start, cursor.at)))
  }
  cursor.at = end + 2
  return followPointers(octets, start, end)
}

/** The offset of the zero or of the pointer that ends the labels from `at`. */
function labelsEnd(octets: Buffer, at: number): number {
  let end = at
  for (;;) {
    const length = octets[end]
    if (length === undefined) throw new WireError('a name runs past the end of the message')
    if (length === 0) return end
    if (length >= 0xc0) {
      if (end + 1 >= octets.length) throw new WireError('a compression pointer is cut short')
      return end
    }
    // The codes 01 and 10 are not in use (RFC 6891 §5).
    if (length > LABEL_LIMIT) throw new WireError('a label has an unknown type')
    end += length + 1
  }
}

function followPointers(octets: Buffer, start: number, firstEnd: number): Name {
  const pieces = [octets.subarray(start, firstEnd)]
  let total = firstEnd - start
  let lowest = start
  let end = firstEnd
  while (octets[end] !== 0) {
    const target = octets.readUInt16BE(end) & 0x3fff
    // Each jump goes before all that was read so far, "a prior occurrence" (RFC 1035 §4.1.4): no loop is possible.
    if (target >= lowest || target < HEADER_LENGTH)
      throw new WireError('a compression pointer does not point backwards')
    lowest = target
    end = labelsEnd(octets, target)
    pieces.push(octets.subarray(target, end))
    total += end - target
    if (total >= NAME_LIMIT || pieces.length > JUMP_LIMIT)
      throw new WireError('a name is longer than 255 octets, or jumps too often')
  }
  pieces.push(octets.subarray(end, end + 1))
  return nameOf(Buffer.concat(pieces, total + 1))
}
