/** The POP3 server: RFC 1939, with the extensions of RFC 2449, 2595, 5034 and 6856. */
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import { canonicalAddress } from '../../../lab/kit/address.ts'
import type { Peer } from '../../../lab/service.ts'
import type { Logins } from '../login.ts'
import type { Pop3Config } from '../options.ts'
import { Places } from '../places.ts'
import { Pop3Connection } from './connection.ts'
import type { Pop3Desk } from './desk.ts'
import { Locks } from './locks.ts'
import { Scratch } from './stuffing.ts'
import { SMALL } from './transaction.ts'
import { ERR } from './words.ts'

/** Milliseconds that a refused client has to close its half. */
const LINGER = 5000

/** What a server is made of. */
export interface Pop3Options {
  readonly ctx: Pop3Desk['ctx']
  readonly config: Pop3Config
  /** Asked at each handshake. */
  readonly tlsOptions: (client: string) => TlsOptions | Promise<TlsOptions>
  readonly logins: Logins
}

/** Serves the mailboxes of a lab, on as many endpoints as there are; one session has a mailbox at a time. */
export class Pop3Server {
  readonly #desk: Pop3Desk
  readonly #connections = new Set<Pop3Connection>()
  readonly #places: Places

  constructor({ ctx, config, tlsOptions, logins }: Pop3Options) {
    this.#desk = {
      ctx,
      config,
      tlsOptions,
      logins,
      locks: new Locks(ctx.clock),
      scratch: new Scratch(SMALL),
      updating: new Set(),
    }
    this.#places = new Places(config)
    const stop = (): void => {
      for (const connection of this.#connections) connection.stop()
    }
    ctx.signal.addEventListener('abort', stop, { once: true })
  }

  /** Whether messages are being deleted for somebody. */
  get isBusy(): boolean {
    return this.#desk.updating.size > 0
  }

  /** Serves one client; `isSecure` says that the stream is TLS already. */
  serve(stream: Duplex, peer: Peer, isSecure: boolean): void {
    // Of a client that has left already nothing would be heard any more.
    if (stream.destroyed) return
    if (!this.#places.take(stream, peer.host)) {
      const data = { client: canonicalAddress(peer.host), why: 'busy' }
      this.#desk.ctx.record({ kind: 'pop3.refused', connection: peer.connection, data })
      stream.on('error', () => stream.destroy())
      stream.end(`-ERR [SYS/TEMP] ${ERR.busy.en}\r\n`)
      stream.resume()
      // One that does not close its half would stay for ever.
      const limit = this.#desk.ctx.clock.timer(LINGER, () => stream.destroy())
      stream.once('close', () => limit.cancel())
      return
    }
    this.#open(stream, peer, isSecure, false)
  }

  #open(stream: Duplex, peer: Peer, isSecure: boolean, isGreeted: boolean): void {
    const connection: Pop3Connection = new Pop3Connection(this.#desk, {
      stream,
      peer,
      isSecure,
      isGreeted,
      upgrade: () => {
        this.#connections.delete(connection)
        void this.#upgrade(stream, peer)
      },
      closed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
    connection.start()
  }

  /** RFC 2595 §4: behind STLS all begins anew, but for the greeting. */
  async #upgrade(stream: Duplex, peer: Peer): Promise<void> {
    const { ctx, tlsOptions } = this.#desk
    const options = await tlsOptions(peer.host)
    // The host tells of a handshake that fails, and closes the connection.
    const secured = await ctx.upgrade(stream, options).catch(() => undefined)
    if (secured?.destroyed === false) this.#open(secured, peer, true, true)
  }
}
