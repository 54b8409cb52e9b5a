import { chmodSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import type { Json, Logger } from '../service.ts'
import { text } from '../words/index.ts'
import { readMessages, requestSchema, writeMessage, type Reply } from './message.ts'
import type { OperationSource } from './operation.ts'

/** Connections that may be open at once. */
const MOST = 100

/** The local socket through which the command line reaches a running lab. */
export class ControlServer implements AsyncDisposable {
  readonly #server: Server
  readonly #path: string
  readonly #sockets = new Set<Socket>()
  readonly #operations: OperationSource
  readonly #log: Logger

  private constructor(path: string, operations: OperationSource, log: Logger) {
    this.#path = path
    this.#operations = operations
    this.#log = log
    this.#server = createServer((socket) => void this.#serve(socket))
    this.#server.maxConnections = MOST
  }

  /** Listens; the operations are loaded with the first request. The caller holds the state folder's lock, so a socket that is left there is a dead one. */
  static async open(path: string, operations: OperationSource, log: Logger): Promise<ControlServer> {
    const control = new ControlServer(path, operations, log)
    try {
      if (platform() !== 'win32') rmSync(path, { force: true })
      await control.#listen()
      if (platform() !== 'win32') chmodSync(path, 0o600)
    } catch (error) {
      control.#server.close()
      throw new LabError((words) => words.stateUnwritable(dirname(path), messageOf(error)), { cause: error })
    }
    return control
  }

  async #listen(): Promise<void> {
    // The folder is private already; the mask closes the moment between bind and chmod.
    const listening = once(this.#server, 'listening')
    const mask = process.umask(0o177)
    try {
      this.#server.listen(this.#path)
    } finally {
      // Before anything else runs: the mask belongs to the whole process.
      process.umask(mask)
    }
    await listening
    // Such as no descriptor left for a connection: the next one may find one again.
    this.#server.on('error', (error) =>
      this.#log.warn({ reason: messageOf(error) }, 'the control socket could not take a connection'),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It listens no more before a client is cut off: that one may try at once whether the lab is still there, and must find nobody.
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
    if (platform() !== 'win32') rmSync(this.#path, { force: true })
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    const closed = new AbortController()
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      closed.abort()
    })
    try {
      // An error must be written before the loop is left: leaving it destroys the socket.
      for await (const message of readMessages(socket)) await this.#answer(socket, message, closed.signal)
    } catch (error) {
      this.#log.debug({ error: messageOf(error) }, 'a control connection failed')
    }
    socket.end()
  }

  async #answer(socket: Socket, message: unknown, signal: AbortSignal): Promise<void> {
    try {
      const { operation: name, input } = requestSchema.parse(message)
      const { first } = this.#operations
      const operations = Object.hasOwn(first, name) ? first : await this.#operations.load()
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
      if (operation === undefined)
        throw new LabError((words) => words.operationMissing(name, nearest(name, Object.keys(operations))), {
          blame: 'wrong',
        })
      const result = operation.run(input, signal)
      if (result instanceof Promise) await writeMessage(socket, { item: await result })
      else for await (const item of result) await writeMessage(socket, { item })
      await writeMessage(socket, { end: true })
    } catch (error) {
      await writeMessage(socket, { error: told(error) })
    }
  }
}

function told(error: unknown): Extract<Reply, { error: unknown }>['error'] & Json {
  if (error instanceof LabError) {
    const problems = error.problems.map(({ message, ...rest }) => ({ ...rest, message: { ...message } }))
    return { message: { ...error.text }, blame: error.blame, problems }
  }
  const message = messageOf(error)
  return { message: { ...text(() => message) }, blame: 'wrong', problems: [] }
}
