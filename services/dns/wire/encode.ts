/** Encoding of DNS messages with name compression and truncation (RFC 1035 §4, RFC 2181 §9, RFC 6891). */
import { nameOf, type Name } from './name.ts'
import { fieldsOf, TYPE } from '../records/types.ts'
import { fieldEnd } from '../records/data.ts'
import { FLAG, HEADER_LENGTH, type Edns, type Message, type Question, type RecordSet } from './message.ts'

/** Octets of a message over TCP at most, and of any message (RFC 1035 §4.2.2). */
export const MESSAGE_LIMIT = 65_535

/** The sections after the question, in their order. */
const SECTIONS = ['answer', 'authority', 'additional'] as const
/** A section after the question. */
export type Section = (typeof SECTIONS)[number]

const OPT_LENGTH = 11
/** Pointers have 14 bits (RFC 1035 §4.1.4). */
const POINTER_LIMIT = 0x4000

interface Output {
  octets: Buffer
  at: number
  readonly limit: number
  /** Names with other letter case are not pointed at (RFC 5936 §3.4). */
  readonly keepsCase: boolean
  /** Where the names already written start, by their keys. */
  readonly offsets: Map<string, number>
}

/**
 * Encodes a message in at most `limit` octets. What does not fit is left out by whole record sets; TC is set if that
 * touches a section up to `required` (RFC 2181 §9). Question and OPT always stay. `keepsCase` leaves letter case as it is.
 */
export function encodeMessage(
  message: Message,
  limit = MESSAGE_LIMIT,
  required: Section = 'additional',
  keepsCase = false,
): Buffer {
  const optLength = message.edns === undefined ? 0 : OPT_LENGTH + message.edns.options.length
  const output: Output = {
    octets: Buffer.allocUnsafe(Math.min(limit, 512)),
    at: HEADER_LENGTH,
    limit: limit - optLength,
    keepsCase,
    offsets: new Map(),
  }
  for (const question of message.questions) writeQuestion(output, question)
  const sections = writeSections(output, message, required)
  if (message.edns !== undefined) writeOpt(output, message.edns, message.rcode)
  const { octets } = output
  octets.writeUInt16BE(message.id, 0)
  octets.writeUInt16BE(
    message.flags |
      (message.opcode << 11) |
      (message.rcode & 0xf) |
      (sections.truncated ? FLAG.truncated : 0),
    2,
  )
  octets.writeUInt16BE(message.questions.length, 4)
  octets.writeUInt16BE(sections.counts[0] ?? 0, 6)
  octets.writeUInt16BE(sections.counts[1] ?? 0, 8)
  octets.writeUInt16BE((sections.counts[2] ?? 0) + (message.edns === undefined ? 0 : 1), 10)
  return octets.subarray(0, output.at)
}

function writeSections(
  output: Output,
  message: Message,
  required: Section,
): { readonly counts: readonly number[]; readonly truncated: boolean } {
  const counts = [0, 0, 0]
  const last = SECTIONS.indexOf(required)
  const left = new Set<string>()
  for (const [index, section] of SECTIONS.entries()) {
    for (const set of message[section]) {
      const start = output.at
      // A signature without what it signs is of no use.
      if (set.type === TYPE.rrsig && left.has(`${set.data[0]?.readUInt16BE(0) ?? 0} ${set.owner.key}`))
        continue
      if (writeSet(output, set)) {
        counts[index] = (counts[index] ?? 0) + set.data.length
        continue
      }
      rollBack(output, start)
      if (index <= last) return { counts, truncated: true }
      left.add(`${set.type} ${set.owner.key}`)
    }
  }
  return { counts, truncated: false }
}

function rollBack(output: Output, start: number): void {
  output.at = start
  for (const [key, offset] of output.offsets) if (offset >= start) output.offsets.delete(key)
}

function grow(output: Output, count: number): void {
  if (output.at + count <= output.octets.length) return
  const larger = Buffer.allocUnsafe(Math.max(output.octets.length * 2, output.at + count))
  output.octets.copy(larger, 0, 0, output.at)
  output.octets = larger
}

function writeQuestion(output: Output, question: Question): void {
  writeName(output, question.name)
  grow(output, 4)
  output.octets.writeUInt16BE(question.type, output.at)
  output.octets.writeUInt16BE(question.class, output.at + 2)
  output.at += 4
}

/** False, with part of the set written, if the set does not fit. */
function writeSet(output: Output, set: RecordSet): boolean {
  const fields = fieldsOf(set.type)
  const compressible = fields?.some((each) => each.shape === 'compressible') === true ? fields : undefined
  for (const data of set.data) {
    writeName(output, set.owner)
    grow(output, 10 + data.length)
    const { octets, at } = output
    octets.writeUInt16BE(set.type, at)
    octets.writeUInt16BE(set.class, at + 2)
    octets.writeUInt32BE(set.ttl, at + 4)
    output.at += 10
    if (compressible === undefined) writeOctets(output, data)
    else writeFields(output, data, compressible)
    output.octets.writeUInt16BE(output.at - at - 10, at + 8)
    if (output.at > output.limit) return false
  }
  return true
}

function writeFields(output: Output, data: Buffer, fields: NonNullable<ReturnType<typeof fieldsOf>>): void {
  let at = 0
  for (const { shape } of fields) {
    const end = fieldEnd(shape, data, at)
    const octets = data.subarray(at, end)
    if (shape === 'compressible') writeName(output, nameOf(octets))
    else writeOctets(output, octets)
    at = end
  }
}

function writeOctets(output: Output, octets: Buffer): void {
  grow(output, octets.length)
  octets.copy(output.octets, output.at)
  output.at += octets.length
}

// Suffixes are matched without letter case, which output may then change (RFC 4343 §4.1).
function writeName(output: Output, name: Name): void {
  grow(output, name.wire.length + 1)
  const key = output.keepsCase ? name.wire.toString('latin1') : name.key
  let from = 0
  while (from < key.length - 1) {
    const suffix = key.slice(from)
    const offset = output.offsets.get(suffix)
    if (offset !== undefined) {
      output.octets.writeUInt16BE(0xc000 | offset, output.at)
      output.at += 2
      return
    }
    if (output.at < POINTER_LIMIT) output.offsets.set(suffix, output.at)
    const length = key.charCodeAt(from) + 1
    name.wire.copy(output.octets, output.at, from, from + length)
    output.at += length
    from += length
  }
  output.octets[output.at] = 0
  output.at += 1
}

function writeOpt(output: Output, edns: Edns, rcode: number): void {
  grow(output, OPT_LENGTH + edns.options.length)
  const { octets, at } = output
  octets[at] = 0
  octets.writeUInt16BE(TYPE.opt, at + 1)
  octets.writeUInt16BE(edns.size, at + 3)
  octets[at + 5] = rcode >> 4
  octets[at + 6] = edns.version
  octets.writeUInt16BE(edns.dnssec ? 0x8000 : 0, at + 7)
  octets.writeUInt16BE(edns.options.length, at + 9)
  output.at += OPT_LENGTH
  writeOctets(output, edns.options)
}
