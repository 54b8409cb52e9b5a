/** Zone transfers as a client makes them, and a server that allows them. */
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { findType, typeName } from '../../../services/dns/records/types.ts'
import type { Message, RecordSet } from '../../../services/dns/wire/message.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { openStream, openSubject, type NameServer, type Subject } from './subject.ts'

/** The server under test, which gives its zones to 127.0.0.1. */
export function openPrimary(): Promise<Subject> {
  return openSubject({
    options: 'allowTransfer: [127.0.0.1]',
    bindZone: 'allow-transfer { 127.0.0.1; };',
  })
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
export async function transfer(server: NameServer, query: Buffer): Promise<readonly Message[]> {
  using stream = await openStream(server)
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
