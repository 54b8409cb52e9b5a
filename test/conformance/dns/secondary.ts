/** Secondary servers that are told by NOTIFY (RFC 1996), and the server under test that tells them. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { encodeMessage } from '../../../services/dns/wire/encode.ts'
import { decodeMessage, type Message } from '../../../services/dns/wire/message.ts'
import { FLAGS, openSubject, type Subject } from './subject.ts'

/** The names of the zones that they are told of, as keys. */
export const CONFORMANCE = '\u000bconformance\u0004test\0'
export const OTHER = '\u0005other\u0004test\0'

/** A socket that hears NOTIFY as a secondary does. */
export class Secondary implements Disposable {
  readonly heard: Message[] = []
  /** What it sends back. */
  answers: (message: Message) => readonly Buffer[] = () => []
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('message', (octets, from) => {
      const message = decodeMessage(octets)
      this.heard.push(message)
      for (const answer of this.answers(message)) socket.send(answer, from.port, from.address)
    })
  }

  get port(): number {
    return this.socket.address().port
  }

  /** The names of the zones it has heard of. */
  zones(): readonly (string | undefined)[] {
    return this.heard.map(({ questions }) => questions[0]?.name.key)
  }

  [Symbol.dispose](): void {
    this.socket.close()
  }
}

/** With a code it answers so; without one not at all. */
export async function openSecondary(rcode?: number): Promise<Secondary> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const secondary = new Secondary(socket)
  if (rcode !== undefined)
    secondary.answers = (message) => [
      encodeMessage({ ...message, flags: message.flags | FLAGS.response, rcode, answer: [] }),
    ]
  return secondary
}

/** The server under test with two zones, of which it tells these servers. */
export function openTelling(...secondaries: readonly Secondary[]): Promise<Subject> {
  const servers = secondaries.map(({ port }) => `127.0.0.1 port ${port};`)
  return openSubject({
    zones: { 'conformance.test': 'zone.db', 'other.test': 'other.db' },
    options: tellingOf(secondaries),
    bindZone: `notify explicit; also-notify { ${servers.join(' ')} };`,
  })
}

/** The option of the service that names the servers to tell. */
export function tellingOf(secondaries: readonly Secondary[]): string {
  return `notify: [${secondaries.map(({ port }) => `"127.0.0.1:${port}"`).join(', ')}]`
}
