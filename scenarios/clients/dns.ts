/** A client that asks name servers (RFC 1035), one question at a time, as dig does. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { randomInt } from 'node:crypto'
import type { Address } from '../../lab/service.ts'

const TYPES = { A: 1, NS: 2, SOA: 6, MX: 15, TXT: 16, AAAA: 28, ANY: 255 } as const

/** A type that this client can ask for. */
export type Type = keyof typeof TYPES

/** Milliseconds until an answer is given up. */
const PATIENCE = 2000

/** What of an answer this client understands. */
export interface DnsAnswer {
  readonly isTruncated: boolean
  readonly code: number
  readonly answers: number
}

/** Asks over UDP, and waits so many milliseconds for the answer. */
export async function ask(
  server: Address,
  name: string,
  type: Type,
  patience = PATIENCE,
): Promise<DnsAnswer> {
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4')
  try {
    const message = once(socket, 'message', { signal: AbortSignal.timeout(patience) })
    socket.send(queryFor(name, type), server.port, server.host)
    const [octets] = await message
    return answerOf(octets)
  } finally {
    socket.close()
  }
}

/** Asks over TCP (RFC 7766). */
export async function askByTcp(server: Address, name: string, type: Type): Promise<DnsAnswer> {
  const socket = connect(server.port, server.host)
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('the server is silent')))
  const query = queryFor(name, type)
  socket.write(Buffer.concat([lengthOf(query), query]))
  let octets = Buffer.alloc(0)
  for await (const piece of socket) {
    octets = Buffer.concat([octets, piece])
    if (octets.length >= 2 && octets.length >= 2 + octets.readUInt16BE(0)) break
  }
  if (!socket.closed) await once(socket.destroy(), 'close')
  return answerOf(octets.subarray(2))
}

function lengthOf(query: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(query.length)
  return length
}

function queryFor(name: string, type: Type): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(randomInt(65_536), 0)
  // RD, and one question.
  head.writeUInt16BE(0x0100, 2)
  head.writeUInt16BE(1, 4)
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, TYPES[type], 0, 1])])
}

function answerOf(octets: Buffer): DnsAnswer {
  const flags = octets.readUInt16BE(2)
  return { isTruncated: (flags & 0x0200) !== 0, code: flags & 0x000f, answers: octets.readUInt16BE(6) }
}
