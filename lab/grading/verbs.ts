/** Brings the tasks of a scenario together with the verbs that judge them. */
import type { ArtifactVerb, CheckTarget, EvidenceVerb, Finding, ProbeVerb } from '../check.ts'
import type { Look, Phase, PlannedCheck, PlannedTask } from '../scenario/task.ts'
import type { Verbs } from '../scenario/tasks.ts'
import type { Context } from './context.ts'
import type { WantedFacts } from './evidence.ts'

/** What a check looks at, ready to be run. */
export type ReadyCheck =
  | { readonly kind: 'evidence'; readonly wanted: Pick<WantedFacts, 'mode' | 'steps' | 'within'> }
  | { readonly kind: 'probe'; readonly service: string; run(context: Context): Promise<Finding> }
  | { readonly kind: 'artifact'; judge(file: Buffer, target: CheckTarget): Promise<Finding> }

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
  readonly phases: readonly ReadyPhase[]
  readonly reference?: string
  /** The command with which a person sees the same. */
  reproduce(target: CheckTarget): string | undefined
}

interface Known {
  readonly service: string
  readonly verb: EvidenceVerb | ProbeVerb | ArtifactVerb
  readonly settings: unknown
}

/** Makes a task ready; throws if a verb is unknown or does not take its settings, which a scenario that was validated never does. */
export function readyTask(planned: PlannedTask, verbs: Verbs): ReadyTask {
  const steps = [planned.check, ...planned.phases.map(({ check }) => check)].flatMap((check) =>
    check === undefined ? [] : knownSteps(check, verbs),
  )
  const services = new Set(steps.map(({ service }) => service))
  const isSeen = steps.every(({ verb }) => verb.kind !== 'probe') && planned.phases.length === 0
  const [first] = steps
  return {
    ...boundsOf(planned),
    ...(planned.check !== undefined && { check: readyCheck(planned.check, verbs) }),
    planned,
    group: services.size === 1 ? (first?.service ?? 'scenario') : 'scenario',
    when: planned.when ?? (isSeen ? 'ever' : 'now'),
    phases: planned.phases.map((phase) => readyLook(phase, verbs)),
    ...(first?.verb.reference !== undefined && { reference: first.verb.reference }),
    reproduce: (target) => first?.verb.reproduce?.(first.settings, target),
  }
}

function readyLook<Planned extends Look>(
  { check, ...rest }: Planned,
  verbs: Verbs,
): Omit<Planned, 'check'> & Pick<ReadyLook, 'check'> {
  return { ...rest, ...(check !== undefined && { check: readyCheck(check, verbs) }) }
}

function boundsOf({ within, for: stays }: Look): Omit<Look, 'check'> {
  return { ...(within !== undefined && { within }), ...(stays !== undefined && { for: stays }) }
}

function readyCheck(check: PlannedCheck, verbs: Verbs): ReadyCheck {
  const known = knownSteps(check, verbs)
  const facts = known.flatMap(({ verb, settings }) => (verb.kind === 'evidence' ? { verb, settings } : []))
  const { mode, within } = check
  if (facts.length === known.length)
    return { kind: 'evidence', wanted: { mode, steps: facts, ...(within !== undefined && { within }) } }
  if (known.every(({ verb }) => verb.kind === 'artifact'))
    return {
      kind: 'artifact',
      judge: (file, target) =>
        joined(known, ({ verb, settings }) =>
          verb.kind === 'artifact' ? verb.judge(file, settings, target) : undefined,
        ),
    }
  return {
    kind: 'probe',
    service: known[0]?.service ?? '',
    run: (context) =>
      joined(known, ({ verb, settings }) =>
        verb.kind === 'probe' ? verb.run(context, settings) : undefined,
      ),
  }
}

/** One after the other; what one has found stands even where a later one is not asked any more. */
async function joined(
  steps: readonly Known[],
  look: (step: Known) => Promise<Finding> | undefined,
): Promise<Finding> {
  const findings: Finding[] = []
  for (const step of steps) {
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

function knownSteps({ steps }: PlannedCheck, verbs: Verbs): Known[] {
  return steps.map(({ verb: name, settings }) => {
    const known = verbs.get(name)
    if (known === undefined) throw new Error(`there is no verb ${name}`)
    return { ...known, settings: known.verb.settings.parse(settings) }
  })
}
