import type {
  Address,
  Fact,
  Json,
  Logger,
  Problem,
  Running,
  ServiceContext,
  Text,
  Timer,
  World,
} from '../service.ts'
import type { Instance } from '../scenario/scenario.ts'
import { addressText } from '../kit/address.ts'
import type { Journal } from '../journal/journal.ts'
import type { Wire } from '../wire/wire.ts'
import type { PortMode } from './bind.ts'
import type { LabClock } from './clock.ts'
import { LabError, messageOf, stackOf } from './error.ts'
import { lendWorld } from './lend.ts'
import type { Faults } from './fault.ts'
import { scopes, type Scope } from './scope.ts'
import { Sockets } from './sockets.ts'
import { InstanceStore } from './store.ts'

/** Where a service instance is in its life. */
export type InstanceState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed'

/** What the lab lends to each of its instances. */
export interface Host {
  readonly state: string
  readonly bind: string
  readonly ports: PortMode
  readonly clock: LabClock
  readonly random: ServiceContext<unknown>['random']
  readonly world: World
  readonly wire: Wire
  readonly journal: Journal
  readonly faults: Faults
  readonly log: (instance: string) => Logger
}

/** Milliseconds that a service may take to dispose of itself. */
const PATIENCE = 150

/** The life of one service instance: it starts whole or not at all, and leaves nothing behind when it stops. */
export class Runner {
  readonly instance: Instance
  readonly #host: Host
  readonly #log: Logger
  #state: InstanceState = 'stopped'
  #error: Text | undefined
  #abort = new AbortController()
  #sockets: Sockets | undefined
  #running: Running | undefined
  #store: InstanceStore | undefined
  readonly #timers = new Set<Timer>()
  readonly #published = new Set<Disposable>()
  /** The ports that `any` has given, kept over a restart. */
  readonly #given: Map<string, number>

  constructor(instance: Instance, host: Host, before?: Runner) {
    this.instance = instance
    this.#host = host
    this.#log = host.log(instance.name)
    this.#given = before === undefined ? new Map() : new Map(before.#given)
  }

  get state(): InstanceState {
    return this.#state
  }

  /** Why it is not well, if it is not. */
  get trouble(): Text | undefined {
    if (this.#error !== undefined || this.#state !== 'running') return this.#error
    try {
      return this.#running?.health?.()
    } catch (error) {
      return new LabError((words) => words.healthUnknown(this.instance.name, messageOf(error))).text
    }
  }

  /** Tells the service of mistakes in the files that it has read, for which a reload was refused. */
  reject(problems: readonly Problem[]): void {
    const own = this.instance.files.watched()
    const told = problems.filter((problem) => own.includes(problem.file))
    if (told.length === 0) return
    try {
      this.#running?.rejected?.(told)
    } catch (error) {
      this.#log.error(
        { error: stackOf(error) },
        'internal error while hearing of mistakes; the service goes on',
      )
    }
  }

  /** Asks the running service for something that its own commands may ask; rejects with a LabError if there is no such thing. */
  async ask(operation: string, input: Json): Promise<Json> {
    const { name } = this.instance
    const operations = this.#running?.operations ?? {}
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (run === undefined) throw new LabError((words) => words.operationUnknown(name, operation))
    return run(input)
  }

  /** The names of what may be asked of it now. */
  get operations(): readonly string[] {
    return Object.keys(this.#running?.operations ?? {})
  }

  /** Where its endpoints listen. */
  addresses(): ReadonlyMap<string, Address> {
    return this.#sockets?.addresses() ?? new Map()
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets?.connections ?? 0
  }

  /** Starts it; on failure, or when the signal aborts, all that it had opened is closed and the reason thrown. */
  async start(signal: AbortSignal): Promise<void> {
    this.#state = 'starting'
    this.#error = undefined
    this.#abort = new AbortController()
    const { name, service } = this.instance
    this.#sockets = new Sockets({
      instance: name,
      wire: this.#host.wire,
      log: this.#log,
      locate: (endpoint) => this.#locate(endpoint),
    })
    this.#store = new InstanceStore(this.#host.state, name)
    const scope: Scope = {
      instance: name,
      fail: (error) => this.#log.error({ error: messageOf(error) }, 'internal error'),
    }
    const aborted = Promise.withResolvers<never>()
    const stop = (): void => aborted.reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    let starting: Promise<Running | void> | undefined
    try {
      signal.throwIfAborted()
      starting = scopes.run(scope, async () => service.start(this.#context()))
      this.#running = (await Promise.race([starting, aborted.promise])) ?? undefined
      this.#state = 'running'
      for (const [endpoint, address] of this.addresses()) this.#given.set(endpoint, address.port)
      this.#host.journal.record('lab', { kind: 'service.started', data: { name, ...this.#where() } })
    } catch (error) {
      // A start that outlives its own abort is disposed of when it arrives.
      void starting?.then(
        (late) => late?.[Symbol.asyncDispose](),
        () => undefined,
      )
      await this.#unwind()
      const isAborted = signal.aborted
      this.#state = isAborted ? 'stopped' : 'failed'
      const told =
        error instanceof LabError
          ? error
          : new LabError((words) => words.serviceFailed(name, messageOf(error)), { cause: error })
      if (!isAborted) this.#error = told.text
      throw isAborted ? error : told
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Stops it; open connections get until a moment of `performance.now()`; what goes wrong on the way is logged and stops nothing. */
  async stop(until?: number): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopping'
    await this.#unwind(until)
    this.#state = 'stopped'
    this.#host.journal.record('lab', { kind: 'service.stopped', data: { name: this.instance.name } })
  }

  #where(): Record<string, string> {
    return Object.fromEntries(
      [...this.addresses()].map(([endpoint, address]) => [endpoint, addressText(address)]),
    )
  }

  async #unwind(until?: number): Promise<void> {
    this.#abort.abort(new LabError((words) => words.serviceStopped(this.instance.name)))
    const running = this.#running
    await this.#quietly(() => this.#sockets?.close(until, () => running?.isBusy?.() ?? false))
    this.#running = undefined
    if (running !== undefined) await this.#quietly(() => inTime(running[Symbol.asyncDispose]()))
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const published of this.#published) published[Symbol.dispose]()
    this.#published.clear()
    await this.#quietly(() => this.#store?.[Symbol.dispose]())
    this.#store = undefined
  }

  async #quietly(run: () => unknown): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#log.error({ error: messageOf(error) }, 'error while stopping; the others go on')
    }
  }

  #locate(endpoint: string): { readonly transport: 'tcp' | 'udp' | 'both'; readonly address: Address } {
    const { name, service, ports } = this.instance
    const declared = Object.hasOwn(service.endpoints, endpoint) ? service.endpoints[endpoint] : undefined
    if (declared === undefined) throw new LabError((words) => words.endpointWrong(name, endpoint))
    const mode = this.#host.ports
    const usual = mode === 'any' ? (this.#given.get(endpoint) ?? 0) : declared[mode]
    const port = mode === 'any' ? usual : (ports[endpoint] ?? usual)
    return { transport: declared.transport, address: { host: this.#host.bind, port } }
  }

  #context(): ServiceContext<unknown> {
    const { name, config, files } = this.instance
    const { clock, random, journal, faults } = this.#host
    const sockets = this.#sockets
    if (sockets === undefined) throw new TypeError('no context without sockets')
    const world = lendWorld(this.#host.world, (publish) => this.#owned(publish))
    return {
      instance: name,
      config,
      log: this.#log,
      random,
      world,
      files,
      signal: this.#abort.signal,
      clock: {
        now: () => clock.now(),
        timer: (milliseconds, run) => this.#timer(milliseconds, run),
        wait: (milliseconds, signal) =>
          clock.wait(
            milliseconds,
            signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]),
          ),
      },
      tcp: (endpoint, serve) => sockets.tcp(endpoint, serve),
      tls: (endpoint, options, serve) => sockets.tls(endpoint, options, serve),
      udp: (endpoint, serve) => sockets.udp(endpoint, serve),
      connect: (target) => sockets.connect(target),
      upgrade: (socket, options) => sockets.upgrade(socket, options),
      refuse: (socket, alert) => sockets.refuse(socket, alert),
      reveal: (connection, socket) => sockets.reveal(connection, socket),
      certificate: (request) => world.certificates.issue(request),
      store: () => {
        if (this.#store === undefined) throw new LabError((words) => words.serviceStopped(name))
        return this.#store
      },
      fault: (point, subject) => faults.take(point, subject),
      record: (fact: Fact) => journal.record(name, fact),
    }
  }

  #owned(publish: () => Disposable): Disposable {
    this.#abort.signal.throwIfAborted()
    const published = publish()
    const owned = {
      [Symbol.dispose]: () => {
        this.#published.delete(owned)
        published[Symbol.dispose]()
      },
    }
    this.#published.add(owned)
    return owned
  }

  #timer(milliseconds: number, run: () => void): Timer {
    if (this.#abort.signal.aborted) return { refresh: () => undefined, cancel: () => undefined }
    const timer = this.#host.clock.timer(milliseconds, () => {
      this.#timers.delete(owned)
      try {
        run()
      } catch (error) {
        this.#log.error({ error: stackOf(error) }, 'internal error in a timer; the service goes on')
      }
    })
    const owned: Timer = {
      refresh: () => timer.refresh(),
      cancel: () => {
        this.#timers.delete(owned)
        timer.cancel()
      },
    }
    this.#timers.add(owned)
    return owned
  }
}

/** Waits for the promise, but not for ever. */
async function inTime(work: PromiseLike<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`still busy after ${PATIENCE} ms`)), PATIENCE)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
