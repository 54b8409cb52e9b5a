/** The whole service without sockets: octets go in, octets come out. */
import { DatabaseSync } from 'node:sqlite'
import { duplexPair, type Duplex } from 'node:stream'
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import type { Peer, ServeDatagram, ServeStream, ServiceContext, Target, World } from '../../../lab/service.ts'
import { config, type Config } from '../../../services/dns/config.ts'
import { service } from '../../../services/dns/index.ts'
import { temporaryFolder } from '../../lab.ts'

const ADDRESS = { host: '127.0.0.1', port: 53 }
const PEER: Peer = { host: '127.0.0.1', port: 40_000, connection: 1, local: ADDRESS }

/** How the service is set up. */
interface InProcessOptions {
  /** The options as a scenario has them, without `zone`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Master files by their names. */
  readonly files: Readonly<Record<string, string>>
  /** Stands for the network behind the service. */
  readonly connect?: (target: Target) => Promise<Duplex>
}

/** A running service. */
export class InProcess implements AsyncDisposable {
  readonly clock = new LabClock()
  /** Facts so far, by their kinds. */
  readonly facts = new Map<string, number>()
  private readonly abort = new AbortController()
  private readonly database = new DatabaseSync(':memory:')
  private readonly folder = temporaryFolder()
  private running: AsyncDisposable | undefined
  private serveDatagram: ServeDatagram | undefined
  private serveStream: ServeStream | undefined

  static async open({ options, files, connect }: InProcessOptions): Promise<InProcess> {
    const self = new InProcess()
    const settings = config.parse({ ...options, zone: Object.keys(files) })
    const started = await service.start(self.context(settings, files, connect))
    self.running = started ?? undefined
    return self
  }

  /** Gives a datagram to the service. */
  datagram(octets: Buffer): ReturnType<ServeDatagram> {
    if (this.serveDatagram === undefined) throw new Error('the service takes no datagrams')
    return this.serveDatagram(octets, PEER)
  }

  /** The client's end of a new connection. */
  connection(): Duplex {
    const [client, server] = duplexPair()
    void this.serveStream?.(server, PEER)
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort()
    await this.running?.[Symbol.asyncDispose]()
    this.clock.close()
    this.database.close()
    this.folder[Symbol.dispose]()
  }

  private context(
    settings: Config,
    files: InProcessOptions['files'],
    connect: InProcessOptions['connect'],
  ): ServiceContext<Config> {
    const none = (): never => {
      throw new Error('there is nothing of that kind in this test')
    }
    const nothing = (): void => undefined
    return {
      instance: 'dns',
      config: settings,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      clock: this.clock,
      random: createRandom('in process'),
      signal: this.abort.signal,
      world: worldWith(none),
      files: { path: none, text: (name) => files[name] ?? none() },
      tcp: (_, serve) => {
        this.serveStream = serve
        return Promise.resolve(ADDRESS)
      },
      udp: (_, serve) => {
        this.serveDatagram = serve
        return Promise.resolve(ADDRESS)
      },
      connect: connect ?? (() => Promise.reject(new Error('there is no network'))),
      tls: none,
      upgrade: none,
      refuse: none,
      reveal: none,
      certificate: none,
      store: () => ({ database: this.database, folder: this.folder.path }),
      fault: () => undefined,
      record: ({ kind }) => {
        this.facts.set(kind, (this.facts.get(kind) ?? 0) + 1)
      },
    }
  }
}

function worldWith(none: () => never): World {
  const quiet = { [Symbol.dispose]() {} }
  return {
    domain: 'conformance.test',
    address: '127.0.0.1',
    names: {
      publish: () => quiet,
      list: () => [],
      watch: () => quiet,
      answerAt: () => quiet,
      resolver: () => undefined,
    },
    accounts: { list: () => [], find: none, verify: none, scramSalt: none, scram: none },
    mail: { mailbox: none },
    certificates: {
      issue: none,
      authority: none,
      issuer: none,
      standing: none,
      crl: none,
      ocsp: none,
      status: none,
      publish: none,
    },
  }
}
