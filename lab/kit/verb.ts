/** What the verbs of all services say alike: which settings a task has given, and what a fact has in their place. */
import type { Said } from './dissect/said.ts'
import type { Text } from './text.ts'

/** As the contract of checks has it. */
interface Assertion {
  readonly title: Text
  readonly holds: boolean
  readonly difference?: { readonly expected: Said; readonly actual: Said }
}

/** A title with the settings that were given behind it, as in `A message is delivered: account ana`; passwords are left out. */
export function titled({ en, es }: Text, settings: Readonly<Record<string, unknown>>): Text {
  const given = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && name !== 'passphrase',
  )
  if (given.length === 0) return { en, es }
  const words = given.map(([name, value]) => `${name} ${textOf(value)}`).join(', ')
  return { en: `${en}: ${words}`, es: `${es}: ${words}` }
}

/** The assertion that a fact of the kind is there, whatever it says. */
export function happened(title: Text): Assertion {
  return { title, holds: true }
}

/**
 * The assertion that a field of a fact is what is wanted, or a list with such a member, or contains it; letter case aside.
 * None where nothing is wanted.
 */
export function fieldIs(
  { data }: { readonly data: Readonly<Record<string, unknown>> | undefined },
  field: string,
  wanted: string | number | boolean | undefined,
  how: 'is' | 'contains' = 'is',
): readonly Assertion[] {
  if (wanted === undefined) return []
  const value = data?.[field]
  const expected = String(wanted)
  const members = (Array.isArray(value) ? value : [value]).map((each) => textOf(each).toLowerCase())
  const sought = expected.toLowerCase()
  const holds = members.some((each) => (how === 'is' ? each === sought : each.includes(sought)))
  const sign = how === 'is' ? '=' : '∋'
  // The names of settings and fields are the same in both languages.
  const title = { en: `${field} ${sign} ${expected}`, es: `${field} ${sign} ${expected}` }
  return [{ title, holds, ...(!holds && { difference: { expected, actual: textOf(value) } }) }]
}

/** A value as text, the members of lists with blanks between. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(' ')
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
