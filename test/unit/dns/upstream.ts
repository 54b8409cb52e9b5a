/** A name server for tests that answers as it is told, over UDP and TCP on one port. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { decodeMessage, type Message, type RecordSet } from '../../../services/dns/wire/message.ts'

/** What is sent for a query; nothing for an empty list. */
export type Script = (
  query: Message,
  transport: 'udp' | 'tcp',
) => readonly Buffer[] | Promise<readonly Buffer[]>

/** The server and the queries that it got, each as `transport name`. */
export interface Upstream extends AsyncDisposable {
  readonly address: string
  readonly port: number
  readonly asked: readonly Message[]
  readonly ports: ReadonlySet<number>
}

/** How an upstream differs from the usual one. */
interface Oddity {
  /** A port that was its own before. */
  readonly port?: number
  /** Takes the TCP connections in the script's place. */
  readonly serve?: (socket: Socket) => void
}

/** Starts it on a loopback port of its own. */
export async function openUpstream(
  script: Script,
  { port: given = 0, serve }: Oddity = {},
): Promise<Upstream> {
  const asked: Message[] = []
  const ports = new Set<number>()
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    if (serve !== undefined) {
      serve(socket)
      socket.resume()
      return
    }
    const framer = new Framer()
    socket.on('data', (chunk: Buffer) => {
      framer.push(chunk)
      for (let octets = framer.next(); octets !== undefined; octets = framer.next()) {
        const query = decodeMessage(octets)
        asked.push(query)
        void Promise.resolve(script(query, 'tcp')).then((answers) =>
          answers.forEach((answer) => socket.write(frame(answer))),
        )
      }
    })
  })
  const udp = createSocket('udp4')
  udp.on('message', (octets, peer) => {
    const query = decodeMessage(octets)
    asked.push(query)
    ports.add(peer.port)
    void Promise.resolve(script(query, 'udp')).then((answers) =>
      answers.forEach((answer) => udp.send(answer, peer.port, peer.address)),
    )
  })
  tcp.listen(given, '127.0.0.1')
  await once(tcp, 'listening')
  const bound = tcp.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    address: `127.0.0.1:${port}`,
    port,
    asked,
    ports,
    async [Symbol.asyncDispose]() {
      udp.close()
      tcp.close()
      await once(tcp, 'close')
    },
  }
}

/** An answer to the query with these parts changed. */
export function answerTo(query: Message, parts: Partial<Message> = {}): Buffer {
  return encodeMessage({
    ...query,
    flags: 0x8180,
    rcode: 0,
    answer: [],
    authority: [],
    additional: [],
    ...parts,
  })
}

/** A record set of one name. */
export function named(owner: string, type: string, target: string, ttl = 60): RecordSet {
  const code = findType(type)?.code ?? 0
  return { owner: parseName(owner, ROOT), type: code, class: 1, ttl, data: [parseName(target, ROOT).wire] }
}

/** The SOA of a zone. */
export function soa(zone: string, ttl: number, minimum = 30): RecordSet {
  const numbers = Buffer.alloc(20)
  numbers.writeUInt32BE(minimum, 16)
  const data = [Buffer.concat([ROOT.wire, ROOT.wire, numbers])]
  return { owner: parseName(zone, ROOT), type: 6, class: 1, ttl, data }
}

/** A record set with one address. */
export function address(name: string, last: number, ttl = 60): RecordSet {
  return { owner: parseName(name, ROOT), type: 1, class: 1, ttl, data: [Buffer.from([198, 51, 100, last])] }
}
