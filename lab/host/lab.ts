import { JournalFile, type Seal } from '../journal/file.ts'
import { Journal } from '../journal/journal.ts'
import { nearest } from '../kit/nearest.ts'
import { Turns } from '../kit/turns.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Address, Json, Logger, Text } from '../service.ts'
import { Wire } from '../wire/wire.ts'
import { createWorld, type LabWorld } from '../world/world.ts'
import type { PortMode } from './bind.ts'
import { planChange, type Changes } from './change.ts'
import { LabClock } from './clock.ts'
import { LabError, messageOf } from './error.ts'
import { Faults } from './fault.ts'
import { makeFolder } from './lock.ts'
import { startOrder } from './order.ts'
import { createRandom } from './random.ts'
import { Runner, type Host, type InstanceState } from './runner.ts'

/** How a lab is made. */
export interface LabOptions {
  readonly scenario: Scenario
  /** The folder of all that this lab keeps. */
  readonly state: string
  /** The address to listen on; 127.0.0.1 if not given. */
  readonly bind?: string
  /** `fallback` if not given. */
  readonly ports?: PortMode
  /** Makes chance repeatable. */
  readonly seed?: string
  /** A logger for the lab (`lab`) and for each instance; silent if not given. */
  readonly log?: (name: string) => Logger
  /** Makes what hears of each batch of the journal that is on the disk, given the journal's file. */
  readonly seal?: ((path: string) => Seal) | undefined
}

/** One service instance, as seen from outside. */
export interface InstanceStatus {
  readonly name: string
  readonly kind: string
  readonly state: InstanceState
  readonly addresses: readonly {
    readonly endpoint: string
    readonly transport: 'tcp' | 'udp' | 'both'
    readonly address: Address
  }[]
  readonly connections: number
  /** What may be asked of it, while it runs. */
  readonly operations: readonly string[]
  /** What is wrong, if something is. */
  readonly trouble?: Text
}

/** Milliseconds that open connections get to finish when the lab stops. */
const GRACE = 100

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** One laboratory: a scenario's services with all that they share. Several live side by side in one process. */
export class Lab implements AsyncDisposable {
  readonly clock: LabClock = new LabClock()
  readonly wire: Wire
  readonly journal: Journal
  readonly world: LabWorld
  readonly faults: Faults
  readonly #host: Host
  readonly #log: Logger
  #scenario: Scenario
  #runners: readonly Runner[]
  #file: JournalFile | undefined
  readonly #seal: LabOptions['seal']
  readonly #abort = new AbortController()
  /** Starts, stops and reloads follow one another. */
  readonly #turns = new Turns()
  #stopping: Promise<void> | undefined

  constructor(options: LabOptions) {
    const { scenario, state } = options
    const random = createRandom(options.seed)
    const log = options.log ?? (() => silent)
    this.#scenario = scenario
    this.#log = log('lab')
    this.#seal = options.seal
    this.wire = new Wire(
      () => this.clock.now(),
      (name, error) =>
        this.#log.error(
          { attachment: name, error: messageOf(error) },
          'an attachment of the wire failed and has been detached',
        ),
    )
    this.journal = new Journal(
      () => this.clock.now(),
      (reason) => this.#log.error({ reason }, 'a fact is counted as dropped'),
    )
    this.world = createWorld({
      domain: scenario.domain,
      address: scenario.address,
      accounts: scenario.accounts,
      folder: state,
      clock: this.clock,
      random,
      log: this.#log,
      record: (fact) => this.journal.record('lab', fact),
    })
    this.faults = new Faults(random)
    this.faults.plan(scenario.faults)
    const { clock, wire, journal, world } = this
    this.#host = {
      state,
      bind: options.bind ?? '127.0.0.1',
      ports: options.ports ?? 'fallback',
      clock,
      random,
      world,
      wire,
      journal,
      faults: this.faults,
      log,
    }
    this.#runners = startOrder(scenario.instances).map((instance) => new Runner(instance, this.#host))
  }

  get scenario(): Scenario {
    return this.#scenario
  }

  /** Aborts when the lab stops. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Starts the named instances, or all; if one fails, those that had started are stopped, last first, and its error is thrown. */
  start(names?: readonly string[]): Promise<void> {
    return this.#next(async () => {
      const chosen =
        names === undefined || names.length === 0 ? this.#runners : names.map((name) => this.#runner(name))
      this.#open()
      await this.#startAll(this.#runners.filter((runner) => chosen.includes(runner)))
    })
  }

  /** Starts one instance; nothing happens if it runs. */
  startService(name: string): Promise<void> {
    return this.#next(async () => {
      const runner = this.#runner(name)
      if (runner.state !== 'running') await runner.start(this.#abort.signal)
    })
  }

  /** Stops one instance; nothing happens if it does not run. */
  stopService(name: string): Promise<void> {
    return this.#next(() => this.#runner(name).stop())
  }

  /**
   * Puts another version of the scenario in place: only what differs is stopped and started; if that fails, all is put back
   * and the error thrown. What is given as a function is read when its turn has come, so that the last one is the newest.
   */
  reload(scenario: Scenario | (() => Promise<Scenario>)): Promise<Changes> {
    return this.#next(async () =>
      this.#change(typeof scenario === 'function' ? await this.#newest(scenario) : scenario),
    )
  }

  async #newest(read: () => Promise<Scenario>): Promise<Scenario> {
    try {
      return await read()
    } catch (error) {
      if (error instanceof LabError) for (const runner of this.#runners) runner.reject(error.problems)
      throw error
    }
  }

  /** Stops everything, last started first; safe at any moment and any number of times. */
  stop(): Promise<void> {
    this.#abort.abort(new LabError((words) => words.labStopping))
    this.#stopping ??= this.#turns.run(async () => {
      // One grace for all: the whole lab stops in time, however many services it has.
      const until = performance.now() + GRACE
      for (const runner of this.#runners.toReversed()) await runner.stop(until)
      this.clock.close()
      this.world[Symbol.dispose]()
      await this.#file?.[Symbol.asyncDispose]()
    })
    return this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** Every instance of the scenario, in starting order. */
  status(): InstanceStatus[] {
    return this.#runners.map((runner) => {
      const { name, service } = runner.instance
      const addresses = [...runner.addresses()].map(([endpoint, address]) => ({
        endpoint,
        transport: service.endpoints[endpoint]?.transport ?? 'tcp',
        address,
      }))
      const { state, connections, operations, trouble } = runner
      return {
        name,
        kind: service.name,
        state,
        addresses,
        connections,
        operations,
        ...(trouble !== undefined && { trouble }),
      }
    })
  }

  /** Asks an instance for something that its service's own commands may ask. */
  ask(instance: string, operation: string, input: Json): Promise<Json> {
    return this.#runner(instance).ask(operation, input)
  }

  /** Where an endpoint listens; throws if it does not. */
  address(instance: string, endpoint: string): Address {
    const address = this.#runner(instance).addresses().get(endpoint)
    if (address === undefined) throw new LabError((words) => words.endpointWrong(instance, endpoint))
    return address
  }

  #next<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(() => {
      this.#abort.signal.throwIfAborted()
      return run()
    })
  }

  #runner(name: string): Runner {
    const found = this.#runners.find((runner) => runner.instance.name === name)
    if (found !== undefined) return found
    const known = this.#runners.map((runner) => runner.instance.name)
    throw new LabError((words) => words.instanceUnknown(name, nearest(name, known), known), {
      blame: 'wrong',
    })
  }

  /** Makes the folder of the lab's state and begins to write the journal there. */
  #open(): void {
    if (this.#file !== undefined) return
    try {
      makeFolder(this.#host.state)
      this.#file = new JournalFile(this.journal, this.#host.state, Date.now(), this.#log, this.#seal)
    } catch (error) {
      if (error instanceof LabError) throw error
      throw new LabError((words) => words.stateUnwritable(this.#host.state, messageOf(error)), {
        cause: error,
      })
    }
    const { name, student, domain } = this.#scenario
    this.journal.record('lab', { kind: 'lab.started', data: { scenario: name, student, domain } })
  }

  async #startAll(runners: readonly Runner[]): Promise<void> {
    const started: Runner[] = []
    try {
      for (const runner of runners) {
        if (runner.state === 'running') continue
        await runner.start(this.#abort.signal)
        started.push(runner)
      }
    } catch (error) {
      for (const runner of started.toReversed()) await runner.stop()
      throw error
    }
  }

  async #change(scenario: Scenario): Promise<Changes> {
    const [old, before] = [this.#scenario, this.#runners]
    const plan = planChange(before, scenario, this.#host)
    for (const runner of plan.leaving.toReversed()) await runner.stop()
    this.#put(scenario, plan.after)
    try {
      await this.#startAll(plan.entering)
    } catch (error) {
      this.#put(old, before)
      for (const runner of plan.running) {
        await runner.start(this.#abort.signal).catch((again: unknown) => {
          this.#log.error(
            { service: runner.instance.name, error: messageOf(again) },
            'the service could not be put back',
          )
        })
      }
      throw error
    }
    this.journal.record('lab', { kind: 'lab.reloaded', data: plan.changes })
    return plan.changes
  }

  #put(scenario: Scenario, runners: readonly Runner[]): void {
    this.#scenario = scenario
    this.#runners = runners
    this.world.update({ domain: scenario.domain, accounts: scenario.accounts })
    this.faults.plan(scenario.faults)
  }
}
