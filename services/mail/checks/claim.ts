/** How cases say what they have found. */
import type { Assertion, CheckCase, CheckTarget, Difference, Finding } from '../../../lab/check.ts'
import { same as sameTexts } from '../../../lab/kit/assertion.ts'
import type { Address, Text } from '../../../lab/service.ts'

/** The assertion that something holds; what was wanted and what was there are told only where it does not. */
export function claim(title: Text, holds: boolean, difference: Difference, weight?: number): Assertion {
  return { title, holds, ...(!holds && { difference }), ...(weight !== undefined && { weight }) }
}

/** The assertion that two texts are the same. */
export function same(title: Text, actual: string, expected: string, weight?: number): Assertion {
  return sameTexts(title, expected, actual, weight)
}

/** A finding of these assertions. */
export function found(...assertions: readonly Assertion[]): Finding {
  return { assertions }
}

/** Where an endpoint is, for a command that a person types; `HOST` and `PORT` where it is not offered. */
export function placeOf({ endpoints }: CheckTarget, endpoint: string): Address & { readonly host: string } {
  return endpoints[endpoint] ?? { host: 'HOST', port: 0 }
}

/** What a case is written as: most have the same endpoint and need the same one before. */
export type CaseDraft = Omit<CheckCase, 'endpoints' | 'reproduce' | 'points'> &
  Partial<Pick<CheckCase, 'endpoints' | 'points'>> & {
    /** Lines that a person types into the connection. */
    readonly say?: readonly string[]
    /** The command where those lines do not do. */
    reproduce?(target: CheckTarget): string
  }

/** A conversation typed into `nc`, each line ended by CR LF, for the endpoint. */
export function typed(target: CheckTarget, endpoint: string, lines: readonly string[]): string {
  const { host, port } = placeOf(target, endpoint)
  const quoted = lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`).join(' ')
  return `printf '%s\\r\\n' ${quoted} | nc -q 3 ${host} ${port}`
}

/** An account of the target by its place; one of those who made the target forgot them. */
export function accountOf({ accounts }: CheckTarget, place = 0): CheckTarget['accounts'][number] {
  return accounts[place] ?? accounts[0] ?? { name: 'ana', password: 'ana' }
}

/** The mail address of an account. */
export function addressOf(target: CheckTarget, place = 0): string {
  return `${accountOf(target, place).name}@${target.domain}`
}
