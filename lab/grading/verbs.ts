/** Brings the tasks of a scenario together with the verbs that judge them. */
import type { Assertion, CheckTarget, Finding } from '../check.ts'
import type { Look, Phase, PlannedCheck, PlannedTask } from '../scenario/task.ts'
import type { BroughtVerb, Verbs } from '../scenario/tasks.ts'
import type { Context } from './context.ts'
import type { WantedFacts } from './evidence.ts'
import type { CaptureOctets } from './captured/judge.ts'

/** What a check looks at, ready to be run. */
export type ReadyCheck =
  | { readonly kind: 'evidence'; readonly wanted: Pick<WantedFacts, 'mode' | 'steps' | 'within'> }
  | { readonly kind: 'probe'; readonly service: string; run(context: Context): Promise<Finding> }
  | { readonly kind: 'artifact'; judge(file: Buffer, context: Context): Promise<Finding> }
  | { readonly kind: 'capture'; judge(file: CaptureOctets, context: Context): Promise<Finding> }

/** What is looked at, and for how long. */
export type ReadyLook = Omit<Look, 'check'> & { readonly check?: ReadyCheck }

/** A phase, ready to be run. */
export type ReadyPhase = Omit<Phase, 'check'> & ReadyLook

/** A task, ready to be judged. */
export interface ReadyTask extends ReadyLook {
  readonly planned: PlannedTask
  /** The service whose verbs it names; `scenario` if there are several. */
  readonly group: string
  readonly when: 'ever' | 'now'
  /** Whether a client of ours asks the lab's services. */
  readonly asks: boolean
  readonly phases: readonly ReadyPhase[]
  readonly reference?: string
  /** The command with which a person sees the same. */
  reproduce(target: CheckTarget): string | undefined
}

interface Known extends BroughtVerb {
  readonly settings: unknown
}

/** Makes a task ready; throws if a verb is unknown or does not take its settings, which a scenario that was validated never does. */
export function readyTask(planned: PlannedTask, verbs: Verbs): ReadyTask {
  const steps = [planned.check, ...planned.phases.map(({ check }) => check)].flatMap((check) =>
    check === undefined ? [] : knownSteps(check, verbs),
  )
  const check = planned.check && readyCheck(planned.check, verbs, planned)
  const services = new Set(steps.map(({ service }) => service))
  const asks = steps.some(({ verb }) => verb.kind === 'probe')
  const references = new Set(steps.flatMap(({ verb }) => verb.reference ?? []))
  const [first] = steps
  return {
    ...boundsOf(planned),
    ...(check !== undefined && { check }),
    planned,
    group: services.size === 1 ? (first?.service ?? 'scenario') : 'scenario',
    when: planned.when ?? (asks || planned.phases.length > 0 ? 'now' : 'ever'),
    asks,
    phases: planned.phases.map((phase) => readyLook(phase, verbs)),
    ...(references.size > 0 && { reference: [...references].join(', ') }),
    reproduce: (target) =>
      check?.kind === 'capture'
        ? `tshark -r ${wordOf(planned.file ?? '')}`
        : first?.verb.reproduce?.(first.settings, target, planned.file),
  }
}

function readyLook<Planned extends Look>(
  { check, ...rest }: Planned,
  verbs: Verbs,
): Omit<Planned, 'check'> & Pick<ReadyLook, 'check'> {
  return { ...rest, ...(check !== undefined && { check: readyCheck(check, verbs) }) }
}

/** A word for a shell. */
function wordOf(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function boundsOf({ within, for: stays }: Look): Omit<Look, 'check'> {
  return { ...(within !== undefined && { within }), ...(stays !== undefined && { for: stays }) }
}

/** With `planned` it is the task's own check, not that of a phase. */
function readyCheck(check: PlannedCheck, verbs: Verbs, planned?: PlannedTask): ReadyCheck {
  const known = knownSteps(check, verbs)
  const facts = known.flatMap(({ verb, settings }) => (verb.kind === 'evidence' ? { verb, settings } : []))
  const { mode, within } = check
  const wanted = { mode, steps: facts, ...(within !== undefined && { within }) }
  if (facts.length === known.length)
    return planned?.file === undefined ? { kind: 'evidence', wanted } : readyCapture(planned, wanted, known)
  if (known.every(({ verb }) => verb.kind === 'artifact'))
    return {
      kind: 'artifact',
      judge: (file, context) =>
        joined(known, context, ({ verb, settings }) =>
          verb.kind === 'artifact' ? verb.judge(file, settings, context.target) : undefined,
        ),
    }
  return {
    kind: 'probe',
    service: known[0]?.service ?? '',
    run: (context) =>
      joined(known, context, ({ verb, settings }) =>
        verb.kind === 'probe' ? verb.run(context, settings) : undefined,
      ),
  }
}

/** What the journal would have to show is looked for in the capture that is handed in. */
function readyCapture(
  { id, account, client }: PlannedTask,
  wanted: Pick<WantedFacts, 'mode' | 'steps' | 'within'>,
  known: readonly Known[],
): ReadyCheck {
  // One service may have brought several of the verbs.
  const sources = new Map(known.flatMap(({ capture }) => (capture ? [[capture.service, capture]] : [])))
  return {
    kind: 'capture',
    async judge(octets, { target, signal }) {
      const { judgeCapture } = await import('./captured/judge.ts')
      return judgeCapture(octets, {
        wanted: {
          id,
          ...wanted,
          ...(account !== undefined && { account }),
          ...(client !== undefined && { client }),
        },
        sources: [...sources.values()],
        target,
        signal,
      })
    },
  }
}

/** One after the other; what one has found is kept where a later one ends the check. */
async function joined(
  steps: readonly Known[],
  { keep }: Pick<Context, 'keep'>,
  look: (step: Known) => Promise<Finding> | undefined,
): Promise<Finding> {
  const findings: Finding[] = []
  for (const [index, step] of steps.entries()) {
    const before = findings.flatMap(({ assertions }) => assertions)
    keep([...before, ...unseen(steps.slice(index + 1))])
    const finding = await look(step)
    if (finding !== undefined) findings.push(finding)
  }
  const evidence = (key: 'transcript'): string[] => findings.flatMap((each) => each.evidence?.[key] ?? [])
  const transcript = evidence('transcript')
  const frames = findings.flatMap((each) => each.evidence?.frames ?? [])
  return {
    assertions: findings.flatMap(({ assertions }) => assertions),
    evidence: { ...(transcript.length > 0 && { transcript }), ...(frames.length > 0 && { frames }) },
  }
}

/** Steps to which it did not come. */
function unseen(steps: readonly Known[]): Assertion[] {
  return steps.map(({ verb, settings }) => ({ title: verb.title(settings), holds: false }))
}

function knownSteps({ steps }: PlannedCheck, verbs: Verbs): Known[] {
  return steps.map(({ verb: name, settings }) => {
    const known = verbs.get(name)
    if (known === undefined) throw new Error(`there is no verb ${name}`)
    return { ...known, settings: known.verb.settings.parse(settings) }
  })
}
