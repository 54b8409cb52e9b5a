import type { Duplex } from 'node:stream'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Logger, ServerTlsOptions, TlsAlert } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Wire } from '../wire/wire.ts'
import { alertRecord } from './alert.ts'
import { messageOf } from './error.ts'
import { scopes, type Scope } from './scope.ts'

/** Milliseconds that a client may take for the TLS handshake. */
const HANDSHAKE = 20_000
/** Milliseconds that a refused client has to read why. */
const LINGER = 1000

/** The TLS server sides of one service, one engine for each set of options. */
export class TlsUpgrades {
  readonly #wire: Wire
  readonly #log: Logger
  readonly #engines = new WeakMap<ServerTlsOptions, Engine>()
  /** What an alert for a client is made with. */
  readonly #refusable = new WeakMap<TLSSocket, { readonly stream: Duplex; readonly secret: Buffer }>()

  constructor(wire: Wire, log: Logger) {
    this.#wire = wire
    this.#log = log
  }

  /** Runs the handshake on the stream; rejects, with the stream destroyed, if it fails. */
  upgrade(
    stream: Duplex,
    options: ServerTlsOptions,
    scope: Scope & { readonly flow: Flow },
  ): Promise<TLSSocket> {
    const engine = this.#engine(options)
    this.#listen(engine, options)
    engine.handshakes += 1
    const handshake = new Handshake(stream, (result) => {
      engine.handshakes -= 1
      this.#tell(scope.flow, result)
    })
    const upgrade: Upgrade = { ...scope, handshake }
    // A client that closes its half in the middle of the handshake has left, and is not waited for; afterwards it may.
    const { allowHalfOpen } = stream
    stream.allowHalfOpen = false
    scopes.run(upgrade, () => engine.server.emit('connection', stream))
    stream.allowHalfOpen = allowHalfOpen
    if (options.requestCert !== true) return handshake.outcome
    return handshake.outcome.then((secured) => {
      if (handshake.secret !== undefined) this.#refusable.set(secured, { stream, secret: handshake.secret })
      return secured
    })
  }

  /** Ends a connection whose client has shown a certificate that is not good enough, with an alert where TLS 1.3 is spoken; to be called before anything is written. */
  refuse(secured: TLSSocket, alert: TlsAlert): void {
    const { stream, secret } = this.#refusable.get(secured) ?? {}
    const record = secret && alertRecord(secured, secret, alert)
    if (stream === undefined || record === undefined) {
      secured.destroy()
      return
    }
    // What the client sends meanwhile is read: a connection that is closed over unread octets is reset, and the alert lost.
    secured.resume()
    secured.once('end', () => secured.destroy())
    // The tickets of the handshake are on their way by then.
    setImmediate(() => stream.write(record))
    setTimeout(() => secured.destroy(), LINGER).unref()
  }

  #tell(flow: Flow, result: TLSSocket | Error): void {
    this.#wire.secured(flow, result)
    if (!(result instanceof Error)) this.#wire.plain(flow, result)
  }

  #engine(options: ServerTlsOptions): Engine {
    const earlier = this.#engines.get(options)
    if (earlier !== undefined) return earlier
    const { staple, ...own } = options
    const server = createServer({ handshakeTimeout: HANDSHAKE, ...own })
    // A handshake waits for a listener, also one that has nothing to say.
    if (staple !== undefined)
      server.on('OCSPRequest', (certificate, _issuer, done) => {
        void this.#handOut(() => staple(certificate), done)
      })
    // The handles of a handshake are made inside its scope, and so their events carry it.
    server.on('secureConnection', (secured) => {
      secured.allowHalfOpen = true
      current()?.handshake.done(secured)
    })
    server.on('tlsClientError', (error) => {
      const upgrade = current()
      this.#log.debug({ connection: upgrade?.flow.id, reason: messageOf(error) }, 'TLS handshake failed')
      upgrade?.handshake.failed(error)
    })
    const engine = { server, handshakes: 0 }
    this.#engines.set(options, engine)
    return engine
  }

  async #handOut(
    staple: () => Promise<Buffer>,
    done: (error: null, answer: Buffer | null) => void,
  ): Promise<void> {
    let answer: Buffer | null = null
    try {
      answer = await staple()
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'no OCSP answer to staple; the handshake goes on')
    }
    done(null, answer)
  }

  /** OpenSSL tells secrets, which costs each handshake some microseconds, only while somebody wants to know them. */
  #listen({ server, handshakes }: Engine, options: ServerTlsOptions): void {
    const isWanted = options.requestCert === true || this.#wire.isAttached
    const isHeard = server.listenerCount('keylog') > 0
    if (isWanted && !isHeard) server.on('keylog', this.#hear)
    // A handshake that is under way has not told all of its secrets.
    if (!isWanted && isHeard && handshakes === 0) server.off('keylog', this.#hear)
  }

  readonly #hear = (line: Buffer): void => {
    const upgrade = current()
    if (upgrade === undefined) return
    this.#wire.secret(upgrade.flow, line)
    upgrade.handshake.hear(line)
  }
}

/** A server side of TLS. */
interface Engine {
  readonly server: Server
  /** How many are under way. */
  handshakes: number
}

/** A scope in which a handshake is under way. */
interface Upgrade extends Scope {
  readonly flow: Flow
  readonly handshake: Handshake
}

function current(): Upgrade | undefined {
  const scope = scopes.getStore()
  return scope !== undefined && isUpgrade(scope) ? scope : undefined
}

function isUpgrade(scope: Scope): scope is Upgrade {
  return 'handshake' in scope && scope.handshake instanceof Handshake
}

/** The outcome of one handshake. */
class Handshake {
  readonly #stream: Duplex
  /** The first secret that the server encrypts what it sends with, in TLS 1.3. */
  secret: Buffer | undefined
  readonly outcome: Promise<TLSSocket>
  #resolve: (secured: TLSSocket) => void = () => undefined
  #reject: (error: Error) => void = () => undefined
  readonly #tell: (result: TLSSocket | Error) => void
  #isOver = false

  /** `tell` hears once how it ends. */
  constructor(stream: Duplex, tell: (result: TLSSocket | Error) => void) {
    this.#stream = stream
    this.#tell = tell
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    stream.once('close', () => this.failed(new Error('the client left during the handshake')))
  }

  /** A line of SSLKEYLOGFILE. */
  hear(line: Buffer): void {
    const [, hex] = /^SERVER_TRAFFIC_SECRET_0 \S+ ([0-9a-f]+)/.exec(line.toString('latin1')) ?? []
    if (hex !== undefined) this.secret = Buffer.from(hex, 'hex')
  }

  done(secured: TLSSocket): void {
    this.#end(secured)
    this.#resolve(secured)
  }

  #end(result: TLSSocket | Error): void {
    if (!this.#isOver) this.#tell(result)
    this.#isOver = true
  }

  failed(error: Error): void {
    this.#end(error)
    this.#reject(error)
    this.#stream.destroy()
  }
}
