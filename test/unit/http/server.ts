import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { HttpAnswer, HttpBody } from '../../../lab/kit/http/answer.ts'
import type { HttpRequest } from '../../../lab/kit/http/request.ts'
import { HttpServer, type HttpOptions } from '../../../lab/kit/http/server.ts'
import type { CloseReason } from '../../../lab/kit/http/session.ts'
import { ManualClock } from './clock.ts'

/** A server of the engine on a port of its own, with a clock that stands still. */
export interface TestServer extends AsyncDisposable {
  readonly clock: ManualClock
  readonly server: HttpServer
  readonly closed: CloseReason[]
  readonly failed: unknown[]
  readonly answered: (readonly [status: number, octets: number])[]
  connect(): Client
}

type Handler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>

export const plain = (body: HttpAnswer['body'], status = 200): HttpAnswer => ({ status, fields: '', body })

/** Starts the engine with a handler; whatever it is not given is as usual. */
export async function openServer(handler: Handler, options: Partial<HttpOptions> = {}): Promise<TestServer> {
  const clock = new ManualClock()
  const server = new HttpServer({ clock, server: 'test', ...options })
  const closed: CloseReason[] = []
  const failed: unknown[] = []
  const answered: [number, number][] = []
  const accepted = new Set<Socket>()
  const listener = createServer((socket) => {
    accepted.add(socket)
    socket.on('error', () => undefined)
    server.serve(socket, {
      answer: handler,
      refuse: (refusal) => plain(refusal.reason, refusal.status),
      answered: (answer, octets) => void answered.push([answer.status, octets]),
      failed: (error) => void failed.push(error),
      closed: (why) => void closed.push(why),
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const clients: Client[] = []
  return {
    clock,
    server,
    closed,
    failed,
    answered,
    connect: () => {
      const client = new Client(portOf(listener))
      clients.push(client)
      return client
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.socket.destroy()
      for (const socket of accepted) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

function portOf(listener: Server): number {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  return address.port
}

/** A client of raw octets, one character for each. */
export class Client {
  readonly socket: Socket
  readonly ended: Promise<unknown>
  received = ''
  hasEnded = false
  error: Error | undefined

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host, allowHalfOpen: true })
    this.socket.on('data', (chunk) => (this.received += chunk.toString('latin1')))
    this.socket.on('end', () => (this.hasEnded = true))
    this.socket.on('error', (error) => (this.error = error))
    this.ended = Promise.race([once(this.socket, 'end'), once(this.socket, 'close')])
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Waits, as long as it takes, until the received text fits. */
  async until(pattern: RegExp | (() => boolean)): Promise<string> {
    const fits = typeof pattern === 'function' ? pattern : (): boolean => pattern.test(this.received)
    while (!fits()) {
      if (this.hasEnded || this.socket.destroyed)
        throw new Error(`ended before ${String(pattern)}: ${this.received.slice(0, 2000)}`)
      await Promise.race([once(this.socket, 'data'), this.ended])
    }
    return this.received
  }

  /** All that the server sent, once it has closed its half. */
  async all(): Promise<string> {
    await this.ended
    return this.received
  }
}

/** Lets the event loop turn until the condition holds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** The status codes of the answers in some text. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
}

/** A GET request of that path, with further field lines. */
export const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

/** Lets octets travel over the loopback; nothing is asserted about the time. */
export const pause = (milliseconds = 20): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A body of that many pieces, and what became of it. */
export function pieces(
  count: number,
  size: number,
  length = count * size,
): HttpBody & { readonly log: { read: number; closed: number } } {
  const log = { read: 0, closed: 0 }
  return {
    log,
    length,
    read: () => Promise.resolve(log.read++ < count ? Buffer.alloc(size, 'x') : undefined),
    close: () => void (log.closed += 1),
  }
}
