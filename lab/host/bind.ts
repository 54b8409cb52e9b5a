import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type Server } from 'node:net'
import { platform } from 'node:os'
import { addressText } from '../kit/address.ts'
import type { Address } from '../service.ts'
import { codeOf, LabError, messageOf } from './error.ts'
import { holderOf, isElsewhere } from './holder.ts'

/** Which of an endpoint's ports to use: the standard one, the unprivileged one, or any free one. */
export type PortMode = 'standard' | 'fallback' | 'any'

/** The port modes, as the command line names them. */
export const portModes: readonly PortMode[] = ['standard', 'fallback', 'any']

/** Connections that one TCP endpoint keeps open at the most; beyond it new ones are closed at once. */
const CONNECTIONS = 20_000

/** How often `any` looks for a port number that is free for TCP and UDP alike. */
const TRIES = 20

/** The sockets of one endpoint, bound but not yet served. */
export interface Bound {
  readonly address: Address
  readonly server?: Server
  readonly datagrams?: DatagramSocket
}

/** Binds what the transport asks for at one address and port number (0 = any); a port in use is an error that names its holder. */
export async function bind(
  service: string,
  transport: 'tcp' | 'udp' | 'both',
  wanted: Address,
): Promise<Bound> {
  try {
    if (transport === 'tcp') return await bindTcp(wanted)
    if (transport === 'udp') return await bindUdp(wanted, false)
    return await bindBoth(wanted)
  } catch (error) {
    throw await explained(error, service, transport, wanted)
  }
}

/** Closes what was bound. */
export async function unbind(bound: Bound): Promise<void> {
  const { server, datagrams } = bound
  await Promise.all([
    server && new Promise<void>((resolve) => void server.close(() => resolve())),
    datagrams && new Promise<void>((resolve) => void datagrams.close(() => resolve())),
  ])
}

async function bindTcp({ host, port }: Address): Promise<Bound> {
  // Half-open: a client that has sent its request and closed its side still gets the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true })
  server.maxConnections = CONNECTIONS
  server.listen({ host, port, backlog: 1024, exclusive: true })
  await once(server, 'listening')
  const bound = server.address()
  return { address: { host, port: typeof bound === 'object' && bound !== null ? bound.port : port }, server }
}

async function bindUdp({ host, port }: Address, isShared: boolean): Promise<Bound> {
  const family = isIPv6(host) ? 6 : 4
  const datagrams = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    reuseAddr: isShared,
    // Peers are addresses already; without this every answer would go through the resolver.
    lookup: (name, _options, done) => done(null, name, family),
  })
  try {
    // The lookup above answers at once, and so does `bind`: whoever waits must do so first.
    const listening = once(datagrams, 'listening')
    datagrams.bind({ address: host, port, exclusive: true })
    await listening
  } catch (error) {
    datagrams.close()
    throw error
  }
  return { address: { host, port: datagrams.address().port }, datagrams }
}

/** Binds TCP first: it never shares a port, so that two labs always see each other. */
async function bindBoth(wanted: Address): Promise<Bound> {
  for (let tries = 1; ; tries += 1) {
    const tcp = await bindTcp(wanted)
    try {
      const udp = await bindUdp(tcp.address, false).catch(async (error: unknown) => {
        // A multicast responder holds UDP 5353 on all addresses and lets others bind one of them.
        const { host, port } = wanted
        if (codeOf(error) === 'EADDRINUSE' && port !== 0 && (await isElsewhere(host, port)))
          return bindUdp(tcp.address, true)
        throw error
      })
      return { ...tcp, ...udp }
    } catch (error) {
      await unbind(tcp)
      if (wanted.port !== 0 || tries >= TRIES || codeOf(error) !== 'EADDRINUSE') throw asUdp(error)
    }
  }
}

function asUdp(error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { transport: 'udp' }) : error
}

async function explained(
  error: unknown,
  service: string,
  transport: 'tcp' | 'udp' | 'both',
  wanted: Address,
): Promise<unknown> {
  const { host, port } = wanted
  const failed = error instanceof Error && 'transport' in error ? 'udp' : transport === 'udp' ? 'udp' : 'tcp'
  const where = `${addressText(wanted)}/${failed}`
  switch (codeOf(error)) {
    case 'EADDRINUSE': {
      const holder = await holderOf(failed, host, port)
      return new LabError((words) => words.portInUse(service, where, holder), { cause: error })
    }
    case 'EACCES':
      return new LabError((words) => words.portForbidden(service, where, platform()), { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EINVAL':
      return new LabError((words) => words.addressUnknown(service, host), { cause: error })
    case undefined:
    default:
      return new LabError((words) => words.portFailed(service, where, messageOf(error)), { cause: error })
  }
}
