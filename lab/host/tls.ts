import type { Duplex } from 'node:stream'
import { createServer, type Server, type TlsOptions, type TLSSocket } from 'node:tls'
import type { Logger } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Wire } from '../wire/wire.ts'
import { messageOf } from './error.ts'
import { scopes, type Scope } from './scope.ts'

/** Milliseconds that a client may take for the TLS handshake. */
const HANDSHAKE = 20_000

/** The TLS server sides of one service, one engine for each set of options. */
export class TlsUpgrades {
  readonly #wire: Wire
  readonly #log: Logger
  readonly #engines = new WeakMap<TlsOptions, Server>()

  constructor(wire: Wire, log: Logger) {
    this.#wire = wire
    this.#log = log
  }

  /** Runs the handshake on the stream; rejects, with the stream destroyed, if it fails. */
  upgrade(stream: Duplex, options: TlsOptions, scope: Scope & { readonly flow: Flow }): Promise<TLSSocket> {
    const engine = this.#engine(options)
    const handshake = new Handshake(stream)
    const upgrade: Upgrade = { ...scope, handshake }
    scopes.run(upgrade, () => engine.emit('connection', stream))
    return handshake.outcome
  }

  #engine(options: TlsOptions): Server {
    const earlier = this.#engines.get(options)
    if (earlier !== undefined) return earlier
    const engine = createServer({ handshakeTimeout: HANDSHAKE, ...options })
    // The handles of a handshake are made inside its scope, and so their events carry it.
    engine.on('secureConnection', (secured) => current()?.handshake.done(secured))
    engine.on('tlsClientError', (error) => {
      this.#log.debug({ connection: current()?.flow.id, reason: messageOf(error) }, 'TLS handshake failed')
      current()?.handshake.failed(error)
    })
    engine.on('keylog', (line) => {
      const flow = current()?.flow
      if (flow !== undefined) this.#wire.secret(flow, line)
    })
    this.#engines.set(options, engine)
    return engine
  }
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
  readonly outcome: Promise<TLSSocket>
  #resolve: (secured: TLSSocket) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(stream: Duplex) {
    this.#stream = stream
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    stream.once('close', () => this.failed(new Error('the client left during the handshake')))
  }

  done(secured: TLSSocket): void {
    this.#resolve(secured)
  }

  failed(error: Error): void {
    this.#reject(error)
    this.#stream.destroy()
  }
}
