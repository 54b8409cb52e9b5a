/** Zone transfers as a client makes them, and a server that allows them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { findType, typeName } from '../../../services/dns/records/types.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { openBind } from './bind.ts'
import { isBind, openStream, openSubject, type Subject } from './subject.ts'

/** The server under test, which gives its zones to 127.0.0.1. */
export async function openPrimary(): Promise<Subject> {
  if (!isBind) return openSubject({ options: 'allowTransfer: [127.0.0.1]' })
  const zones = {
    'conformance.test': 'zone.db',
    'child.conformance.test': 'child.db',
    'other.test': 'other.db',
  }
  return openBindWith('allow-transfer { 127.0.0.1; };', zones)
}

/** BIND with files of this folder by the names of their zones, and a statement that stands in each zone. */
export async function openBindWith(
  statement: string,
  zones: Readonly<Record<string, string>>,
): Promise<Subject> {
  const texts = Object.entries(zones).map(([zone, file]) => [
    zone,
    readFileSync(join(import.meta.dirname, file), 'utf8'),
  ])
  const bind = await openBind(Object.fromEntries(texts), { zone: statement })
  return { address: bind.address, lab: undefined, [Symbol.asyncDispose]: () => bind[Symbol.asyncDispose]() }
}

/** A request for the changes since a serial number (RFC 1995 §3). */
export function changesSince(zone: string, serial: number, id = 4711): Buffer {
  const owner = parseName(zone, ROOT)
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(serial)
  const soa = {
    owner,
    type: findType('SOA')?.code ?? 0,
    class: 1,
    ttl: 0,
    data: [Buffer.concat([ROOT.wire, ROOT.wire, numbers])],
  }
  return encodeMessage({
    id,
    flags: 0,
    opcode: 0,
    rcode: 0,
    questions: [{ name: owner, type: findType('IXFR')?.code ?? 0, class: 1 }],
    answer: [],
    authority: [soa],
    additional: [],
  })
}

/** The messages of one transfer, up to that whose last record is the SOA again, or to a failure. */
export async function transfer(subject: Subject, query: Buffer): Promise<readonly Message[]> {
  using stream = await openStream(subject)
  stream.send(query)
  const messages: Message[] = []
  let soas = 0
  do {
    const message = await stream.receive()
    messages.push(message)
    soas += records(message.answer).filter(({ type }) => typeName(type) === 'SOA').length
    if (message.rcode !== 0) break
  } while (soas < 2)
  return messages
}

/** Sets as single records, in the order in which they came. */
export function records(sets: readonly RecordSet[]): readonly RecordSet[] {
  return sets.flatMap((set) => set.data.map((data) => ({ ...set, data: [data] })))
}
