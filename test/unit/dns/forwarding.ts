/** A forwarder by itself, with sockets and a clock of the test's own. */
import { LabClock } from '../../../lab/host/clock.ts'
import { createRandom } from '../../../lab/host/random.ts'
import { Sockets } from '../../../lab/host/sockets.ts'
import type { Address, Logger } from '../../../lab/service.ts'
import { Wire } from '../../../lab/wire/wire.ts'
import { Forwarder } from '../../../services/dns/forward/forwarder.ts'
import { findType } from '../../../services/dns/records/types.ts'
import { isWithin, parseName, ROOT } from '../../../services/dns/wire/name.ts'

/** What differs from a plain question for an address. */
interface Asking {
  readonly type?: string
  readonly dnssec?: boolean
  readonly checkingDisabled?: boolean
}

type Result = Awaited<ReturnType<Forwarder['resolve']>>

/** How the forwarder differs from the usual one. */
interface Setting {
  readonly serveStale?: number
  /** A name below which all is the lab's own. */
  readonly own?: string
  readonly context?: Partial<ConstructorParameters<typeof Forwarder>[0]['context']>
}

/** The forwarder, its clock, and what it has logged. */
export class Forwarding implements AsyncDisposable {
  readonly clock = new LabClock()
  readonly logged: string[] = []
  readonly forwarder: Forwarder
  readonly #sockets: Sockets

  constructor(servers: readonly string[], { serveStale = 0, own = 'own.test.', context }: Setting = {}) {
    const wire = new Wire(
      () => this.clock.now(),
      () => undefined,
    )
    const note = (_fields: object, message: string): void => void this.logged.push(message)
    const log: Logger = { debug: note, info: note, warn: note, error: note }
    const locate = (): never => {
      throw new Error('the forwarder listens on nothing')
    }
    const sockets = new Sockets({ instance: 'dns', wire, log, locate })
    this.#sockets = sockets
    const { key } = parseName(own, ROOT)
    this.forwarder = new Forwarder({
      servers: servers.map(addressOf),
      context: {
        clock: this.clock,
        random: createRandom(),
        log,
        connect: (target) => sockets.connect(target),
        ...context,
      },
      size: 1232,
      isOwn: (name) => isWithin(name, key),
      serveStale,
      cacheSize: 1_000_000,
    })
  }

  /** Asks at once; time stands still but for what really passes. */
  ask(name: string, asking: Asking = {}): Promise<Result> {
    const { type = 'A', dnssec = false, checkingDisabled = false } = asking
    const question = { name: parseName(name, ROOT), type: findType(type)?.code ?? 0, class: 1 }
    return this.forwarder.resolve(question, { dnssec, checkingDisabled })
  }

  /** Asks, and lets the clock run ahead until there is a result. */
  askInTime(name: string, asking: Asking = {}): Promise<Result> {
    return this.inTime(this.ask(name, asking))
  }

  /** Lets the clock run ahead until the promise settles. */
  async inTime<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { isSettled: false }
    const settle = (): void => {
      state.isSettled = true
    }
    promise.then(settle, settle)
    await this.settle()
    while (!state.isSettled) {
      this.clock.advance(50)
      await this.settle()
    }
    return promise
  }

  /** Lets happen what needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  /** The open sockets. */
  get connections(): number {
    return this.#sockets.connections
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clock.close()
    await this.#sockets.close(0)
  }
}

function addressOf(text: string): Address {
  const [host = '', port = ''] = text.split(':')
  return { host, port: Number(port) }
}
