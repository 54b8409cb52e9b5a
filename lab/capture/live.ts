/** A capture that programs on this machine read while it is made. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { codeOf, LabError, messageOf } from '../host/error.ts'
import { Chunks, octetsIn } from './arena.ts'
import { Intake, type Section, type Sink } from './sink.ts'

/** Readers at one time. */
const MOST_READERS = 64
const LOOPBACK = '127.0.0.1'

/** Somebody who reads. */
interface Reader {
  readonly intake: Intake
  readonly chunks: Chunks
}

/** Streams blocks to whoever connects; a slow reader misses packets, and nobody waits for it. */
export class LiveCapture implements Sink {
  readonly #server: Server
  readonly #readers = new Map<Socket, Reader>()
  readonly #section: Section
  #gone = 0

  private constructor(section: Section) {
    this.#section = section
    this.#server = createServer((socket) => this.#welcome(socket))
    this.#server.maxConnections = MOST_READERS
  }

  /** Listens on the loopback at that port, or at a free one for 0; throws a `LabError` if it cannot. */
  static async open(section: Section, port: number): Promise<LiveCapture> {
    const live = new LiveCapture(section)
    try {
      const listening = once(live.#server, 'listening')
      live.#server.listen({ host: LOOPBACK, port })
      await listening
    } catch (error) {
      const reason = codeOf(error) === 'EADDRINUSE' ? undefined : messageOf(error)
      throw new LabError({
        en: `the live capture cannot listen on ${LOOPBACK}:${port}: ${reason ?? 'the port is in use; give another, or none for a free one'}`,
        es: `la captura en vivo no puede escuchar en ${LOOPBACK}:${port}: ${reason ?? 'el puerto está en uso; da otro, o ninguno para uno libre'}`,
      })
    }
    live.#server.on('error', () => undefined)
    return live
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** How many read it now. */
  get readers(): number {
    return this.#readers.size
  }

  get dropped(): number {
    return [...this.#readers.values()].reduce((sum, { intake }) => sum + intake.total, this.#gone)
  }

  write(block: Buffer): void {
    for (const [socket, { intake, chunks }] of this.#readers) {
      if (!intake.takes(block, chunks.octets)) continue
      // What comes in one turn goes out in one piece.
      if (chunks.isEmpty) setImmediate(() => send(socket, chunks))
      chunks.add(block)
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()))
    for (const [socket, { intake, chunks }] of this.#readers) {
      send(socket, chunks)
      socket.end(this.#section.epilogue(intake.dropped))
      // A reader that does not read is not waited for.
      setTimeout(() => socket.destroy(), 1000).unref()
    }
    await closed
  }

  #welcome(socket: Socket): void {
    const reader = { intake: new Intake(), chunks: new Chunks() }
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#readers.delete(socket)
      this.#gone += reader.intake.total
    })
    // Readers say nothing; one that ends shall be seen to.
    socket.resume()
    socket.write(this.#section.preamble())
    this.#readers.set(socket, reader)
  }
}

function send(socket: Socket, chunks: Chunks): void {
  for (const chunk of chunks.take()) {
    if (socket.writable) socket.write(octetsIn(chunk), () => chunks.release(chunk))
    else chunks.release(chunk)
  }
}
