import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, isIPv6, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { addressText } from '../kit/address.ts'
import type { Address } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Located, Wire } from '../wire/wire.ts'

/** Milliseconds to wait for a connection when the target does not say. */
const PATIENCE = 10_000

/** Datagrams that wait for their reader. */
const UNREAD = 256

/** A connected TCP socket; rejects with the system's error, ETIMEDOUT, or the reason of the signal. */
export function connectTcp(
  { host, port }: Address,
  signal: AbortSignal,
  timeout = PATIENCE,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
    const stop = (): void =>
      void socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    signal.addEventListener('abort', stop, { once: true })
    const timer = setTimeout(() => {
      socket.destroy(
        Object.assign(new Error(`no connection to ${addressText({ host, port })} within ${timeout} ms`), {
          code: 'ETIMEDOUT',
        }),
      )
    }, timeout)
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop)
      clearTimeout(timer)
      socket.off('error', reject)
      // Whoever connects listens for `close`; a reset of the other end is no error of the lab.
      socket.on('error', () => undefined)
      resolve(socket)
    })
    socket.once('error', reject)
    socket.once('close', () => {
      signal.removeEventListener('abort', stop)
      clearTimeout(timer)
    })
  })
}

/** A stream whose writes and `data` events are datagrams to and from the flow's remote address, from a fresh source port. */
export async function connectUdp(wire: Wire, flow: Located): Promise<Duplex> {
  const { host, port } = flow.remote
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    const connected = once(socket, 'connect')
    socket.connect(port, host)
    await connected
    const { address, port: own } = socket.address()
    flow.local = { host: address, port: own }
  } catch (error) {
    socket.close()
    throw error
  }
  return new Datagrams(socket, wire, flow)
}

/** A connected UDP socket as a stream of whole datagrams. */
class Datagrams extends Duplex {
  readonly #socket: DatagramSocket
  readonly #wire: Wire
  readonly #flow: Flow

  constructor(socket: DatagramSocket, wire: Wire, flow: Flow) {
    super({ objectMode: true, allowHalfOpen: false })
    this.#socket = socket
    this.#wire = wire
    this.#flow = flow
    socket.on('message', (message) => this.#judged('in', message, () => this.#take(message)))
    socket.on('error', (error) => this.destroy(error))
  }

  override _read(): void {
    // Datagrams arrive when they do.
  }

  override _write(message: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#judged('out', message, () => void (this.destroyed || this.#socket.send(message, () => undefined)))
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.close(() => {
      this.#wire.closed(this.#flow)
      done(error)
    })
  }

  /** What nobody reads fills the buffer of the stream; what comes then is lost, as it would be in the system's. */
  #take(message: Buffer): void {
    if (!this.destroyed && this.readableLength < UNREAD) this.push(message)
  }

  #judged(direction: 'in' | 'out', message: Buffer, pass: () => void): void {
    const verdict = this.#wire.isAttached ? this.#wire.judge(this.#flow, direction, message) : undefined
    if (verdict === undefined) pass()
    else if (typeof verdict !== 'string') setTimeout(pass, verdict.delay)
  }
}
