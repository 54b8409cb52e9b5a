import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import {
  contain,
  verdictOf,
  type Attachment,
  type Direction,
  type Flow,
  type TlsOutcome,
  type Verdict,
} from './flow.ts'
import { agreementOf, tapPlain } from './plain.ts'
import { Tap } from './tap.ts'

/** A flow of which the lab's own end may not be known yet. */
export type Located = Omit<Flow, 'local'> & { local: Flow['local'] }

/** An open connection, with those who look at it. */
interface Carried {
  readonly flow: Flow
  readonly attachments: readonly Attachment[]
  readonly cut: () => void
}

/** Every byte between the lab and the world passes here; with nothing attached it passes untouched. */
export class Wire {
  readonly #now: () => number
  readonly #complain: (name: string, error: unknown) => void
  readonly #flows = new Map<number, Carried>()
  #attachments: readonly Attachment[] = []
  #last = 0

  /** `complain` is told, with its name, of an attachment that threw and has been detached for it. */
  constructor(now: () => number, complain: (name: string, error: unknown) => void) {
    this.#now = now
    this.#complain = complain
  }

  /** Attaches until the result is disposed of; flows that are open already stay as they are. */
  attach(attachment: Attachment): Disposable {
    const detach = (): void => {
      this.#attachments = this.#attachments.filter((other) => other !== contained)
    }
    const contained = contain(attachment, (error) => {
      detach()
      this.#complain(attachment.name, error)
    })
    this.#attachments = [...this.#attachments, contained]
    return { [Symbol.dispose]: detach }
  }

  /** True when something looks at, or shapes, new flows. */
  get isAttached(): boolean {
    return this.#attachments.length > 0
  }

  /** The open connections. */
  flows(): readonly Flow[] {
    return [...this.#flows.values()].map((entry) => entry.flow)
  }

  /** Resets an open connection; false if there is none of that number. */
  cut(id: number): boolean {
    const entry = this.#flows.get(id)
    entry?.cut()
    return entry !== undefined
  }

  /** Milliseconds since 1970 in the lab's time. */
  now(): number {
    return this.#now()
  }

  /** Numbers a new flow; the lab's own end of one that is yet to be connected is filled in later. */
  flow(about: Omit<Flow, 'id' | 'openedAt'>): Located {
    this.#last += 1
    return { id: this.#last, openedAt: this.#now(), ...about }
  }

  /** Asks all attachments, so that who only looks sees refusals too; false means that the flow is refused, and has ended. */
  admits(flow: Flow): boolean {
    const attachments = this.#attachments
    const answers = attachments.map((attachment) => attachment.opened?.(flow))
    if (!answers.includes('refuse')) return true
    for (const attachment of attachments) attachment.closed?.(flow, 'out')
    return false
  }

  /** The stream that the service shall see: the socket itself, or a tap on it while something is attached. */
  carry(socket: Socket, flow: Flow): Duplex {
    const attachments = this.#attachments
    let reset: Direction | undefined
    const cut = (): void => {
      reset ??= 'out'
      socket.resetAndDestroy()
    }
    this.#flows.set(flow.id, { flow, attachments, cut })
    if (attachments.length > 0)
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') reset ??= 'in'
      })
    socket.once('close', () => {
      this.#flows.delete(flow.id)
      for (const attachment of attachments) attachment.closed?.(flow, reset)
    })
    if (attachments.length === 0) return socket
    if (flow.direction === 'outbound') for (const attachment of attachments) attachment.connected?.(flow)
    return new Tap(socket, flow, attachments, cut)
  }

  /** What is to happen to a datagram; the longest delay wins, a drop beats all. */
  judge(flow: Flow, direction: Direction, bytes: Buffer): Verdict | undefined {
    return verdictOf(this.#attachments, flow, direction, bytes)
  }

  /** Whether somebody looks at an open connection. */
  isWatched(flow: Flow): boolean {
    return this.#watchers(flow).length > 0
  }

  /** TLS begins on a connection. */
  upgrading(flow: Flow): void {
    for (const attachment of this.#watchers(flow)) attachment.upgrading?.(flow)
  }

  /** Hands a TLS secret to the attachments. */
  secret(flow: Flow, line: Buffer): void {
    for (const attachment of this.#watchers(flow)) attachment.secret?.(flow, line)
  }

  /** The handshake is over: with what both ends agreed on, or with a failure. */
  secured(flow: Flow, result: TLSSocket | Error): void {
    const watchers = this.#watchers(flow)
    if (watchers.length === 0) return
    const outcome: TlsOutcome = result instanceof Error ? { failure: result.message } : agreementOf(result)
    for (const attachment of watchers) attachment.secured?.(flow, outcome)
  }

  /** Shows what TLS carries from now on. */
  plain(flow: Flow, secured: TLSSocket): void {
    const watchers = this.#watchers(flow)
    if (watchers.length > 0) tapPlain(secured, flow, watchers)
  }

  /** Tells the attachments that a flow has ended that was not carried: of datagrams, or one that never stood. */
  closed(flow: Flow, reset?: Direction): void {
    for (const attachment of this.#attachments) attachment.closed?.(flow, reset)
  }

  #watchers({ id }: Flow): readonly Attachment[] {
    return this.#flows.get(id)?.attachments ?? []
  }
}
