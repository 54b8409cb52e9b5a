/** Another mail server, smtp-server of npm, that takes, puts off and refuses as a test wants. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Address } from '../../../lab/service.ts'
import type { Office } from '../../../services/mail/office.ts'
import { clientAt, recipientOf, senderOf } from '../../unit/mail/office.ts'

/** A message that the server has taken. */
export interface Arrived {
  readonly from: string
  readonly to: readonly string[]
  readonly isSecure: boolean
  readonly message: Buffer
  readonly envelope: SMTPServerSession['envelope']
}

/** How a server behaves. */
export interface PeerBehaviour {
  /** What is said to a recipient instead of yes, as `450 text`; `cut` ends the connection. */
  readonly recipient?: (address: string) => string | undefined
  /** What is said at the end of a message instead of yes. */
  readonly message?: (arrived: Arrived) => string | undefined
  readonly options?: SMTPServerOptions
}

/** An open server. */
export class RelayPeer implements AsyncDisposable {
  readonly arrived: Arrived[] = []
  /** Connections so far. */
  connections = 0
  readonly #server: SMTPServer
  address: Address = { host: '127.0.0.1', port: 0 }

  constructor({ recipient, message, options }: PeerBehaviour) {
    this.#server = new SMTPServer({
      authOptional: true,
      hideDSN: false,
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 500,
      onConnect: (_session, done) => {
        this.connections += 1
        done()
      },
      onRcptTo: ({ address }, _session, done) => done(failure(recipient?.(address))),
      onData: (stream, session, done) => {
        const pieces: Buffer[] = []
        stream.on('data', (piece: Buffer) => void pieces.push(piece))
        stream.on('end', () => {
          const arrived: Arrived = {
            from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
            to: session.envelope.rcptTo.map(({ address }) => address),
            isSecure: session.secure,
            message: Buffer.concat(pieces),
            envelope: structuredClone(session.envelope),
          }
          const refusal = failure(message?.(arrived))
          if (refusal === null) this.arrived.push(arrived)
          done(refusal)
        })
      },
      ...options,
    })
    this.#server.on('error', () => undefined)
  }

  static async open(behaviour: PeerBehaviour = {}, port = 0): Promise<RelayPeer> {
    const peer = new RelayPeer(behaviour)
    const server = peer.#server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    peer.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    return peer
  }

  /** Its place as a route names it. */
  get route(): string {
    return `127.0.0.1:${this.address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

function failure(reply: string | undefined): Error | null {
  if (reply === undefined) return null
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) })
}

/** A server that hands all mail to an office, which judges it. */
export function frontOf(office: () => Office): Promise<RelayPeer> {
  const refusal = (answer: { code: number; status: string; text: string } | undefined): Error | null =>
    failure(answer && `${answer.code} ${answer.status} ${answer.text}`)
  const sender = (session: SMTPServerSession): string =>
    session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
  return RelayPeer.open({
    options: {
      onMailFrom: ({ address }, _session, done) => {
        void (async (): Promise<void> =>
          done(refusal(await office().judgeSender(clientAt(), senderOf(address)))))()
      },
      onRcptTo: ({ address }, session, done) => {
        const [from, to] = [senderOf(sender(session)), recipientOf(address)]
        void (async (): Promise<void> => done(refusal(await office().judgeRecipient(clientAt(), from, to))))()
      },
      onData: (stream, session, done) => {
        const intake = office().open(clientAt(), {
          sender: senderOf(sender(session)),
          recipients: session.envelope.rcptTo.map(({ address }) => recipientOf(address)),
        })
        void (async (): Promise<void> => {
          for await (const piece of stream) await intake.write(piece as Buffer)
          const result = await intake.finish()
          done('id' in result ? null : refusal(result), 'id' in result ? `OK id=${result.id}` : undefined)
        })()
      },
    },
  })
}
