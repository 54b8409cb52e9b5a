/** What a check comes to whose needs have not passed. */
import type { Outcome } from '../check.ts'
import type { Ended } from './runner.ts'

/** What stands in the way of a check: a need that has ended without passing. */
export function missedOf(
  needs: readonly string[],
  outcomes: ReadonlyMap<string, Outcome>,
): { readonly id: string; readonly outcome: Outcome } | undefined {
  for (const id of needs) {
    const outcome = outcomes.get(id)
    if (outcome !== undefined && outcome !== 'passed') return { id, outcome }
  }
  return undefined
}

/** A check whose need has not passed; where the need is broken nobody is at fault, and no points are lost. */
export function stoppedBy({ id, outcome }: { readonly id: string; readonly outcome: Outcome }): Ended {
  const isBroken = outcome === 'broken'
  return {
    outcome: isBroken ? 'broken' : 'blocked',
    assertions: [],
    reason: isBroken
      ? { en: `it needs ${id}, which is broken`, es: `necesita ${id}, que está averiada` }
      : { en: `it needs ${id}, which has not passed`, es: `necesita ${id}, que no se ha superado` },
  }
}
