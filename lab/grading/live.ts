/** The tasks of a running lab: they tick as the journal grows, and are asked for when somebody wants to know. */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Hint } from '../check.ts'
import type { Task } from '../console/schema.ts'
import { LabError, messageOf, stackOf } from '../host/error.ts'
import type { Lab } from '../host/lab.ts'
import { nearest } from '../kit/nearest.ts'
import { Turns } from '../kit/turns.ts'
import type { Registry } from '../scenario/registry.ts'
import type { PlannedTask } from '../scenario/task.ts'
import { loadVerbs } from '../scenario/verbs.ts'
import type { Logger } from '../service.ts'
import { judgeFile } from './artifact-file.ts'
import { EvidenceJudge } from './evidence.ts'
import { earned, type CheckResult } from './model.ts'
import { credentialsOf, liveTarget, type Credentials } from './live-target.ts'
import { OwnProbes } from './own-probes.ts'
import { phaseHost, runPhases } from './phases.ts'
import { Progress } from './progress.ts'
import { lookFor } from './retry.ts'
import { brokenBy, failed, runBounded, type Ended } from './runner.ts'
import { taskResults, withNeeds, type KnownTask } from './tasks.ts'
import { readyTask, type ReadyCheck, type ReadyLook, type ReadyTask } from './verbs.ts'

/** Milliseconds in which evidence of now has to come, if the task does not say. */
const SOON = 5000

/** What live tasks work with. */
export interface LiveOptions {
  readonly registry: Registry
  /** The folder of the lab's state. */
  readonly state: string
  /** The folder in which files that are handed in are looked for. */
  readonly folder: string
  /** The signature of the launch file with which the lab was started, if there is one. */
  readonly launch?: string | undefined
  readonly log: Logger
}

/** Judges the tasks of the scenario that the lab has now. */
export class LiveTasks implements Disposable {
  readonly #lab: Lab
  readonly #options: LiveOptions
  readonly #tasks: readonly KnownTask[]
  readonly #judge: EvidenceJudge
  readonly #progress: Progress
  readonly #listening: Disposable
  /** How the probes ended when they were asked last. */
  readonly #asked = new Map<string, Ended['outcome']>()
  /** Checks follow one another: what one changes for a while does not disturb the next. */
  readonly #turns = new Turns()
  #credentials: Credentials = {}

  /** Loads what judges the tasks and goes through what has happened so far. */
  static async load(lab: Lab, options: LiveOptions): Promise<LiveTasks> {
    const { tasks, instances } = lab.scenario
    const verbs = await loadVerbs(options.registry, instances)
    const known = tasks.map((planned): KnownTask => {
      try {
        return readyTask(planned, verbs)
      } catch (error) {
        options.log.error({ task: planned.id, error: stackOf(error) }, 'a task cannot be judged')
        return { planned, broken: brokenBy(error) }
      }
    })
    return new LiveTasks(lab, known, options)
  }

  private constructor(lab: Lab, tasks: readonly KnownTask[], options: LiveOptions) {
    this.#lab = lab
    this.#options = options
    this.#tasks = tasks
    this.#progress = new Progress(options.state, {
      student: lab.scenario.student,
      launch: options.launch ?? null,
    })
    const wanted = tasks.flatMap((task) => {
      if ('broken' in task || task.when !== 'ever' || task.check?.kind !== 'evidence') return []
      return this.#progress.hasPassed(task.planned) ? [] : [wantedOf(task, task.check)]
    })
    this.#judge = new EvidenceJudge(wanted, {
      passed: (id) => this.#tick(id),
      broken: (id, error) => options.log.error({ task: id, error: stackOf(error) }, 'a task is broken'),
    })
    for (const entry of lab.journal.since(0)) this.#judge.see(entry)
    this.#listening = lab.journal.listen((entry) => this.#judge.see(entry))
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
  }

  /** All of them as they stand now. */
  tasks(): Task[] {
    const outcomes = new Map(this.#tasks.map((task) => [task.planned.id, this.#standing(task)]))
    return this.#tasks.map((task) => {
      const { id, title, points, hint, needs } = task.planned
      const own = outcomes.get(id) ?? 'open'
      const isBlocked = own !== 'broken' && needs.some((need) => outcomes.get(need) !== 'passed')
      const state = isBlocked ? 'blocked' : own
      const isHintTaken = this.#progress.hasHint(id)
      const score = earned({ score: state === 'passed' ? points : 0, isHintTaken, ...(hint && { hint }) })
      const standing = { id, title, points, score, state, isOnDemand: isOnDemand(task) }
      if (hint === undefined) return standing
      const { text, cost: hintCost = 0 } = hint
      const isShown = hintCost === 0 || isHintTaken || state === 'passed'
      return { ...standing, hintCost, ...(isShown && { hint: text }) }
    })
  }

  /** Judges the tasks of the ids with what they need, or all; if quiet, none that changes the lab for a while. */
  check(ids: readonly string[], signal: AbortSignal, isQuiet: boolean): Promise<readonly CheckResult[]> {
    return this.#turns.run(async () => {
      for (const id of ids) this.#find(id)
      const asked = ids.length === 0 ? this.#tasks : withNeeds(this.#tasks, ids)
      const chosen = asked.filter((task) => !isQuiet || 'broken' in task || task.phases.length === 0)
      const stop = AbortSignal.any([signal, this.#lab.signal])
      this.#credentials = await this.#credentialsFor(chosen)
      const results = await taskResults(chosen, {
        judge: (task) => this.#logged(task, this.#judged(task, stop)),
        isHintTaken: (id) => this.#progress.hasHint(id),
        target: (task) => liveTarget(this.#lab, task.group, this.#credentials),
      })
      for (const { id, outcome } of results) {
        // What was stopped stays as it was.
        if (stop.aborted && outcome !== 'passed') continue
        // What is handed in is judged by the journal alone, and nobody can ask this lab again.
        if (outcome === 'passed' && this.#asked.get(id) !== 'passed')
          this.#lab.journal.record('lab', { kind: 'task.passed', data: { id } })
        this.#asked.set(id, outcome)
      }
      return results.map((result) => this.#forStudent(result))
    })
  }

  /** The hint of a task, which costs from now on what it costs; of one that has passed it is free. */
  hint(id: string): Hint {
    const task = this.#find(id)
    const { hint } = task.planned
    if (hint === undefined)
      throw new LabError(
        { en: `there is no hint for "${id}"`, es: `no hay pista para "${id}"` },
        { blame: 'wrong' },
      )
    if (this.#standing(task) === 'passed' && !this.#progress.hasHint(id)) return { text: hint.text }
    if (!this.#progress.hasHint(id)) this.#progress.takeHint(id)
    this.#lab.journal.record('lab', { kind: 'task.hinted', data: { id } })
    return hint
  }

  /** Who asks for nothing but evidence needs no certificates; they are issued anew, for the lab's domain or clock may have changed. */
  #credentialsFor(tasks: readonly KnownTask[]): Promise<Credentials> | Credentials {
    const isNeeded = tasks.some(
      (task) =>
        !('broken' in task) &&
        [task, ...task.phases].some(({ check }) => check !== undefined && check.kind !== 'evidence'),
    )
    return isNeeded ? credentialsOf(this.#lab, this.#options.state) : this.#credentials
  }

  /** The command that shows what a client has to do is the solution: it comes after. */
  #forStudent({ reproduce, ...result }: CheckResult): CheckResult {
    const task = this.#find(result.id)
    const isTold = result.outcome === 'passed' || 'broken' in task || task.when === 'now'
    return { ...result, ...(isTold && reproduce !== undefined && { reproduce }) }
  }

  #standing(task: KnownTask): Task['state'] {
    const { id } = task.planned
    if ('broken' in task) return 'broken'
    if (!isOnDemand(task)) {
      if (this.#progress.hasPassed(task.planned)) return 'passed'
      const outcome = this.#judge.result(id)?.outcome
      return outcome === 'passed' || outcome === 'broken' ? outcome : 'open'
    }
    const asked = this.#asked.get(id)
    return asked === undefined || asked === 'blocked' ? 'open' : asked
  }

  /** The listener of the journal must not throw. */
  #tick(id: string): void {
    const task = this.#tasks.find(({ planned }) => planned.id === id)?.planned
    try {
      if (task !== undefined) this.#progress.pass(task)
    } catch (error) {
      this.#options.log.warn({ task: id, error: messageOf(error) }, 'the tick cannot be kept for later runs')
    }
  }

  /** The teacher is told of what is broken. */
  async #logged({ planned: { id } }: ReadyTask, judging: Promise<Ended>): Promise<Ended> {
    try {
      return await judging
    } catch (error) {
      this.#options.log.error({ task: id, error: stackOf(error) }, 'a task is broken')
      throw error
    }
  }

  async #judged(task: ReadyTask, signal: AbortSignal): Promise<Ended> {
    if (task.when === 'ever' && task.check?.kind === 'evidence') return this.#seen(task)
    const seen = new Map<ReadyCheck, EvidenceJudge>()
    for (const { check } of [...task.phases, task])
      if (check?.kind === 'evidence') seen.set(check, new EvidenceJudge([wantedOf(task, check)]))
    using _listening = this.#lab.journal.listen((entry) => {
      for (const judge of seen.values()) judge.see(entry)
    })
    const look = (each: ReadyLook): Promise<Ended> => this.#look(task, each, seen, signal)
    if (task.phases.length === 0) return await look(task)
    return await runPhases(task.phases, task, phaseHost(this.#lab), look)
  }

  #seen({ planned, check }: ReadyTask): Ended {
    const result = this.#judge.result(planned.id)
    if (result !== undefined) return result
    const steps = check?.kind === 'evidence' ? check.wanted.steps : []
    // It was found in an earlier run of the lab.
    return {
      outcome: 'passed',
      assertions: steps.map(({ verb, settings }) => ({ title: verb.title(settings), holds: true })),
    }
  }

  #look(
    task: ReadyTask,
    look: ReadyLook,
    seen: ReadonlyMap<ReadyCheck, EvidenceJudge>,
    signal: AbortSignal,
  ): Promise<Ended> {
    const { check } = look
    if (check === undefined) return Promise.resolve(failed(nothing))
    if (check.kind !== 'evidence') return lookFor(() => this.#askOnce(task, check, signal), look, signal)
    const once = async (): Promise<Ended> => seen.get(check)?.result(task.planned.id) ?? failed(nothing)
    return lookFor(once, { within: look.within ?? SOON }, signal)
  }

  async #askOnce(
    task: ReadyTask,
    check: Exclude<ReadyCheck, { kind: 'evidence' }>,
    signal: AbortSignal,
  ): Promise<Ended> {
    using own = new OwnProbes(this.#lab)
    return await runBounded(
      async (context) =>
        check.kind === 'probe' ? check.run(context) : judgeFile(this.#pathOf(task), check, context),
      liveTarget(this.#lab, task.group, this.#credentials),
      {
        id: task.planned.id,
        seed: randomBytes(8).toString('hex'),
        signal,
        log: this.#options.log,
        announce: (transport, port) => own.announce(transport, port),
      },
    )
  }

  #pathOf({ planned: { file = '' } }: ReadyTask): string {
    return resolve(this.#options.folder, file)
  }

  #find(id: string): KnownTask {
    const found = this.#tasks.find(({ planned }) => planned.id === id)
    if (found !== undefined) return found
    const known = this.#tasks.map(({ planned }) => planned.id)
    throw new LabError((words) => words.valueUnknown(id, nearest(id, known), known), { blame: 'wrong' })
  }
}

/** Whether somebody has to ask for it; any other ticks as the journal grows. */
function isOnDemand(task: KnownTask): boolean {
  return !('broken' in task) && !(task.when === 'ever' && task.check?.kind === 'evidence')
}

function wantedOf(
  { planned }: { readonly planned: PlannedTask },
  check: ReadyCheck & { kind: 'evidence' },
): ConstructorParameters<typeof EvidenceJudge>[0][number] {
  const { id, account, client } = planned
  return {
    id,
    ...check.wanted,
    ...(account !== undefined && { account }),
    ...(client !== undefined && { client }),
  }
}

const nothing = { en: 'there is nothing to look at', es: 'no hay nada que mirar' }
