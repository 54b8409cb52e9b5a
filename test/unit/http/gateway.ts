import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { connectTcp } from '../../../lab/host/connect.ts'
import type { HttpAnswer } from '../../../lab/kit/http/answer.ts'
import { decodePath } from '../../../lab/kit/http/target.ts'
import { proxyOptions } from '../../../lab/web/proxy-options.ts'
import { gatewayStatuses } from '../../../lab/web/proxy-words.ts'
import { Proxy, type ProxyTools } from '../../../lab/web/proxy.ts'
import { ManualClock } from './clock.ts'
import { openServer, plain, type TestServer } from './server.ts'

/** The engine with a proxy behind it, whose clock stands still. */
export interface Gateway extends TestServer {
  readonly proxy: Proxy
  readonly gatewayClock: ManualClock
  /** Connections to other servers so far. */
  readonly opened: Socket[]
  /** Stops the proxy. */
  stop(): void
}

/** Starts the engine with a proxy for these rules; what no location answers is 404. */
export async function openGateway(rules: unknown, tools: Partial<ProxyTools> = {}): Promise<Gateway> {
  const clock = new ManualClock()
  const stopping = new AbortController()
  const opened: Socket[] = []
  const proxy = new Proxy(proxyOptions.parse(rules), {
    clock: {
      now: () => clock.now(),
      timer: (milliseconds, run) => ({ ...clock.timer(milliseconds, run), refresh: () => undefined }),
      wait: () => Promise.reject(new Error('nobody waits')),
    },
    signal: stopping.signal,
    random: { bytes: randomBytes, integer: randomInt },
    connect: async (target) => {
      const socket = await connectTcp(target, stopping.signal, target.timeout)
      opened.push(socket)
      return socket
    },
    ...tools,
  })
  const server = await openServer(
    async (request): Promise<HttpAnswer> => {
      const decoded = decodePath(request.path)
      if ('problem' in decoded) return plain(decoded.problem, 400)
      const location = proxy.match(decoded.path)
      if (location === undefined) return plain('not here', 404)
      const answer = await proxy.answer(location, request, { host: '192.0.2.1' })
      return 'problem' in answer ? plain(answer.problem, gatewayStatuses[answer.problem]) : answer
    },
    { methods: ['GET', 'HEAD'] },
  )
  const close = server[Symbol.asyncDispose]
  return Object.assign(server, {
    proxy,
    gatewayClock: clock,
    opened,
    stop: () => stopping.abort(),
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      for (const socket of opened) socket.destroy()
      await close()
    },
  })
}

/** The address of a server on the loopback as a rule names it. */
export const at = (port: number, path = '/'): string => `http://127.0.0.1:${port}${path}`

/** An answer with a body of one octet. */
export const one = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'

/** A server on the loopback that says to each request what it is told to. */
export interface Origin extends AsyncDisposable {
  readonly port: number
  /** The heads that came, in order. */
  readonly heads: string[]
  /** One for each connection, in order. */
  readonly sockets: Socket[]
}

/** Starts a server of raw octets; `reply` is called for each head that came, `number` counting from 0. */
export async function openOrigin(
  reply: string | ((socket: Socket, number: number, head: string) => void),
): Promise<Origin> {
  const heads: string[] = []
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    let text = ''
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('data', (octets) => {
      text += octets.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end + 4)
        text = text.slice(end + 4)
        heads.push(head)
        if (typeof reply === 'string') socket.write(reply, 'latin1')
        else reply(socket, heads.length - 1, head)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  return {
    port: address.port,
    heads,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
