import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Address } from '../lab/service.ts'

/** Sends the text, ends, and resolves with all that comes back; resolves too if the other end resets. */
export function talk({ host, port }: Address, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port, allowHalfOpen: true })
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      answer += piece
    })
    socket.on('error', () => resolve(`${answer}<reset>`))
    socket.on('close', () => resolve(answer))
    socket.on('end', () => socket.end())
    socket.end(text)
  })
}

/** A TCP connection that stays open; resolves when it is there. */
export function open({ host, port }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

/** What TLS can be spoken on instead of the socket, its octets sent as `send` does it, one write after the other. */
export function paced(socket: Socket, send: (octets: Buffer) => Promise<void>): Duplex {
  const write = async (octets: Buffer, done: () => void): Promise<void> => {
    await send(octets)
    done()
  }
  const stream = new Duplex({
    read: () => undefined,
    write: (octets: Buffer, _encoding, done) => void write(octets, done),
    final: (done) => {
      if (!socket.writableEnded) socket.end()
      done()
    },
  })
  socket.on('data', (octets) => stream.push(octets))
  socket.on('end', () => stream.push(null))
  return stream
}

/** One datagram and its answer; undefined if none comes within the time. */
export function datagram(
  { host, port }: Address,
  message: Buffer | string,
  milliseconds = 500,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const finish = (answer?: Buffer): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(), milliseconds)
    socket.once('message', (answer) => finish(answer))
    socket.send(message, port, host)
  })
}

/** Resolves when the condition holds; rejects after five seconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
): Promise<void> {
  const end = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what} did not come true`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
