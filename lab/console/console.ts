import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { codeOf, stackOf } from '../host/error.ts'
import type { Logger } from '../service.ts'
import type { Desk } from './desk.ts'
import type { ConsoleServer } from './http/server.ts'
import type { OperationSource } from './operation.ts'

/** The usual port of the page. */
export const CONSOLE_PORT = 8600

/** Only the person at this machine. */
const HOST = '127.0.0.1'

/** Octets of the token, and of a ticket. */
const TOKEN = 16

/** Milliseconds for which a ticket counts, and how many there may be. */
const TICKET_TIME = 60_000
const MOST_TICKETS = 100

/** Connections that may be open; a few more than are served, so that the others are told. */
const MOST = 300

/** What the console is opened with. */
export interface ConsoleOptions {
  readonly desk: Desk
  /** What can be asked of the lab. */
  readonly operations: OperationSource
  readonly log: Logger
  /** 0 is any; another one where it is taken. */
  readonly port: number
}

/** The web page of a lab. Until somebody comes it is a listening socket, and nothing else of it is loaded. */
export class Console implements AsyncDisposable {
  readonly #options: ConsoleOptions
  readonly #token = randomBytes(TOKEN).toString('base64url')
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Tickets that nobody has used yet, with the moment of `performance.now()` at which they end. */
  readonly #tickets = new Map<string, number>()
  #http: Promise<ConsoleServer> | undefined

  private constructor(options: ConsoleOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void this.#serve(socket))
    this.#server.maxConnections = MOST
  }

  /** Listens on loopback; on any free port if the wanted one is in use. */
  static async open(options: ConsoleOptions): Promise<Console> {
    const console = new Console(options)
    const { port } = options
    try {
      await console.#listen(port)
    } catch (error) {
      if (port === 0 || !['EADDRINUSE', 'EACCES'].includes(codeOf(error) ?? '')) throw error
      await console.#listen(0)
    }
    // Such as no descriptor left for a connection: the next one may find one again.
    console.#server.on('error', (error) =>
      options.log.warn({ reason: error.message }, 'the console could not take a connection'),
    )
    return console
  }

  /** The address of the page. Whoever has it has the lab: it goes to the person, and into no log. */
  get url(): string {
    return `http://${HOST}:${this.port}/${this.#token}/`
  }

  /**
   * An address that leads to the page once, within a minute: for the command line of a browser, which everybody on the
   * machine can read.
   */
  ticketUrl(): string {
    const ticket = randomBytes(TOKEN).toString('base64url')
    this.#tickets.set(ticket, performance.now() + TICKET_TIME)
    for (const oldest of this.#tickets.keys()) {
      if (this.#tickets.size <= MOST_TICKETS) break
      this.#tickets.delete(oldest)
    }
    return `http://${HOST}:${this.port}/open/${ticket}`
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    const http = await this.#http?.catch(() => undefined)
    http?.close()
    await closed
  }

  async #listen(port: number): Promise<void> {
    const listening = once(this.#server, 'listening')
    this.#server.listen({ host: HOST, port, exclusive: true })
    await listening
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
    try {
      this.#http ??= this.#load().catch((error: unknown) => {
        // What was missing may be there for the next one.
        this.#http = undefined
        throw error
      })
      const http = await this.#http
      if (!socket.destroyed) http.serve(socket)
    } catch (error) {
      this.#options.log.error({ error: stackOf(error) }, 'the console could not be loaded')
      socket.destroy()
    }
  }

  #take(ticket: string): boolean {
    const end = this.#tickets.get(ticket) ?? 0
    return this.#tickets.delete(ticket) && performance.now() < end
  }

  async #load(): Promise<ConsoleServer> {
    const [{ ConsoleServer: Loaded }, operations] = await Promise.all([
      import('./http/server.ts'),
      this.#options.operations.load(),
    ])
    const { desk, log } = this.#options
    const take = (ticket: string): boolean => this.#take(ticket)
    return new Loaded({ desk, operations, token: this.#token, port: this.port, take, log })
  }
}
