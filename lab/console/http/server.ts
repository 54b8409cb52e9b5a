import { join } from 'node:path'
import type { Socket } from 'node:net'
import { LabClock } from '../../host/clock.ts'
import { HttpServer } from '../../kit/http/server.ts'
import type { Logger } from '../../service.ts'
import type { Desk } from '../desk.ts'
import type { Operations } from '../operation.ts'
import { COMMON_FIELDS } from './answer.ts'
import { Assets } from './assets.ts'
import { Downloads } from './downloads.ts'
import { Gate, type TakeTicket } from './gate.ts'
import { ConsoleSession, type Office } from './session.ts'

/** Connections that are served at the same time; a browser opens six. */
const MOST_CONNECTIONS = 256

/** Octets of the largest input. */
const LARGEST_INPUT = 262_144

/** What a server of the console is made of. */
export interface ConsoleParts {
  readonly desk: Desk
  readonly operations: Operations
  readonly token: string
  readonly port: number
  readonly take: TakeTicket
  readonly log: Logger
}

/** The page, the operations and the streams of one lab over HTTP, on connections that others accept. */
export class ConsoleServer {
  /** The machine's: moving the lab's time must not end a connection. */
  readonly #clock = new LabClock()
  readonly #http: HttpServer
  readonly #office: Office

  constructor({ desk, operations, token, port, take, log }: ConsoleParts) {
    this.#office = {
      gate: new Gate(token, port, take),
      assets: new Assets(join(import.meta.dirname, '..', 'page')),
      operations,
      downloads: new Downloads(desk, operations),
      log,
      streams: new Set(),
    }
    this.#http = new HttpServer({
      clock: this.#clock,
      server: 'lab',
      fields: COMMON_FIELDS,
      // All that there are: whoever does not know the token learns of none.
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'],
      keepsBodies: true,
      bodySize: LARGEST_INPUT,
      connections: MOST_CONNECTIONS,
      idleTime: 30_000,
      requests: 10_000,
    })
  }

  /** Serves one connection until it ends. */
  serve(socket: Socket): void {
    const session = new ConsoleSession(this.#office)
    socket.once('end', () => session.end())
    this.#http.serve(socket, session)
  }

  /** Ends all streams and takes no further request; the sockets are their owner's to destroy. */
  close(): void {
    for (const stream of this.#office.streams) stream.abort()
    this.#http.close()
    this.#clock.close()
  }
}
