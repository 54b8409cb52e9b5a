/** Judges handed-in work by the tasks of a scenario: the journal and the artifacts say all; nothing is asked of any server. */
import type { CheckTarget, SeenFact } from '../check.ts'
import { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { loadVerbs } from '../scenario/verbs.ts'
import type { Judge } from './class-one.ts'
import { EvidenceJudge } from './evidence.ts'
import { PROBER } from './live.ts'
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
    const evidence = new EvidenceJudge(wanted, { ignored: PROBER })
    const told = { passed: new Set<unknown>(), hinted: new Set<unknown>() }
    for await (const fact of facts) {
      evidence.see(fact)
      if (fact.service !== 'lab') continue
      if (fact.kind === 'task.passed') told.passed.add(fact.data?.['id'])
      if (fact.kind === 'task.hinted') told.hinted.add(fact.data?.['id'])
    }
    return taskResults(tasks, {
      judge: (task) => ended(task, { evidence, artifacts, scenario, passed: told.passed }),
      isHintTaken: (id) => told.hinted.has(id),
      target: () => targetOf(scenario),
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
  if (check?.kind !== 'artifact') {
    // A probe has asked the lab while it ran; the lab itself is not handed in.
    return passed.has(planned.id)
      ? { outcome: 'passed', assertions: [{ title: planned.title, holds: true }] }
      : unseen
  }
  const name = planned.file ?? ''
  const file = artifacts.get(name)
  if (file === undefined) return failed({ en: `${name} was not handed in`, es: `no se ha entregado ${name}` })
  const target = targetOf(scenario, artifacts.get(AUTHORITY)?.toString('latin1'))
  const { signal } = new AbortController()
  return runBounded(() => check.judge(file, target), target, { id: planned.id, seed: '', signal })
}

function targetOf({ domain, accounts }: Scenario, authority?: string): CheckTarget {
  return { endpoints: {}, domain, accounts, ...(authority !== undefined && { authority }) }
}

const unseen: Ended = failed({
  en: 'the journal does not show that it has passed: `lab check` looks at it while the lab runs, before `lab submit`',
  es: 'el diario no muestra que se haya superado: `lab check` lo comprueba con el laboratorio en marcha, antes de `lab submit`',
})

async function* nothing(): AsyncGenerator<SeenFact> {
  // Who has done nothing has no facts.
}
