/** Mail in: the endpoints smtp, submission and smtps. */
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import type { Peer, ServiceContext } from '../../../lab/service.ts'
import { mailDate } from '../delivery/date.ts'
import type { Entrance, PostOffice } from '../envelope.ts'
import { hostnameOf } from '../hostname.ts'
import type { Logins } from '../login.ts'
import type { Extension, MailConfig, SmtpConfig } from '../options.ts'
import { SmtpConnection } from './connection.ts'
import { Dialogue, type SmtpParts } from './dialogue.ts'
import { Rate } from './rate.ts'
import type { Outcome } from './reply.ts'

/** What a server is made of. */
export interface SmtpServerOptions {
  readonly ctx: ServiceContext<MailConfig>
  readonly config: SmtpConfig
  readonly office: PostOffice
  /** Asked at each handshake. */
  readonly tlsOptions: () => TlsOptions
  readonly logins: Logins
}

/** Serves SMTP on the streams that it is given (RFC 5321), until the service stops. */
export class SmtpServer {
  readonly #options: SmtpServerOptions
  readonly #parts: SmtpParts
  readonly #connections = new Set<SmtpConnection>()
  /** Connections by the client's address. */
  readonly #clients = new Map<string, number>()
  #open = 0

  constructor(options: SmtpServerOptions) {
    this.#options = options
    const { ctx, config, office, logins } = options
    const rate = new Rate(config.rate, ctx.clock)
    this.#parts = {
      ctx,
      config,
      office,
      logins,
      hostname: hostnameOf({ config: ctx.config, world: ctx.world }),
      extensions: offered(config.extensions, ctx.config.tls),
      mayBring: (host) => rate.take(host),
    }
    const stop = (): void => {
      for (const connection of this.#connections) connection.stop()
    }
    ctx.signal.addEventListener('abort', stop, { once: true })
  }

  /** Serves one connection; of `smtps` the stream is the decrypted one. */
  serve(stream: Duplex, peer: Peer, entrance: Entrance): void {
    const isSecure = entrance === 'smtps'
    const dialogue = new Dialogue(this.#parts, { peer, entrance, isSecure })
    const isFree = this.#enter(peer.host)
    if (isFree) stream.once('close', () => this.#leave(peer.host))
    this.#parts.ctx.record({
      kind: 'smtp.connected',
      connection: peer.connection,
      data: { client: dialogue.host, entrance },
    })
    this.#begin(stream, dialogue, isFree ? this.#greeting(dialogue) : this.#full(dialogue))
  }

  #begin(stream: Duplex, dialogue: Dialogue, greeting: Outcome | Promise<Outcome> | undefined): void {
    const connection = new SmtpConnection(stream, dialogue, (plain) => {
      this.#connections.delete(connection)
      void this.#secure(plain, dialogue)
    })
    this.#connections.add(connection)
    stream.once('close', () => this.#connections.delete(connection))
    connection.start(greeting)
  }

  // RFC 3207 §4.2: nothing that was said before is known any more.
  async #secure(plain: Duplex, { peer, entrance }: Dialogue): Promise<void> {
    const { ctx, tlsOptions } = this.#options
    // The host tells of a handshake that fails, and closes the connection.
    const secured = await ctx.upgrade(plain, tlsOptions()).catch(() => undefined)
    if (secured === undefined || secured.destroyed) return
    if (secured.readableEnded) secured.end()
    else this.#begin(secured, new Dialogue(this.#parts, { peer, entrance, isSecure: true }), undefined)
  }

  #greeting(dialogue: Dialogue): Outcome | Promise<Outcome> {
    const { hostname, config, ctx } = this.#parts
    const banner = config.banner ?? `${hostname} ESMTP telelab ${mailDate(ctx.clock.now())}`
    const outcome = dialogue.reply(220, undefined, banner)
    const fault = dialogue.fault('smtp.connect')
    if (fault === undefined) return outcome
    return dialogue
      .commit(fault, {}, () => outcome)
      .then((said) => {
        // RFC 5321 §3.1: behind 554 the client may still say QUIT; behind 421 the connection is closed.
        return said.text.startsWith('5') ? { ...said, after: 'close' } : said
      })
  }

  #full(dialogue: Dialogue): Outcome {
    const text = `${this.#parts.hostname} Too many concurrent SMTP connections; please try again later`
    dialogue.tell(421, text)
    // No code of RFC 2034, for it is the greeting.
    return dialogue.reply(421, undefined, text, 'close')
  }

  /** Counts a connection, if there is room for it. */
  #enter(host: string): boolean {
    const { maxConnections, maxConnectionsPerClient } = this.#parts.config
    const mine = this.#clients.get(host) ?? 0
    if (this.#open >= maxConnections || mine >= maxConnectionsPerClient) return false
    this.#clients.set(host, mine + 1)
    this.#open += 1
    return true
  }

  #leave(host: string): void {
    this.#open -= 1
    const mine = (this.#clients.get(host) ?? 1) - 1
    if (mine > 0) this.#clients.set(host, mine)
    else this.#clients.delete(host)
  }
}

function offered(extensions: readonly Extension[], hasTls: boolean): ReadonlySet<Extension> {
  return new Set(extensions.filter((extension) => hasTls || extension !== 'STARTTLS'))
}
