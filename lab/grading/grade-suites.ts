/** The suites of a grading, narrowed to the cases that are wanted. */
import type { Suite } from '../check.ts'
import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import type { NamedSuite } from '../scenario/suites.ts'

/** The suite with only the wanted cases; a case that is named by nobody's id is an error of the person. */
export function narrowed(
  parts: readonly NamedSuite[],
  { only, skip }: { readonly only: readonly string[]; readonly skip: readonly string[] },
): NamedSuite[] {
  const known = parts.flatMap(({ name, suite }) => suite.cases.flatMap(({ id }) => [id, `${name}.${id}`]))
  for (const [option, ids] of Object.entries({ only, skip })) {
    const wrong = ids.find((id) => !known.includes(id))
    if (wrong !== undefined)
      throw new LabError((words) => `--${option}: ${words.valueUnknown(wrong, nearest(wrong, known), [])}`, {
        blame: 'wrong',
      })
  }
  return parts.map(({ name, suite, service }) => {
    const isNamed = (ids: readonly string[], id: string): boolean =>
      ids.includes(id) || ids.includes(`${name}.${id}`)
    const cases = suite.cases.filter(({ id }) => !isNamed(skip, id))
    const wanted = only.length === 0 ? cases : withNeeds(cases, (id) => isNamed(only, id))
    return { name, service, suite: { ...suite, cases: wanted } }
  })
}

/** The cases that are wanted, and those that they need. */
function withNeeds(cases: Suite['cases'], isWanted: (id: string) => boolean): Suite['cases'] {
  const found = new Set<string>()
  const want = (id: string): void => {
    if (found.has(id)) return
    found.add(id)
    for (const need of cases.find((check) => check.id === id)?.needs ?? []) want(need)
  }
  for (const { id } of cases) if (isWanted(id)) want(id)
  return cases.filter(({ id }) => found.has(id))
}
