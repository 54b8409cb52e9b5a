import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { contain, verdictOf, type Attachment, type Flow, type Verdict } from './flow.ts'
import { Tap } from './tap.ts'

/** Every byte between the lab and the world passes here; with nothing attached it passes untouched. */
export class Wire {
  readonly #now: () => number
  readonly #flows = new Map<number, { readonly flow: Flow; readonly cut: () => void }>()
  #attachments: readonly Attachment[] = []
  #last = 0

  readonly #complain: (name: string, error: unknown) => void

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

  /** Numbers a new flow. */
  flow(about: Omit<Flow, 'id' | 'openedAt'>): Flow {
    this.#last += 1
    return { id: this.#last, openedAt: this.#now(), ...about }
  }

  /** Asks the attachments; false means that the flow is refused, and has ended for those that were asked. */
  admits(flow: Flow): boolean {
    const asked: Attachment[] = []
    for (const attachment of this.#attachments) {
      asked.push(attachment)
      if (attachment.opened?.(flow) !== 'refuse') continue
      for (const other of asked) other.closed?.(flow)
      return false
    }
    return true
  }

  /** The stream that the service shall see: the socket itself, or a tap on it while something is attached. */
  carry(socket: Socket, flow: Flow): Duplex {
    const attachments = this.#attachments
    const stream = attachments.length === 0 ? socket : new Tap(socket, flow, attachments)
    this.#flows.set(flow.id, { flow, cut: () => socket.resetAndDestroy() })
    socket.once('close', () => {
      this.#flows.delete(flow.id)
      for (const attachment of attachments) attachment.closed?.(flow)
    })
    return stream
  }

  /** What is to happen to a datagram; the longest delay wins, a drop beats all. */
  judge(flow: Flow, direction: 'in' | 'out', bytes: Buffer): Verdict | undefined {
    return verdictOf(this.#attachments, flow, direction, bytes)
  }

  /** Hands a TLS secret to the attachments. */
  secret(flow: Flow, line: Buffer): void {
    for (const attachment of this.#attachments) attachment.secret?.(flow, line)
  }

  /** Tells the attachments that a datagram flow has ended. */
  closed(flow: Flow): void {
    for (const attachment of this.#attachments) attachment.closed?.(flow)
  }
}
