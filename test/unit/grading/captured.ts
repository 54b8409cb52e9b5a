/** Captures judged as tasks judge them. */
import { join, resolve } from 'node:path'
import type { CheckTarget, Finding } from '../../../lab/check.ts'
import { piecesOf, type CaptureOctets } from '../../../lab/grading/captured/judge.ts'
import { runBounded, type Ended } from '../../../lab/grading/runner.ts'
import { readyTask } from '../../../lab/grading/verbs.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import type { PlannedCheck, PlannedTask, Step } from '../../../lab/scenario/task.ts'
import type { Verbs } from '../../../lab/scenario/tasks.ts'
import { loadVerbs } from '../../../lab/scenario/verbs.ts'

const registry = new Registry([join(resolve(import.meta.dirname, '..', '..', '..'), 'services')])
const names = ['dns', 'http', 'https', 'mail']
const verbs: Verbs = await loadVerbs(
  registry,
  await Promise.all(names.map(async (name) => ({ service: await registry.load(name) }))),
)

/** What a task wants to see, as a scenario writes it. */
export type Wanted = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[]

function stepsOf(wanted: Wanted): Step[] {
  return [wanted]
    .flat()
    .flatMap((each) => Object.entries(each).map(([verb, settings]) => ({ verb, settings })))
}

/** Judges a capture by verbs in order, or all of them. */
export async function judged(
  octets: Buffer | CaptureOctets,
  wanted: Wanted,
  {
    mode = 'all',
    target = {},
    within,
    ...more
  }: Partial<Pick<PlannedCheck, 'mode' | 'within'> & Pick<PlannedTask, 'account' | 'client'>> & {
    readonly target?: Partial<CheckTarget>
  } = {},
): Promise<Ended> {
  const check = { mode, steps: stepsOf(wanted), ...(within !== undefined && { within }) }
  const planned = { id: 'task', points: 1, title: { en: '', es: '' }, needs: [], phases: [], ...more }
  const ready = readyTask({ ...planned, file: 'trace.pcapng', check }, verbs).check
  if (ready?.kind !== 'capture') throw new Error('the task looks at no capture')
  const source = Buffer.isBuffer(octets) ? piecesOf(octets) : octets
  return runBounded(
    (context): Promise<Finding> => ready.judge(source, context),
    { endpoints: {}, domain: 'lab.test', accounts: [], ...target },
    { id: 'task', seed: '', signal: new AbortController().signal },
  )
}

/** The outcome with the frames that are named, as in `passed 3,4`. */
export async function told(...of: Parameters<typeof judged>): Promise<string> {
  const { outcome, evidence } = await judged(...of)
  return `${outcome} ${evidence?.frames?.join(',') ?? ''}`.trimEnd()
}
