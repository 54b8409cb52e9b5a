import type { CheckCase, CheckTarget } from '../../../lab/check.ts'
import { accountOf, type MailCase } from './claim.ts'
import { passwordOf, reproducing, typed, type Line } from './command.ts'
import { SHARED } from './maildrop.ts'

/** Fills in what most cases of POP3 have in common; what is said follows the login, if the case needs one, and QUIT ends it. */
export function pop3Case(draft: MailCase): CheckCase {
  const needs = draft.needs ?? ['login']
  const common = { points: 1, endpoints: ['pop3'], limit: SHARED }
  const reproduce = reproducing(draft, (target, lines) => {
    const before = needs.includes('login') ? loginLines(target) : []
    return typed(target, 'pop3', [...before, ...lines, 'QUIT'])
  })
  return { ...common, ...draft, needs, hint: { text: draft.hint }, reproduce }
}

/** The lines with which an account logs in, its password as the shell knows it. */
export function loginLines(target: CheckTarget, place = 0): readonly Line[] {
  return [`USER ${accountOf(target, place).name}`, { shell: `PASS ${passwordOf(place)}` }]
}
