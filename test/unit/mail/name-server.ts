/** A name server that says what a test wants, over UDP and TCP on one port. */
import { Packet } from 'dns2'
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Address } from '../../../lab/service.ts'
import { freePort } from '../../port.ts'

/** A record as the codec writes it, but for its class. */
export type Answer = Partial<Packet['answers'][number]> & { readonly type: number }

/** What is answered to one question: octets as they are, or records; undefined says nothing. */
export type Answering = (
  name: string,
  type: number,
  transport: 'udp' | 'tcp',
  query: Packet,
) => Buffer | readonly Answer[] | undefined

/** An open server. */
export class TestNameServer implements AsyncDisposable {
  readonly address: Address
  /** What was asked, as `A name`, `TCP MX name`. */
  readonly asked: string[] = []
  readonly #udp: DatagramSocket
  readonly #tcp: Server

  private constructor(address: Address, udp: DatagramSocket, tcp: Server) {
    this.address = address
    this.#udp = udp
    this.#tcp = tcp
  }

  static async open(answering: Answering): Promise<TestNameServer> {
    const port = await freePort()
    const udp = createSocket('udp4')
    const tcp = createServer()
    const server = new TestNameServer({ host: '127.0.0.1', port }, udp, tcp)
    const answer = (message: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined => {
      const query = Packet.parse(message)
      const [question] = query.questions
      if (question === undefined) return undefined
      const type = Object.entries(Packet.TYPE).find(([, number]) => number === question.type)?.[0] ?? 'TYPE?'
      server.asked.push(`${transport === 'tcp' ? 'TCP ' : ''}${type} ${question.name}`)
      const said = answering(question.name, question.type, transport, query)
      if (said === undefined || Buffer.isBuffer(said)) return said
      return reply(query, said).toBuffer()
    }
    udp.on('message', (message, { port: from, address }) => {
      const said = answer(message, 'udp')
      if (said !== undefined) udp.send(said, from, address)
    })
    tcp.on('connection', (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (octets: Buffer) => {
        const said = answer(octets.subarray(2), 'tcp')
        const length = Buffer.alloc(2)
        length.writeUInt16BE(said?.length ?? 0)
        if (said === undefined) socket.end()
        else socket.write(Buffer.concat([length, said]))
      })
    })
    udp.bind(port, '127.0.0.1')
    tcp.listen(port, '127.0.0.1')
    await Promise.all([once(udp, 'listening'), once(tcp, 'listening')])
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close()
    await new Promise((resolve) => this.#tcp.close(resolve))
  }
}

/** An answer to a query that may be changed before it is sent. */
export function reply(query: Packet, answers: readonly Answer[] = [], rcode = 0): Packet {
  const packet = new Packet()
  Object.assign(packet.header, { id: query.header.id, qr: 1, rd: 1, ra: 1, rcode })
  packet.questions.push(...query.questions)
  const [question] = query.questions
  packet.answers.push(
    ...answers.map(
      (answer) =>
        ({ name: question?.name ?? '', class: 1, ttl: 300, ...answer }) as Packet['answers'][number],
    ),
  )
  return packet
}
