/** How cases say what they have found. */
import type { Assertion, CheckCase, CheckTarget, Difference, Finding } from '../../../lab/check.ts'
import type { Text } from '../../../lab/service.ts'
import type { Reproducible } from './command.ts'

/** The assertion that something holds; what was wanted and what was there are told only where it does not. */
export function claim(title: Text, holds: boolean, difference: Difference, weight?: number): Assertion {
  return { title, holds, ...(!holds && { difference }), ...(weight !== undefined && { weight }) }
}

/** A finding of these assertions. */
export function found(...assertions: readonly Assertion[]): Finding {
  return { assertions }
}

/** What a case is written as: most have the same endpoint and need the same one before. */
export type MailCase = Omit<CheckCase, 'endpoints' | 'hint' | 'points' | 'reproduce'> &
  Partial<Pick<CheckCase, 'endpoints' | 'points'>> &
  Reproducible & { readonly hint: Text }

/** An account of the target by its place; one of those who made the target forgot them. */
export function accountOf({ accounts }: CheckTarget, place = 0): CheckTarget['accounts'][number] {
  return accounts[place] ?? accounts[0] ?? { name: 'ana', password: 'ana' }
}

/** The mail address of an account. */
export function addressOf(target: CheckTarget, place = 0): string {
  return `${accountOf(target, place).name}@${target.domain}`
}

/** The same with its domain in capitals. */
export function loud(target: CheckTarget): string {
  return `${accountOf(target).name}@${target.domain.toUpperCase()}`
}
