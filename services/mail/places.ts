/** How many clients a server serves at a time. */
import type { Duplex } from 'node:stream'

/** The connections of a server, bounded as a whole and by the client's address. */
export class Places {
  readonly #most: { readonly maxConnections: number; readonly maxConnectionsPerClient: number }
  /** Connections by the client's address. */
  readonly #clients = new Map<string, number>()
  #taken = 0

  constructor(most: Readonly<Record<'maxConnections' | 'maxConnectionsPerClient', number>>) {
    this.#most = most
  }

  /** Gives a connection a place until it closes, TLS that begins in it included; false if there is none. */
  take(stream: Duplex, host: string): boolean {
    const { maxConnections, maxConnectionsPerClient } = this.#most
    const mine = this.#clients.get(host) ?? 0
    if (this.#taken >= maxConnections || mine >= maxConnectionsPerClient) return false
    this.#clients.set(host, mine + 1)
    this.#taken += 1
    stream.once('close', () => this.#leave(host))
    return true
  }

  #leave(host: string): void {
    this.#taken -= 1
    const mine = (this.#clients.get(host) ?? 1) - 1
    if (mine > 0) this.#clients.set(host, mine)
    else this.#clients.delete(host)
  }
}
