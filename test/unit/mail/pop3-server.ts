/** The POP3 server on a port of the loopback, over a World of its own. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket, type TlsOptions } from 'node:tls'
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import type { Address, Fact, FactData, Fault, Mailbox, ServiceContext } from '../../../lab/service.ts'
import { createWorld, type LabWorld } from '../../../lab/world/world.ts'
import { Logins } from '../../../services/mail/login.ts'
import { mailOptions } from '../../../services/mail/options.ts'
import type { Pop3Desk } from '../../../services/mail/pop3/desk.ts'
import { Pop3Server } from '../../../services/mail/pop3/server.ts'
import { temporaryFolder } from '../../lab.ts'
import { Client } from '../http/server.ts'

/** How a server differs from the usual one. */
export interface Pop3Setting {
  /** Options of `pop3`. */
  readonly pop3?: object
  /** Options of the service. */
  readonly mail?: object
  readonly faults?: readonly Fault[]
  /** Who the client is said to be. */
  readonly host?: string
  /** The mail of accounts, in the order of delivery; text of one character for each octet. */
  readonly messages?: Readonly<Record<string, readonly (string | Buffer)[]>>
}

/** Accounts of the tests, each with the password `secret`, and one whose password has blanks. */
const ENTRIES = [
  { name: 'ana', password: 'secret' },
  { name: 'ben', password: 'secret' },
  { name: 'eva', password: ' two  blanks ' },
]

/** A server that runs. */
export class TestPop3 implements AsyncDisposable {
  readonly clock = new LabClock()
  readonly facts: (FactData & { readonly kind: string })[] = []
  /** What was logged as an error. */
  readonly errors: object[] = []
  readonly world: LabWorld
  readonly server: Pop3Server
  readonly ctx: Pop3Desk['ctx']
  readonly #abort = new AbortController()
  readonly #folder = temporaryFolder()
  readonly #listener: Server
  readonly #streams = new Set<Duplex>()
  readonly #clients: Client[] = []
  #tls: TlsOptions = {}

  private constructor(setting: Pop3Setting) {
    const { clock } = this
    const config = mailOptions.parse({ failureDelay: 0, ...setting.mail, pop3: setting.pop3 })
    if (config.pop3 === false) throw new Error('the tests need pop3')
    const random = createRandom('pop3')
    this.world = createWorld({
      domain: 'lab.test',
      address: '127.0.0.1',
      accounts: ENTRIES,
      folder: this.#folder.path,
      clock,
      random,
    })
    const nothing = (): void => undefined
    const ctx = {
      config,
      clock,
      random,
      world: this.world,
      signal: this.#abort.signal,
      log: {
        debug: nothing,
        info: nothing,
        warn: nothing,
        error: (fields: object) => void this.errors.push(fields),
      },
      record: ({ kind, data }: Fact) =>
        void this.facts.push({ kind, ...(typeof data === 'function' ? data() : data) }),
      fault: (point: string, subject: Readonly<Record<string, string>> = {}) =>
        setting.faults?.find(
          ({ at, account }) => at === point && (account === undefined || account === subject['account']),
        ),
      upgrade: (stream: Duplex, options: TlsOptions) => upgrade(stream, options),
    } satisfies Partial<ServiceContext<typeof config>>
    this.ctx = ctx
    this.server = new Pop3Server({
      ctx,
      config: config.pop3,
      tlsOptions: () => this.#tls,
      logins: new Logins(ctx),
    })
    this.#listener = createServer((socket: Socket) => this.serve(socket, setting.host))
  }

  static async open(setting: Pop3Setting = {}): Promise<TestPop3> {
    const test = new TestPop3(setting)
    for (const [account, messages] of Object.entries(setting.messages ?? {}))
      for (const message of messages)
        await test
          .mailbox(account)
          .deliver(typeof message === 'string' ? Buffer.from(message, 'latin1') : message)
    test.#listener.listen(0, '127.0.0.1')
    await once(test.#listener, 'listening')
    return test
  }

  get address(): Address {
    const address = this.#listener.address()
    if (address === null || typeof address === 'string') throw new Error('the listener has no port')
    return { host: '127.0.0.1', port: address.port }
  }

  /** Below it each account has its folder `Maildir`. */
  get mailFolder(): string {
    return `${this.#folder.path}/mail`
  }

  mailbox(account = 'ana'): Mailbox {
    const mailbox = this.world.mail.mailbox(account)
    if (mailbox === undefined) throw new Error(`there is no account ${account}`)
    return mailbox
  }

  serve(stream: Duplex, host = '127.0.0.1'): void {
    // As the host does: the other end may reset at any moment.
    stream.on('error', () => undefined)
    stream.on('close', () => this.#streams.delete(stream))
    this.#streams.add(stream)
    const local = { host: '127.0.0.1', port: 110 }
    this.server.serve(stream, { host, port: 40_000, connection: 7, local }, false)
  }

  connect(): Client {
    const client = new Client(this.address.port)
    this.#clients.push(client)
    return client
  }

  /** A client that has logged in. */
  async enter(account = 'ana', password = 'secret'): Promise<Client> {
    const client = this.connect().send(`USER ${account}\r\nPASS ${password}\r\n`)
    await client.until(/\+OK Logged in\.\r\n$/)
    client.received = ''
    return client
  }

  /** Offers a certificate of the lab with STLS. */
  async certify(): Promise<string> {
    const { key, chain, authority } = await this.world.certificates.issue({
      names: ['localhost'],
      purpose: 'server',
    })
    this.#tls = { key, cert: chain }
    return authority
  }

  /** How many the server has not closed. */
  get connections(): number {
    return this.#streams.size
  }

  factsOf(kind: string): readonly FactData[] {
    return this.facts.filter((fact) => fact.kind === kind)
  }

  stop(): void {
    this.#abort.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy()
    for (const stream of this.#streams) stream.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
    this.clock.close()
    this.#folder[Symbol.dispose]()
  }
}

function upgrade(stream: Duplex, options: TlsOptions): Promise<TLSSocket> {
  const secured = new TLSSocket(stream, { ...options, isServer: true })
  return new Promise((resolve, reject) => {
    secured.once('secure', () => resolve(secured))
    secured.once('error', reject)
    secured.once('close', () => reject(new Error('the client left during the handshake')))
  })
}

/** Sends commands and resolves with all that is answered, greeting and farewell included. */
export async function dialogue(lab: Pick<TestPop3, 'connect'>, ...lines: readonly string[]): Promise<string> {
  const client = lab.connect()
  client.send([...lines, 'QUIT', ''].join('\r\n'))
  return client.all()
}
