/** Spoiled packets for the decoder and for the whole service, and what must hold of what comes back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../../lab/host/random.ts'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
import { decodeMessage, MessageError, type Edns, type Message } from '../../../services/dns/wire/message.ts'
import { queryFor, type Asking } from '../../conformance/dns/subject.ts'
import { InProcess } from './in-process.ts'
import { mutate } from './mutation.ts'

const ZONES = join(import.meta.dirname, '..', '..', 'conformance', 'dns')
const UDP_SIZE = 1232

/** The service with the conformance zones. */
export function openFuzzed(): Promise<InProcess> {
  const names = ['zone.db', 'child.db', 'other.db']
  return InProcess.open({
    files: Object.fromEntries(names.map((name) => [name, readFileSync(join(ZONES, name), 'utf8')])),
  })
}

const ASKED: readonly [string, string][] = [
  ['www', 'A'],
  ['@', 'MX'],
  ['@', 'SOA'],
  ['@', 'ANY'],
  ['big', 'TXT'],
  ['chain', 'A'],
  ['loop1', 'A'],
  ['x.y.wild', 'TXT'],
  ['host.sub', 'A'],
  ['sub', 'DS'],
  ['across', 'A'],
  ['nothing', 'AAAA'],
  ['many', 'MX'],
  ['_sip._tcp', 'SRV'],
  ['octets\\000\\032\\200\\255', 'TXT'],
  ['www.example.net.', 'A'],
  ['.', 'NS'],
  ['@', 'AXFR'],
  ['@', 'IXFR'],
]

const OPTIONS = Buffer.from('000a00080102030405060708000300000009000000080004000100000064000101', 'hex')
const SHAPES: readonly Asking[] = [
  {},
  { edns: { size: 512 } },
  { edns: { size: 4096, dnssec: true, options: OPTIONS } },
  { flags: 0x0110, edns: { version: 1 } },
  { opcode: 4, flags: 0x0400 },
  { class: 3 },
]

/** What the service says to a datagram. */
export async function answerOf(service: InProcess, octets: Buffer): Promise<Buffer | undefined> {
  const given = service.datagram(octets)
  return given instanceof Promise ? await given : given
}

/** Real queries, and the answers to them. */
export async function samplesOf(service: InProcess): Promise<readonly Buffer[]> {
  const queries = ASKED.flatMap(([name, type]) =>
    SHAPES.map((shape) => queryFor(name, { type, id: 1, ...shape })),
  )
  const samples = [...queries]
  for (const query of queries) {
    const answer = await answerOf(service, query)
    if (answer !== undefined) samples.push(answer)
  }
  return samples
}

/** What decodes is encoded and decoded again; what does not is refused by the decoder's own error. */
export function decodeOrRefuse(octets: Buffer): Message | MessageError {
  let message: Message
  try {
    message = decodeMessage(octets)
  } catch (error) {
    if (error instanceof MessageError) return error
    throw new Error(`the decoder failed on ${octets.toString('hex')}`, { cause: error })
  }
  if (message.rcode <= 15 || message.edns !== undefined) decodeMessage(encodeMessage(message))
  return message
}

function sizeAllowed(edns: Edns | undefined): number {
  return edns === undefined ? 512 : Math.min(Math.max(edns.size, 512), UDP_SIZE)
}

/** Whether the octets must stay unanswered. */
function isUnanswerable(octets: Buffer): boolean {
  return octets.length < 12 || (octets.readUInt16BE(2) & 0x8000) !== 0
}

function assertFits(query: Buffer, answer: Buffer, limit: number): void {
  const about = (): string => `${answer.toString('hex')} answers ${query.toString('hex')}`
  assert.ok(answer.length <= limit, `${answer.length} of ${limit} octets: ${about()}`)
  assert.equal(answer.readUInt16BE(0), query.readUInt16BE(0), about())
  assert.equal(answer.readUInt16BE(2) & 0xf800, (query.readUInt16BE(2) & 0x7800) | 0x8000, about())
  decodeMessage(answer)
}

/** Gives so many spoiled packets to the decoder and, as datagrams, to the service. */
export async function fuzzDatagrams(
  service: InProcess,
  samples: readonly Buffer[],
  { count, seed }: { readonly count: number; readonly seed: string },
): Promise<{ readonly decoded: number; readonly answered: number }> {
  const random = createRandom(seed)
  let decoded = 0
  let answered = 0
  for (let turn = 0; turn < count; turn += 1) {
    const octets = mutate(samples, random)
    const message = decodeOrRefuse(octets)
    if (!(message instanceof MessageError)) decoded += 1
    const answer = await answerOf(service, octets)
    if (answer === undefined) {
      assert.ok(isUnanswerable(octets), `no answer to ${octets.toString('hex')}`)
      continue
    }
    assert.ok(!isUnanswerable(octets), `an answer to ${octets.toString('hex')}`)
    assertFits(octets, answer, sizeAllowed(message.edns))
    answered += 1
  }
  return { decoded, answered }
}

/** Sends so many spoiled packets over connections, some of them cut as streams are; each ends with a sound query, which must be answered. */
export async function fuzzStreams(
  service: InProcess,
  samples: readonly Buffer[],
  { count, seed }: { readonly count: number; readonly seed: string },
): Promise<number> {
  const random = createRandom(seed)
  let answered = 0
  for (let turn = 0; turn < count; turn += 20) {
    const connection = service.connection()
    const framer = new Framer()
    const last = Promise.withResolvers<void>()
    const fail = (): void => last.reject(new Error('a connection ended before its last answer'))
    connection.on('data', (chunk: Buffer) => {
      framer.push(chunk)
      for (let answer = framer.next(); answer !== undefined; answer = framer.next()) {
        decodeMessage(answer)
        answered += 1
        if (answer.readUInt16BE(0) === 0xeeee) last.resolve()
      }
    })
    connection.on('close', fail)
    connection.on('end', fail)
    connection.on('error', fail)
    const packets = Array.from({ length: 20 }, () => {
      const octets = Buffer.from(mutate(samples, random))
      // No spoiled packet passes for the last one.
      if (octets.length > 0) octets[0] = 1
      return frame(octets)
    })
    const stream = Buffer.concat([...packets, frame(queryFor('www', { id: 0xeeee }))])
    for (let at = 0; at < stream.length;) {
      const next = at + random.integer(1, 4000)
      connection.write(stream.subarray(at, next))
      at = next
    }
    await last.promise
    connection.destroy()
  }
  return answered
}
