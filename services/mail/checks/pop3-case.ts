import type { CheckCase, CheckTarget } from '../../../lab/check.ts'
import { accountOf, typed, type CaseDraft } from './claim.ts'
import { SHARED } from './maildrop.ts'

/** Fills in what most cases of POP3 have in common; what is said follows the login, if the case needs one. */
export function pop3Case(draft: CaseDraft): CheckCase {
  const { say = [], ...rest } = draft
  const needs = draft.needs ?? ['login']
  const before = (target: CheckTarget): readonly string[] =>
    needs.includes('login') ? [`USER ${accountOf(target).name}`, 'PASS …'] : []
  return {
    points: 1,
    endpoints: ['pop3'],
    limit: SHARED,
    reproduce: (target) => typed(target, 'pop3', [...before(target), ...say, 'QUIT']),
    ...rest,
    needs,
  }
}
