import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { addressText } from '../kit/address.ts'
import type { Address, Logger, ServeDatagram, ServeStream, ServerTlsOptions, TlsAlert } from '../service.ts'
import type { Flow } from '../wire/flow.ts'
import type { Wire } from '../wire/wire.ts'
import { bind, unbind, type Bound } from './bind.ts'
import { connectTcp, connectUdp } from './connect.ts'
import { codeOf, LabError, stackOf } from './error.ts'
import { guard, inScope, type Scope } from './scope.ts'
import type { TlsUpgrades } from './tls.ts'
import { serveUdp } from './udp.ts'

/** Milliseconds that open connections get to finish when the service stops. */
const GRACE = 100

/** Milliseconds that a service gets for what a stop must not cut; `lab stop` waits longer. */
const MOST_GRACE = 3000

/** Milliseconds without a byte sent after which a half-closed connection ends. */
const HALF_OPEN = 30_000

/** What the sockets of one instance need to know. */
export interface SocketsOptions {
  readonly instance: string
  readonly wire: Wire
  readonly log: Logger
  /** Where an endpoint is to listen, and on what. */
  locate(endpoint: string): { readonly transport: 'tcp' | 'udp' | 'both'; readonly address: Address }
}

/** Every socket of one service instance: it accepts, connects and upgrades, and closes them all. */
export class Sockets {
  readonly #options: SocketsOptions
  readonly #bound = new Map<string, Bound>()
  readonly #binding = new Map<string, Promise<Bound>>()
  /** What is listened to already, as in `tcp dns`. */
  readonly #used = new Set<string>()
  readonly #stop = new AbortController()
  /** The flows whose error has been told. */
  readonly #failed = new WeakSet<Flow>()
  readonly #streams = new Set<Duplex>()
  readonly #flows = new WeakMap<Duplex, Scope & { readonly flow: Flow }>()
  /** Loaded on first use: a lab without TLS does not pay for it. */
  #upgrades: Promise<TlsUpgrades> | undefined
  #isClosed = false

  constructor(options: SocketsOptions) {
    this.#options = options
  }

  /** Where each endpoint listens. */
  addresses(): ReadonlyMap<string, Address> {
    return new Map([...this.#bound].map(([endpoint, bound]) => [endpoint, bound.address]))
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#streams.size
  }

  async tcp(endpoint: string, serve: ServeStream): Promise<Address> {
    const bound = await this.#bind(endpoint, 'tcp')
    this.#listen(endpoint, bound, (stream, peer) => serve(stream, peer))
    return bound.address
  }

  async tls(endpoint: string, options: ServerTlsOptions, serve: ServeStream<TLSSocket>): Promise<Address> {
    const bound = await this.#bind(endpoint, 'tcp')
    this.#listen(endpoint, bound, async (stream, peer) => {
      const secured = await this.upgrade(stream, options).catch(() => undefined)
      if (secured !== undefined) await serve(secured, peer)
    })
    return bound.address
  }

  async udp(endpoint: string, serve: ServeDatagram): Promise<Address> {
    const { address, datagrams } = await this.#bind(endpoint, 'udp')
    const { wire, instance } = this.#options
    if (datagrams === undefined) throw new LabError((words) => words.endpointWrong(instance, endpoint))
    const isClosed = (): boolean => this.#isClosed
    const complain = (error: unknown): void => this.#complain(error)
    serveUdp({ instance, endpoint, wire, address, datagrams, isClosed, complain }, serve)
    return address
  }

  /** Opens a connection outwards; rejects with the system's error. */
  async connect(
    target: Address & { readonly transport?: 'tcp' | 'udp'; readonly timeout?: number },
  ): Promise<Duplex> {
    const { wire, instance } = this.#options
    const transport = target.transport ?? 'tcp'
    if (this.#isClosed) throw new LabError((words) => words.serviceStopped(instance))
    const remote = { host: target.host, port: target.port }
    const unbound = { host: '', port: 0 }
    const flow = wire.flow({
      service: instance,
      endpoint: '',
      transport,
      direction: 'outbound',
      local: unbound,
      remote,
    })
    if (!wire.admits(flow)) throw new LabError((words) => words.connectRefused(instance, addressText(remote)))
    try {
      if (transport === 'udp') return this.#adopt(await connectUdp(wire, flow), flow)
      const socket = await connectTcp(remote, this.#stop.signal, target.timeout)
      flow.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 }
      return this.#adopt(wire.carry(socket, flow), flow)
    } catch (error) {
      wire.closed(flow, codeOf(error) === 'ECONNREFUSED' ? 'in' : undefined)
      throw error
    }
  }

  async upgrade(stream: Duplex, options: ServerTlsOptions): Promise<TLSSocket> {
    const scope = this.#flows.get(stream)
    if (scope === undefined) throw new TypeError('only a stream that the host accepted can be upgraded')
    const { wire, log } = this.#options
    wire.upgrading(scope.flow)
    this.#upgrades ??= import('./tls.ts').then((tls) => new tls.TlsUpgrades(wire, log))
    const upgrades = await this.#upgrades
    const secured = await upgrades.upgrade(stream, options, scope)
    this.#track(secured)
    guard(secured, scope)
    if (this.#isClosed) secured.destroy()
    return secured
  }

  /** Shows those who look on what a TLS client agrees on, its secrets and what it carries; before its handshake. */
  reveal(stream: Duplex, secured: TLSSocket): void {
    const flow = this.#flows.get(stream)?.flow
    const { wire } = this.#options
    if (flow === undefined)
      throw new TypeError('only TLS on a stream that the host connected can be revealed')
    if (!wire.isWatched(flow)) return
    wire.upgrading(flow)
    // A client may write before its handshake is over.
    wire.plain(flow, secured)
    const failed = (error: Error): void => wire.secured(flow, error)
    secured.on('keylog', (line: Buffer) => wire.secret(flow, line))
    secured.once('error', failed)
    secured.once('secureConnect', () => {
      secured.off('error', failed)
      wire.secured(flow, secured)
    })
  }

  /** Ends a connection whose client's certificate is not good enough. */
  refuse(secured: TLSSocket, alert: TlsAlert): void {
    // It came by an upgrade, so that what does them is there.
    void this.#upgrades?.then((upgrades) => upgrades.refuse(secured, alert))
  }

  /**
   * Stops listening at once, gives open connections a grace (until a moment of `performance.now()`, and from the end of what
   * the service must not be cut in), then destroys what is left.
   */
  async close(until = performance.now() + GRACE, isBusy: () => boolean = () => false): Promise<void> {
    this.#isClosed = true
    this.#stop.abort(new LabError((words) => words.serviceStopped(this.#options.instance)))
    const closing = [...this.#bound.values()].map((bound) => unbind(bound))
    this.#bound.clear()
    try {
      await this.#grace(until, isBusy)
    } finally {
      for (const stream of this.#streams) stream.destroy()
      await Promise.all(closing)
    }
  }

  /** Binds an endpoint once; what is asked for at the same moment gets the same sockets. */
  async #bind(endpoint: string, use: 'tcp' | 'udp'): Promise<Bound> {
    if (this.#used.has(`${use} ${endpoint}`))
      throw new LabError((words) => words.endpointTwice(this.#options.instance, endpoint))
    this.#used.add(`${use} ${endpoint}`)
    const { transport, address } = this.#options.locate(endpoint)
    const binding = this.#binding.get(endpoint) ?? bind(this.#options.instance, transport, address)
    this.#binding.set(endpoint, binding)
    const bound = await binding
    if (this.#isClosed) {
      if (!this.#bound.has(endpoint)) await unbind(bound)
      throw new LabError((words) => words.serviceStopped(this.#options.instance))
    }
    this.#bound.set(endpoint, bound)
    return bound
  }

  #listen(endpoint: string, { address, server }: Bound, serve: ServeStream): void {
    const { wire, instance } = this.#options
    if (server === undefined) throw new LabError((words) => words.endpointWrong(instance, endpoint))
    ;(server satisfies Server).on('connection', (socket: Socket) => {
      const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
      const local = { host: socket.localAddress ?? address.host, port: address.port }
      const flow = wire.flow({
        service: instance,
        endpoint,
        transport: 'tcp',
        direction: 'inbound',
        local,
        remote,
      })
      if (this.#isClosed || !wire.admits(flow)) {
        socket.resetAndDestroy()
        return
      }
      // The other end may reset at any moment; services learn of it by `close`.
      socket.on('error', () => undefined)
      socket.once('end', () => boundHalfOpen(socket))
      const stream = this.#adopt(wire.carry(socket, flow), flow)
      const scope = this.#flows.get(stream)
      if (scope !== undefined) inScope(scope, () => serve(stream, { ...remote, connection: flow.id, local }))
    })
    server.on('error', (error) => this.#complain(error))
  }

  /** Gives a stream its own scope; a flow that opens after the stop is ended at once. */
  #adopt(stream: Duplex, flow: Flow): Duplex {
    const scope = {
      instance: this.#options.instance,
      flow,
      fail: (error: unknown) => this.#fail(stream, flow, error),
    }
    this.#flows.set(stream, scope)
    // The other end may reset at any moment; services learn of it by `close`.
    stream.on('error', () => undefined)
    guard(stream, scope)
    if (this.#isClosed) stream.destroy()
    return this.#track(stream)
  }

  #track<Stream extends Duplex>(stream: Stream): Stream {
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  #fail(stream: Duplex, flow: Flow, error: unknown): void {
    if (this.#failed.has(flow)) return
    this.#failed.add(flow)
    this.#options.log.error(
      { connection: flow.id, peer: flow.remote.host, error: stackOf(error) },
      'internal error; the connection ends, the others go on',
    )
    stream.destroy()
  }

  #complain(error: unknown): void {
    this.#options.log.error({ error: stackOf(error) }, 'internal error; the service goes on')
  }

  async #grace(until: number, isBusy: () => boolean): Promise<void> {
    const limit = performance.now() + MOST_GRACE
    let end = until
    for (;;) {
      const now = performance.now()
      const isWaiting = now < limit && isBusy()
      if (isWaiting) end = Math.max(end, now + GRACE)
      if (now >= end || (!isWaiting && this.#streams.size === 0)) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** A client that has closed its half still gets its answer, but a service that sends nothing more cannot keep it for ever. */
function boundHalfOpen(socket: Socket): void {
  let written = socket.bytesWritten
  const timer = setInterval(() => {
    if (socket.bytesWritten === written) socket.destroy()
    written = socket.bytesWritten
  }, HALF_OPEN)
  socket.once('close', () => clearInterval(timer))
}
