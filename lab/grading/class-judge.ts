/** Judges handed-in work by the tasks of a scenario: the journal and the artifacts say all; nothing is asked of any server. */
import { X509Certificate } from 'node:crypto'
import type { CheckTarget, Finding, SeenFact } from '../check.ts'
import { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Address } from '../service.ts'
import { loadVerbs } from '../scenario/verbs.ts'
import type { Judge } from './class-one.ts'
import { piecesOf } from './captured/judge.ts'
import type { Context } from './context.ts'
import { EvidenceJudge } from './evidence.ts'
import { brokenBy, failed, runBounded, type Ended } from './runner.ts'
import { taskResults, type KnownTask } from './tasks.ts'
import { readyTask, type ReadyTask } from './verbs.ts'
import type { CheckResult } from './model.ts'
import { AUTHORITY } from './submission-form.ts'

/** Makes the judge of a scenario that is filled in for a student. */
export async function createJudge(scenario: Scenario, services: readonly string[]): Promise<Judge> {
  const verbs = await loadVerbs(new Registry(services), scenario.instances)
  const tasks = scenario.tasks.map((planned): KnownTask => {
    try {
      return readyTask(planned, verbs)
    } catch (error) {
      return { planned, broken: brokenBy(error) }
    }
  })
  const judge = async (
    facts: AsyncIterable<SeenFact>,
    artifacts: ReadonlyMap<string, Buffer>,
  ): Promise<readonly CheckResult[]> => {
    const wanted = tasks.flatMap((task) => ('broken' in task ? [] : wantedOf(task)))
    const evidence = new EvidenceJudge(wanted)
    const told = { passed: new Set<unknown>(), hinted: new Set<unknown>() }
    for await (const fact of facts) {
      evidence.see(fact)
      if (fact.service !== 'lab') continue
      if (fact.kind === 'task.passed') told.passed.add(fact.data?.['id'])
      if (fact.kind === 'task.hinted') told.hinted.add(fact.data?.['id'])
    }
    return taskResults(tasks, {
      judge: async (task) => held(await ended(task, { evidence, artifacts, scenario, passed: told.passed })),
      isHintTaken: (id) => told.hinted.has(id),
      // A command of a file that was handed in can be tried; the student's lab is gone.
      target: ({ check }) =>
        check?.kind === 'artifact' || check?.kind === 'capture' ? targetOf(scenario) : undefined,
    })
  }
  return { judge, blank: () => judge(nothing(), new Map()) }
}

function wantedOf({ planned, check, when }: ReadyTask): ConstructorParameters<typeof EvidenceJudge>[0] {
  if (check?.kind !== 'evidence' || when !== 'ever') return []
  const { id, account, client } = planned
  return [
    {
      id,
      ...check.wanted,
      ...(account !== undefined && { account }),
      ...(client !== undefined && { client }),
    },
  ]
}

/** What was handed in, as far as it was read. */
interface Work {
  readonly evidence: EvidenceJudge
  readonly artifacts: ReadonlyMap<string, Buffer>
  readonly scenario: Scenario
  /** Tasks of which the lab has said that they had passed. */
  readonly passed: ReadonlySet<unknown>
}

async function ended(task: ReadyTask, { evidence, artifacts, scenario, passed }: Work): Promise<Ended> {
  const { planned, check } = task
  if (check?.kind === 'evidence' && task.when === 'ever') return evidence.result(planned.id) ?? unseen
  if (check?.kind !== 'artifact' && check?.kind !== 'capture') {
    // A probe has asked the lab while it ran; the lab itself is not handed in.
    return passed.has(planned.id)
      ? { outcome: 'passed', assertions: [{ title: planned.title, holds: true }] }
      : unseen
  }
  const name = planned.file ?? ''
  const file = artifacts.get(name)
  if (file === undefined) return failed({ en: `${name} was not handed in`, es: `no se ha entregado ${name}` })
  const target = targetOf(scenario, authorityIn(artifacts))
  const { signal } = new AbortController()
  const judge = (context: Context): Promise<Finding> =>
    check.kind === 'capture' ? check.judge(piecesOf(file), context) : check.judge(file, context)
  return runBounded(judge, target, { id: planned.id, seed: '', signal })
}

/** The root of the student's lab, if it is a certificate at all. */
function authorityIn(artifacts: ReadonlyMap<string, Buffer>): string | undefined {
  try {
    const octets = artifacts.get(AUTHORITY)
    return octets && new X509Certificate(octets).toString()
  } catch {
    return undefined
  }
}

/** Facts and files are the student's: who can break a check with them gets nothing for it by themselves. */
function held(end: Ended): Ended {
  return end.outcome === 'broken' ? { ...end, isWithheld: true } : end
}

/** The student's lab, as if it were at the standard ports: nobody asks it, but commands name its address. */
function targetOf({ domain, accounts, address, instances }: Scenario, authority?: string): CheckTarget {
  const endpoints: Record<string, Address> = {}
  for (const { service } of instances)
    for (const [name, { standard }] of Object.entries(service.endpoints))
      endpoints[name] ??= { host: address, port: standard }
  return { endpoints, domain, accounts, ...(authority !== undefined && { authority }) }
}

/** Whether the result is that of a task which only a running lab can judge, and has not said to have passed. */
export function isUnseen({ reason }: Pick<CheckResult, 'reason'>): boolean {
  return reason !== undefined && reason.en === unseen.reason?.en
}

const unseen: Ended = failed({
  en: 'the journal does not show that it has passed: `lab check` looks at it while the lab runs, before `lab submit`',
  es: 'el diario no muestra que se haya superado: `lab check` lo comprueba con el laboratorio en marcha, antes de `lab submit`',
})

async function* nothing(): AsyncGenerator<SeenFact> {
  // Who has done nothing has no facts.
}
