/** The tasks of a running lab as the console and the command line ask for them; what judges them is loaded when first needed. */
import type { Hint } from '../check.ts'
import type { TaskSource } from '../console/desk.ts'
import type { Task } from '../console/schema.ts'
import type { Lab } from '../host/lab.ts'
import { stackOf } from '../host/error.ts'
import type { LiveOptions, LiveTasks } from './live.ts'
import type { CheckResult } from './model.ts'

/** Milliseconds after the first fact of a service before the judges are loaded: its client is answered first. */
const LATER = 150

/** Tasks that cost nothing until a client has done something. */
export class TaskDesk implements TaskSource, Disposable {
  readonly #lab: Lab
  readonly #options: LiveOptions
  readonly #listening: Disposable
  #live: Promise<LiveTasks> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(lab: Lab, options: LiveOptions) {
    this.#lab = lab
    this.#options = options
    this.#listening = lab.journal.listen(({ connection, kind }) => {
      // Another version of the scenario has other tasks.
      if (kind === 'lab.reloaded') this.#drop()
      // What a service does by itself has no connection.
      else if (this.#live === undefined && connection !== undefined && lab.scenario.tasks.length > 0)
        this.#timer ??= setTimeout(() => void this.#loadEarly(), LATER).unref()
    })
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
    this.#drop()
  }

  async tasks(): Promise<readonly Task[]> {
    return this.#lab.scenario.tasks.length === 0 ? [] : (await this.#load()).tasks()
  }

  async check(ids: readonly string[], signal: AbortSignal, isQuiet = false): Promise<readonly CheckResult[]> {
    return (await this.#load()).check(ids, signal, isQuiet)
  }

  async hint(id: string): Promise<Hint> {
    return (await this.#load()).hint(id)
  }

  async #loadEarly(): Promise<void> {
    try {
      await this.#load()
    } catch (error) {
      // Who asks for the tasks is told, and may ask again.
      this.#options.log.error({ error: stackOf(error) }, 'the tasks cannot be judged')
    }
  }

  #load(): Promise<LiveTasks> {
    if (this.#live !== undefined) return this.#live
    clearTimeout(this.#timer)
    const live = import('./live.ts').then(({ LiveTasks: Live }) => Live.load(this.#lab, this.#options))
    this.#live = live
    live.catch(() => {
      if (this.#live === live) this.#live = undefined
    })
    return live
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    void this.#live?.then(
      (live) => live[Symbol.dispose](),
      () => undefined,
    )
    this.#live = undefined
  }
}
