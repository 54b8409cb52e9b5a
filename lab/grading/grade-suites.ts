/** The suites that the services bring. */
import type { Suite } from '../check.ts'
import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import type { Registry } from '../scenario/registry.ts'

/** A suite with its protocol, and the service that brings it. */
export interface NamedSuite {
  readonly name: string
  readonly service: string
  readonly suite: Suite
}

/** The suites that there are, and what kept those of a service from being loaded: the others can be used without them. */
export interface Suites {
  readonly suites: ReadonlyMap<string, NamedSuite>
  readonly problems: readonly LabError[]
}

/** All suites of the services; the first of a name keeps it. */
export async function loadSuites(registry: Registry): Promise<Suites> {
  const suites = new Map<string, NamedSuite>()
  const problems: LabError[] = []
  for (const service of registry.names()) {
    try {
      const checks = await registry.loadChecks(service)
      for (const [name, suite] of Object.entries(checks?.suites ?? {})) {
        if (!suites.has(name)) suites.set(name, { name, service, suite })
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push(error)
    }
  }
  return { suites, problems }
}

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
