/**
 * What the wire costs: an echo served by the host, with nothing attached and with one observer, against the same echo on
 * bare node:net and node:dgram. CPU is the server's own, in a process apart from the clients.
 */
import { createSocket } from 'node:dgram'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openLab, temporaryFolder } from '../lab.ts'
import { dropService } from '../services.ts'
import { open } from '../talk.ts'
import { median } from './figures.ts'

const ROUNDS = 5
const MESSAGES = 20_000
const CLIENTS = 8

type Mode = 'bare' | 'host' | 'attached'

interface Ready {
  readonly tcp: number
  readonly udp: number
}

/** The server's process: tells its ports, then its CPU microseconds each time it is asked. */
async function serve(mode: Mode): Promise<void> {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  if (mode === 'bare') {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => socket.write(bytes))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const datagrams = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) })
    datagrams.on('message', (message, peer) => datagrams.send(message, peer.port, peer.address))
    const listening = once(datagrams, 'listening')
    datagrams.bind(0, '127.0.0.1')
    await listening
    const address = server.address()
    process.send?.({ tcp: typeof address === 'object' ? address?.port : 0, udp: datagrams.address().port })
    return
  }
  using folder = temporaryFolder()
  dropService(folder.path, 'echo', {
    endpoints:
      "{ tcp: { transport: 'tcp', standard: 7, fallback: 7 }, udp: { transport: 'udp', standard: 7, fallback: 7 } }",
    start: `await ctx.tcp('tcp', (socket) => { socket.on('data', (bytes) => socket.write(bytes)); socket.on('end', () => socket.end()) })
      await ctx.udp('udp', (message) => message)`,
  })
  const lab = await openLab('services:\n  echo: {}\n', { services: [folder.path] })
  if (mode === 'attached') lab.wire.attach({ name: 'observer', passed: () => undefined })
  process.send?.({ tcp: lab.address('echo', 'tcp').port, udp: lab.address('echo', 'udp').port })
}

/** Sends messages to and fro on several connections, one at a time on each. */
async function overTcp(port: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open({ host: '127.0.0.1', port })))
  await Promise.all(
    sockets.map((socket) => {
      socket.setNoDelay(true)
      let left = MESSAGES / CLIENTS
      return new Promise<void>((done) => {
        socket.on('data', () => {
          left -= 1
          if (left > 0) socket.write('ping')
          else socket.destroy()
          if (left === 0) done()
        })
        socket.write('ping')
      })
    }),
  )
}

async function overUdp(port: number): Promise<void> {
  const socket = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) })
  let left = MESSAGES
  await new Promise<void>((done) => {
    socket.on('message', () => {
      left -= 1
      if (left > 0) socket.send('ping', port, '127.0.0.1')
      else socket.close(() => done())
    })
    for (let window = 0; window < CLIENTS; window += 1) socket.send('ping', port, '127.0.0.1')
  })
}

async function measure(mode: Mode, transport: 'tcp' | 'udp'): Promise<number[]> {
  const server = fork(join(import.meta.dirname, 'wire.ts'), [mode])
  const [ready] = (await once(server, 'message')) as [Ready]
  const cpu = async (): Promise<number> => {
    server.send('cpu')
    const [value] = (await once(server, 'message')) as [number]
    return value
  }
  const costs: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = await cpu()
    await (transport === 'tcp' ? overTcp(ready.tcp) : overUdp(ready.udp))
    if (round > 0) costs.push(((await cpu()) - before) / MESSAGES)
  }
  server.kill()
  return costs
}

const mode = process.send === undefined ? undefined : process.argv[2]
if (mode === 'bare' || mode === 'host' || mode === 'attached') await serve(mode)
else {
  process.stdout.write(
    `server CPU per message of 4 bytes there and back, median of ${ROUNDS} rounds of ${MESSAGES}\n`,
  )
  for (const transport of ['tcp', 'udp'] as const) {
    const costs = {
      bare: median(await measure('bare', transport)),
      host: median(await measure('host', transport)),
      attached: median(await measure('attached', transport)),
    }
    const figures = Object.entries(costs).map(
      ([name, cost]) => `${name} ${cost.toFixed(1)} µs (${(cost / costs.bare).toFixed(2)})`,
    )
    process.stdout.write(`${transport}: ${figures.join('   ')}\n`)
  }
}
