import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of the loopback that nobody has for UDP and TCP now, and that the system gives to nobody by itself, so that it can be had again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
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
