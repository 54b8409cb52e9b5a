/** A conversation in lines, as SMTP and POP3 hold it. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../../lab/service.ts'

/** Milliseconds of silence that a client puts up with. */
const PATIENCE = 5000

/** What a client trusts, and the name that the server's certificate must be for. */
export interface Trust {
  readonly authority: string
  readonly name: string
}

/** A connection that speaks in lines. */
export class Lines implements AsyncDisposable {
  #socket: Socket
  #iterator: AsyncIterator<string>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#iterator = linesOf(socket)
  }

  /** Connects; under TLS from the start if there is something to trust. */
  static async open({ host, port }: Address, trust?: Trust): Promise<Lines> {
    if (trust !== undefined) return new Lines(await secured({ host, port }, trust))
    const socket = connect(port, host)
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('the server is silent')))
    await once(socket, 'connect')
    return new Lines(socket)
  }

  /** Goes on under TLS. */
  async secure(trust: Trust): Promise<void> {
    const socket = await secured({ socket: this.#socket }, trust)
    this.#socket = socket
    this.#iterator = linesOf(socket)
  }

  /** Sends a line, or several. */
  send(text: string): void {
    this.#socket.write(`${text}\r\n`)
  }

  /** The next line without its end. */
  async line(): Promise<string> {
    const next = await this.#iterator.next()
    if (next.done === true) throw new Error('the server has closed the connection')
    return next.value
  }

  /** Closes, and waits until the server has closed, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return
    this.#socket.end()
    this.#socket.resume()
    if (!this.#socket.closed) await once(this.#socket, 'close')
  }
}

async function secured(
  over: { readonly socket: Socket } | Address,
  { authority, name }: Trust,
): Promise<Socket> {
  const socket = connectTls({ ...over, ca: authority, servername: name })
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('the server is silent')))
  await once(socket, 'secureConnect')
  return socket
}

/** The lines of a socket; reading them goes on where it was left off. */
function linesOf(socket: Socket): AsyncIterator<string> {
  let [text, isOver] = ['', false]
  let failure: Error | undefined
  let wake = (): void => undefined
  socket.setEncoding('latin1')
  socket.on('data', (piece: string) => {
    text += piece
    wake()
  })
  socket.once('error', (error) => (failure = error))
  socket.once('close', () => {
    isOver = true
    wake()
  })
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n')
        if (end >= 0) {
          const value = text.slice(0, end).replace(/\r$/, '')
          text = text.slice(end + 1)
          return { done: false, value }
        }
        if (failure !== undefined) throw failure
        if (isOver) return { done: true, value: undefined }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
