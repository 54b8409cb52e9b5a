/** A name server for tests that answers as it is told, over UDP and TCP on one port. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
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
  readonly asked: readonly Message[]
  readonly ports: ReadonlySet<number>
}

/** Starts it on a loopback port of its own. */
export async function openUpstream(script: Script): Promise<Upstream> {
  const asked: Message[] = []
  const ports = new Set<number>()
  const tcp = createServer((socket) => {
    const framer = new Framer()
    socket.on('error', () => socket.destroy())
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
  const udp: Socket = createSocket('udp4')
  udp.on('message', (octets, peer) => {
    const query = decodeMessage(octets)
    asked.push(query)
    ports.add(peer.port)
    void Promise.resolve(script(query, 'udp')).then((answers) =>
      answers.forEach((answer) => udp.send(answer, peer.port, peer.address)),
    )
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const bound = tcp.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    address: `127.0.0.1:${port}`,
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

/** A record set with one address. */
export function address(name: string, last: number, ttl = 60): RecordSet {
  return { owner: parseName(name, ROOT), type: 1, class: 1, ttl, data: [Buffer.from([198, 51, 100, last])] }
}
