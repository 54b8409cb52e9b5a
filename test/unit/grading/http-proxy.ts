/** A wrong web server: a right one behind a proxy that spoils what passes, or a program of its own. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Address } from '../../../lab/service.ts'

/** What a wrong server does otherwise, with one character an octet; nothing of it does nothing. */
export interface Spoiling {
  /** What the right server is sent instead of a piece that a client has sent. */
  readonly request?: (text: string) => string
  /** What the client is sent instead of a piece of an answer. */
  readonly answer?: (text: string) => string
  /** Serves the connection in its own way, or spoils the two sockets as they are. */
  readonly serve?: (client: Socket, right: () => Socket) => void
}

/** Opens the wrong server. */
export async function openWrongServer(
  right: Address,
  spoiling: Spoiling,
): Promise<AsyncDisposable & { readonly address: Address }> {
  const sockets = new Set<Socket>()
  const held = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined)
  }
  const behind = (): Socket => held(connect({ ...right, allowHalfOpen: true, noDelay: true }))
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    held(client)
    if (spoiling.serve === undefined) pass(client, behind(), spoiling)
    else spoiling.serve(client, behind)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address')
  return {
    address: { host: '127.0.0.1', port: address.port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Passes on what comes, spoilt. */
export function pass(client: Socket, behind: Socket, { request, answer }: Spoiling): void {
  client.setEncoding('latin1').on('data', (text) => {
    behind.write(request === undefined ? String(text) : request(String(text)), 'latin1')
  })
  behind.setEncoding('latin1').on('data', (text) => {
    client.write(answer === undefined ? String(text) : answer(String(text)), 'latin1')
  })
  client.on('end', () => behind.end())
  behind.on('end', () => client.end())
  client.on('close', () => behind.destroy())
  behind.on('close', () => client.destroySoon())
}
