import type { Socket as DatagramSocket } from 'node:dgram'
import type { Address, Peer, ServeDatagram } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Wire } from '../wire/wire.ts'

/** A bound UDP socket, and what its service's datagrams pass through. */
export interface UdpEndpoint {
  readonly instance: string
  readonly endpoint: string
  readonly wire: Wire
  readonly address: Address
  readonly datagrams: DatagramSocket
  /** Once it is, what comes is neither served nor answered. */
  isClosed(): boolean
  /** Logs an error that ends nothing. */
  complain(error: unknown): void
}

/** Serves each datagram by itself: with somebody on the wire it is a flow that ends with its answer. */
export function serveUdp(at: UdpEndpoint, serve: ServeDatagram): void {
  const { instance, endpoint, wire, address: local, datagrams } = at
  datagrams.on('error', (error) => at.complain(error))
  datagrams.on('message', (message, { address: host, port }) => {
    // Nothing can be sent back to port 0: such a datagram is forged.
    if (port === 0) return
    if (!wire.isAttached) return take(at, serve, message, { host, port, connection: 0, local }, undefined)
    const remote = { host, port }
    const flow = wire.flow({
      service: instance,
      endpoint,
      transport: 'udp',
      direction: 'inbound',
      local,
      remote,
    })
    if (!wire.admits(flow)) return
    const verdict = wire.judge(flow, 'in', message)
    const deliver = (): void => take(at, serve, message, { host, port, connection: flow.id, local }, flow)
    if (verdict === undefined) deliver()
    else if (typeof verdict === 'object') setTimeout(deliver, verdict.delay)
    else wire.closed(flow)
  })
}

function take(
  at: UdpEndpoint,
  serve: ServeDatagram,
  message: Buffer,
  peer: Peer,
  flow: Flow | undefined,
): void {
  const failed = (error: unknown): void => {
    at.complain(error)
    if (flow !== undefined) at.wire.closed(flow)
  }
  try {
    const reply = at.isClosed() ? undefined : serve(message, peer)
    if (reply instanceof Promise) reply.then((bytes) => answer(at, peer, bytes, flow)).catch(failed)
    else answer(at, peer, reply, flow)
  } catch (error) {
    failed(error)
  }
}

function answer(at: UdpEndpoint, peer: Peer, reply: Buffer | undefined, flow: Flow | undefined): void {
  const { wire, datagrams } = at
  const verdict = flow === undefined || reply === undefined ? undefined : wire.judge(flow, 'out', reply)
  const send = (): void => {
    // A client that has gone, or an answer that the network cannot carry, concerns nobody else: without a callback such
    // errors are dropped, and a callback costs a turn of the queue for each datagram.
    if (reply !== undefined && !at.isClosed() && verdict !== 'drop' && verdict !== 'cut')
      datagrams.send(reply, peer.port, peer.host)
    if (flow !== undefined) wire.closed(flow)
  }
  if (typeof verdict === 'object') setTimeout(send, verdict.delay)
  else send()
}
