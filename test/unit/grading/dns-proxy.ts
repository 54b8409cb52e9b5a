/** A wrong name server: a right one behind a proxy that spoils what passes. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Address } from '../../../lab/service.ts'
import { frame, Framer } from '../../../services/dns/wire/framing.ts'
import { freePort } from '../../port.ts'
import { datagram } from '../../talk.ts'

/** What a wrong server does otherwise; nothing of it does nothing. */
export interface Spoiling {
  /** What is asked of the right server instead; undefined drops it. */
  readonly query?: (query: Buffer, over: 'udp' | 'tcp') => Buffer | undefined
  /** What is answered instead; undefined drops it. */
  readonly answer?: (answer: Buffer, query: Buffer, over: 'udp' | 'tcp') => Buffer | undefined
  /** Asks the right server over TCP whatever the client uses. */
  readonly asksByStream?: boolean
  /** Serves a TCP connection in its own way; `answerTo` asks the right server. */
  readonly serve?: (socket: Socket, answerTo: (query: Buffer) => Promise<Buffer | undefined>) => void
}

/** Milliseconds after which the right server counts as silent. */
const SILENCE = 250

/** Opens the wrong server, which listens for UDP and TCP on one port. */
export async function openWrongServer(
  right: Address,
  spoiling: Spoiling,
): Promise<AsyncDisposable & { readonly address: Address }> {
  const port = await freePort()
  const pass = async (query: Buffer, over: 'udp' | 'tcp'): Promise<Buffer | undefined> => {
    const asked = spoiling.query === undefined ? query : spoiling.query(query, over)
    if (asked === undefined) return undefined
    const byStream = over === 'tcp' || spoiling.asksByStream === true
    const answer = byStream ? await askByStream(right, asked) : await datagram(right, asked, SILENCE)
    if (answer === undefined) return undefined
    return spoiling.answer === undefined ? answer : spoiling.answer(answer, query, over)
  }
  const udp = createSocket('udp4')
  let isOpen = true
  udp.on('message', (query, peer) => {
    void pass(query, 'udp').then((answer) => {
      if (answer !== undefined && isOpen) udp.send(answer, peer.port, peer.address)
    })
  })
  udp.bind(port, '127.0.0.1')
  const sockets = new Set<Socket>()
  const tcp = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (spoiling.serve === undefined) serve(socket, (query) => pass(query, 'tcp'))
    else spoiling.serve(socket, (query) => pass(query, 'tcp'))
  })
  tcp.listen(port, '127.0.0.1')
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')])
  return {
    address: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      isOpen = false
      udp.close()
      for (const socket of sockets) socket.destroy()
      tcp.close()
      await once(tcp, 'close')
    },
  }
}

/** Serves a connection as it should be. */
export function serve(socket: Socket, answerTo: (query: Buffer) => Promise<Buffer | undefined>): void {
  const framer = new Framer()
  let last = Promise.resolve()
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk)
    for (let query = framer.next(); query !== undefined; query = framer.next()) {
      const asked = query
      last = last.then(async () => {
        const answer = await answerTo(asked)
        if (answer !== undefined) socket.write(frame(answer))
      })
    }
  })
  socket.on('end', () => void last.then(() => socket.end()))
}

function askByStream(right: Address, query: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(right)
    const framer = new Framer()
    const finish = (answer?: Buffer): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(), SILENCE)
    socket.on('error', () => finish())
    socket.on('close', () => finish())
    socket.on('data', (chunk: Buffer) => {
      framer.push(chunk)
      const answer = framer.next()
      if (answer !== undefined) finish(answer)
    })
    socket.write(frame(query))
  })
}
