/** Mail in: the endpoints smtp, submission and smtps. */
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import { createNetworks } from '../../../lab/kit/networks.ts'
import type { Peer, ServiceContext } from '../../../lab/service.ts'
import { mailDate } from '../delivery/date.ts'
import type { Entrance, PostOffice } from '../envelope.ts'
import { hostnameOf } from '../hostname.ts'
import type { Logins } from '../login.ts'
import type { Extension, MailConfig, SmtpConfig } from '../options.ts'
import { Places } from '../places.ts'
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
  readonly tlsOptions: (client: string) => TlsOptions | Promise<TlsOptions>
  readonly logins: Logins
}

/** Serves SMTP on the streams that it is given (RFC 5321), until the service stops. */
export class SmtpServer {
  readonly #options: SmtpServerOptions
  readonly #parts: SmtpParts
  readonly #connections = new Set<SmtpConnection>()
  readonly #places: Places

  constructor(options: SmtpServerOptions) {
    this.#options = options
    const { ctx, config, office, logins } = options
    this.#places = new Places(config)
    const rate = new Rate(config.rate, ctx.clock)
    const networks = createNetworks(ctx.config.relay.from)
    this.#parts = {
      ctx,
      config,
      office,
      logins,
      hostname: hostnameOf({ config: ctx.config, world: ctx.world }),
      extensions: offered(config.extensions, ctx.config.tls),
      isNear: (host) => networks.has(host),
      storing: new Set(),
      mayBring: (host) => rate.take(host),
    }
    const stop = (): void => {
      for (const connection of this.#connections) connection.stop()
    }
    ctx.signal.addEventListener('abort', stop, { once: true })
  }

  /** Whether messages are stored whose clients would send them again if they got no answer. */
  get isBusy(): boolean {
    return this.#parts.storing.size > 0
  }

  /** Serves one connection; of `smtps` the stream is the decrypted one. */
  serve(stream: Duplex, peer: Peer, entrance: Entrance): void {
    const isSecure = entrance === 'smtps'
    const dialogue = new Dialogue(this.#parts, { peer, entrance, isSecure })
    const isFree = this.#places.take(stream, peer.host)
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
    const options = await tlsOptions(peer.host)
    // The host tells of a handshake that fails, and closes the connection.
    const secured = await ctx.upgrade(plain, options).catch(() => undefined)
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
}

/**
 * DSN is for those whose mail may be sent on: a stranger could name a sender of his choice and have each message tell that
 * one of its success (backscatter). Exim's `dsn_advertise_hosts` and Postfix's `smtpd_discard_ehlo_keyword_address_maps` are
 * for the same. It is not offered, rather than offered and not kept: then the server that sends tells its own sender that
 * the message was relayed (RFC 3461 §5.2.2).
 */
function offered(extensions: readonly Extension[], hasTls: boolean): SmtpParts['extensions'] {
  const all = new Set(extensions.filter((extension) => hasTls || extension !== 'STARTTLS'))
  return { all, forStrangers: all.difference(new Set(['DSN'])) }
}
