/** The SMTP server in memory, with an office that keeps what it is given. */
import { duplexPair, type Duplex } from 'node:stream'
import type { TlsOptions, TLSSocket } from 'node:tls'
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import type { Fact, FactData, Fault, Peer, ServiceContext, World } from '../../../lab/service.ts'
import { createAccounts } from '../../../lab/world/accounts.ts'
import type {
  Client,
  Entrance,
  Envelope,
  Intake,
  PostOffice,
  Recipient,
  Refusal,
  Sender,
} from '../../../services/mail/envelope.ts'
import { Logins } from '../../../services/mail/login.ts'
import { mailOptions, type MailConfig } from '../../../services/mail/options.ts'
import { SmtpServer } from '../../../services/mail/smtp/server.ts'
import { SmtpClient } from './smtp-client.ts'

/** A message that was taken. */
export interface Taken {
  readonly client: Client
  readonly envelope: Envelope
  readonly content: string
}

/** Takes all mail, but for what it is told to refuse. */
export class FakeOffice implements PostOffice {
  readonly taken: Taken[] = []
  /** Intakes that were given up. */
  aborted = 0
  /** Refusals by addresses; `message` refuses at the end. */
  readonly refusals = new Map<string, Refusal>()
  /** Awaited at each write and at each end. */
  hold: Promise<void> | undefined

  async judgeSender(_: Client, { address }: Sender): Promise<Refusal | undefined> {
    return this.refusals.get(address)
  }

  async judgeRecipient(_: Client, __: Sender, { address }: Recipient): Promise<Refusal | undefined> {
    return this.refusals.get(address)
  }

  open(client: Client, envelope: Envelope): Intake {
    const pieces: Buffer[] = []
    let isOver = false
    const end = (): void => {
      if (isOver) throw new Error('the intake has ended already')
      isOver = true
    }
    return {
      write: async (octets) => {
        if (isOver) throw new Error('the intake has ended already')
        pieces.push(Buffer.from(octets))
        await this.hold
      },
      finish: async () => {
        end()
        await this.hold
        const refusal = this.refusals.get('message')
        if (refusal !== undefined) return refusal
        this.taken.push({ client, envelope, content: Buffer.concat(pieces).toString('latin1') })
        return { id: `id-${this.taken.length}` }
      },
      lose: async () => {
        end()
        return { id: 'lost' }
      },
      abort: async () => {
        end()
        this.aborted += 1
      },
    }
  }

  look(name: string): readonly string[] | undefined {
    return { ana: ['ana@lab.test'], all: ['ana@lab.test', 'ben@lab.test'] }[name]
  }
}

/** How the server differs from the usual one. */
export interface SmtpSetting {
  /** Options of `smtp`. */
  readonly smtp?: object
  /** Options of the service. */
  readonly mail?: object
  readonly faults?: readonly Fault[]
  readonly upgrade?: (stream: Duplex, options: TlsOptions) => Promise<TLSSocket>
}

/** A server on which connections are opened in memory. */
export class TestSmtp implements AsyncDisposable {
  readonly clock = new LabClock()
  readonly office = new FakeOffice()
  readonly facts: (FactData & { readonly kind: string })[] = []
  /** What was logged as an error. */
  readonly errors: object[] = []
  /** Subjects with which faults were asked for, by points. */
  readonly subjects = new Map<string, Readonly<Record<string, string>>>()
  readonly server: SmtpServer
  readonly #abort = new AbortController()
  readonly #streams: Duplex[] = []

  constructor(setting: SmtpSetting = {}) {
    const config = mailOptions.parse({
      failureDelay: 0,
      hostname: 'mail.lab.test',
      ...setting.mail,
      smtp: setting.smtp,
    })
    if (config.smtp === false) throw new Error('the tests need smtp')
    const ctx = this.#context(config, setting)
    this.server = new SmtpServer({
      ctx,
      config: config.smtp,
      office: this.office,
      logins: new Logins(ctx),
      tlsOptions: () => ({}),
    })
  }

  #context(config: MailConfig, { faults = [], upgrade }: SmtpSetting): ServiceContext<MailConfig> {
    const { clock } = this
    const random = createRandom('smtp')
    const entries = [{ name: 'ana', password: 'secret' }]
    const accounts = createAccounts({ entries, domain: () => 'lab.test', clock, random })
    const nothing = (): void => undefined
    const world: Partial<World> = { domain: 'lab.test', address: '127.0.0.1', accounts }
    const parts: Partial<ServiceContext<MailConfig>> = {
      config,
      clock,
      random,
      signal: this.#abort.signal,
      world: world as World,
      log: { debug: nothing, info: nothing, warn: nothing, error: (fields) => void this.errors.push(fields) },
      record: (fact: Fact) => {
        const data = typeof fact.data === 'function' ? fact.data() : fact.data
        this.facts.push({ kind: fact.kind, ...data })
      },
      fault: (point, subject = {}) => {
        this.subjects.set(point, subject)
        return faults.find(({ at }) => at === point)
      },
      upgrade: upgrade ?? (() => Promise.reject(new Error('there is no TLS in this test'))),
    }
    return parts as ServiceContext<MailConfig>
  }

  /** Serves a stream. */
  serve(stream: Duplex, entrance: Entrance = 'smtp', host = '127.0.0.1'): void {
    const local = { host: '127.0.0.1', port: 25 }
    const peer: Peer = { host, port: 40_000, connection: 7, local }
    // As the host does: the other end may reset at any moment.
    stream.on('error', () => undefined)
    this.#streams.push(stream)
    this.server.serve(stream, peer, entrance)
  }

  connect(entrance: Entrance = 'smtp', host = '127.0.0.1'): SmtpClient {
    const [client, server] = duplexPair()
    this.serve(server, entrance, host)
    return new SmtpClient(client)
  }

  /** A client that has said hello. */
  greeted(entrance: Entrance = 'smtp', host = '127.0.0.1'): Promise<SmtpClient> {
    return this.connect(entrance, host).greet()
  }

  /** The server's end of the connection that was opened last. */
  get lastStream(): Duplex | undefined {
    return this.#streams.at(-1)
  }

  /** Facts of one kind. */
  factsOf(kind: string): readonly FactData[] {
    return this.facts.filter((fact) => fact.kind === kind)
  }

  stop(): void {
    this.#abort.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams) stream.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    this.clock.close()
  }
}

/** Lets what is ready happen. */
export async function settle(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
