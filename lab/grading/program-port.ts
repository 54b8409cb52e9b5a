/** Ports for a person's program, and whether it listens on them. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from '../service.ts'

/** A port of the loopback that nobody holds just now, neither with TCP nor with UDP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const isFree = await isFreeForUdp(port)
    server.close()
    await once(server, 'close')
    if (isFree) return port
  }
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

/** Whether somebody listens there, asked without a connection where the system tells: that may be the only one that a program serves. */
export async function listens(address: Address, transport: 'tcp' | 'udp' | 'both'): Promise<boolean> {
  const kinds = transport === 'both' ? (['tcp', 'udp'] as const) : ([transport] as const)
  const tables = await Promise.all(kinds.flatMap((kind) => [tableOf(kind), tableOf(`${kind}6`)]))
  const told = tables.filter((table) => table !== undefined)
  if (told.length > 0 && isHere(address)) return told.some((table) => holds(table, address.port))
  if (transport !== 'udp') return answers(address)
  // Elsewhere nothing tells whether a datagram is waited for.
  await sleep(1000)
  return true
}

async function tableOf(kind: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/net/${kind}`, 'latin1')
  } catch {
    return undefined
  }
}

function isHere({ host }: Address): boolean {
  return host === '127.0.0.1' || host === '::1'
}

/** In the tables of Linux, 0A is a socket that listens and 07 one of UDP. */
function holds(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return new RegExp(`^ *\\d+: [\\dA-F]+:${hex} [\\dA-F]+:0000 (?:0A|07) `, 'm').test(table)
}

async function answers({ host, port }: Address): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
