import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the system gives away by itself. */
const FIRST = 20_000
const SLICES = 48
const SLICE = 250
/** Processes of tests that run at the same time have other ports, and none gives the same one twice before it is bound. */
const first = FIRST + (process.pid % SLICES) * SLICE
let given = randomInt(SLICE)

/** A port of the loopback that nobody has for UDP and TCP now, and that the system gives to nobody by itself, so that it can be had again. */
export async function freePort(): Promise<number> {
  for (;;) {
    given = (given + 1) % SLICE
    const port = first + given
    const udp = createSocket('udp4')
    const tcp = createServer()
    try {
      udp.bind(port, '127.0.0.1')
      tcp.listen(port, '127.0.0.1')
      await Promise.all([once(udp, 'listening'), once(tcp, 'listening')])
      return port
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    } finally {
      udp.close()
      tcp.close()
    }
  }
}
