/** Judges the tasks of a scenario, each after those that it needs. */
import type { CheckTarget, Outcome } from '../check.ts'
import type { PlannedTask } from '../scenario/task.ts'
import type { CheckResult } from './model.ts'
import { missedOf, stoppedBy } from './needs.ts'
import { brokenBy, scored, type Ended } from './runner.ts'
import type { ReadyTask } from './verbs.ts'

/** Tasks that are judged at a time. */
const WIDTH = 8

/** A task that could be made ready, or why it could not. */
export type KnownTask = ReadyTask | { readonly planned: PlannedTask; readonly broken: Ended }

/** How tasks are judged. */
export interface TaskRun {
  /** Looks at one. */
  judge(task: ReadyTask): Promise<Ended>
  /** Whether the hint was asked for. */
  isHintTaken(id: string): boolean
  /** What stands in the command that a person may type; undefined where there is nobody to type it to. */
  target(task: ReadyTask): CheckTarget | undefined
}

/** The results of the tasks, in their order: those that change the lab run alone, after all others that may run. */
export async function taskResults(tasks: readonly KnownTask[], run: TaskRun): Promise<CheckResult[]> {
  const results = new Map<string, CheckResult>()
  const outcomes = new Map<string, Outcome>()
  const open = new Set(tasks)
  const known = new Set(tasks.map(({ planned }) => planned.id))
  const isReady = ({ planned }: KnownTask): boolean =>
    planned.needs.every((need) => outcomes.has(need) || !known.has(need))
  while (open.size > 0) {
    const ready = [...open].filter(isReady)
    const quiet = ready.filter((task) => 'broken' in task || task.phases.length === 0).slice(0, WIDTH)
    const next = quiet.length > 0 ? quiet : ready.slice(0, 1)
    // A circle: a scenario that was validated has none.
    const turn = next.length > 0 ? next : [...open]
    for (const task of turn) open.delete(task)
    const done = await Promise.all(turn.map((task) => resultOf(task, run, outcomes)))
    for (const { result, isWithheld } of done) {
      results.set(result.id, result)
      // Else what needs a task that somebody has broken on purpose would have its points.
      outcomes.set(result.id, isWithheld ? 'failed' : result.outcome)
    }
  }
  return tasks.flatMap(({ planned }) => results.get(planned.id) ?? [])
}

/** The tasks of the ids with all that they need. */
export function withNeeds<Task extends { readonly planned: PlannedTask }>(
  tasks: readonly Task[],
  ids: readonly string[],
): Task[] {
  const wanted = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (wanted.has(id)) continue
    wanted.add(id)
    open.push(...(tasks.find(({ planned }) => planned.id === id)?.planned.needs ?? []))
  }
  return tasks.filter(({ planned }) => wanted.has(planned.id))
}

async function resultOf(
  task: KnownTask,
  run: TaskRun,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<{ readonly result: CheckResult; readonly isWithheld: boolean }> {
  const before = performance.now()
  const { id, points, title, hint, needs } = task.planned
  const ended = await endOf(task, run, missedOf(needs, outcomes))
  const isReady = !('broken' in task)
  const reproduce = isReady ? commandOf(task, run) : undefined
  const result = {
    id,
    group: isReady ? task.group : 'scenario',
    title,
    ...scored(points, ended),
    ...(isReady && task.reference !== undefined && { reference: task.reference }),
    ...(hint !== undefined && { hint }),
    ...(hint !== undefined && run.isHintTaken(id) && { isHintTaken: true }),
    ...(reproduce !== undefined && { reproduce }),
    milliseconds: Math.round(performance.now() - before),
  }
  return { result, isWithheld: ended.isWithheld === true }
}

async function endOf(task: KnownTask, run: TaskRun, missed: ReturnType<typeof missedOf>): Promise<Ended> {
  if ('broken' in task) return task.broken
  if (missed !== undefined) return stoppedBy(missed)
  try {
    return await run.judge(task)
  } catch (error) {
    return brokenBy(error)
  }
}

function commandOf(task: ReadyTask, run: TaskRun): string | undefined {
  try {
    const target = run.target(task)
    return target && task.reproduce(target)
  } catch {
    // Without the command the result is still one.
    return undefined
  }
}
