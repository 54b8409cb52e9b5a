/** Marks what the lab's own probes do, so that it is evidence of nobody's work. */
import type { Lab } from '../host/lab.ts'

/** The fact that a connection, or a datagram, comes from the lab itself. */
export const OWN = 'probe.opened'

/** Milliseconds in which what a probe has sent arrives, if it does at all. */
const LATE = 1000

/** Knows the sockets of one probe: the lab is one process, so that what it is about to open can be told before it is accepted. */
export class OwnProbes implements Disposable {
  /** As in `udp 40123`; each opens one flow. */
  readonly #ports = new Set<string>()
  readonly #attached: Disposable

  /** With somebody on the wire each datagram is a flow, too, and has a number in the journal. */
  constructor({ wire, journal }: Pick<Lab, 'wire' | 'journal'>) {
    this.#attached = wire.attach({
      name: 'probe',
      opened: ({ id, direction, transport, remote }) => {
        if (direction === 'outbound' || !this.#ports.delete(`${transport} ${remote.port}`)) return undefined
        const before = journal.dropped
        journal.record('lab', { kind: OWN, connection: id })
        // A mark that a flooded journal drops would make evidence of what follows.
        return journal.dropped > before ? 'refuse' : undefined
      },
    })
  }

  /** Hears of a port of this machine before anything that is sent from it can arrive. */
  announce(transport: 'tcp' | 'udp', port: number): void {
    this.#ports.add(`${transport} ${port}`)
  }

  /** What was sent and has not arrived yet is still waited for. */
  [Symbol.dispose](): void {
    const detach = (): void => this.#attached[Symbol.dispose]()
    if (this.#ports.size === 0) detach()
    else setTimeout(detach, LATE).unref()
  }
}
