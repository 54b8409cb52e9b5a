/** The suites that the services bring, and those that a scenario names. */
import type { Suite } from '../check.ts'
import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import type { Problem } from '../service.ts'
import { text } from '../words/index.ts'
import { pathText } from './problems.ts'
import type { Registry } from './registry.ts'
import { placeOf, type Tree } from './tree.ts'

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
export async function loadSuites(registry: Pick<Registry, 'names' | 'loadChecks'>): Promise<Suites> {
  const suites = new Map<string, NamedSuite>()
  const problems: LabError[] = []
  for (const service of registry.names()) {
    try {
      const checks = await registry.loadChecks(service)
      for (const [name, suite] of Object.entries((await checks?.suites?.()) ?? {})) {
        if (!suites.has(name)) suites.set(name, { name, service, suite })
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push(error)
    }
  }
  return { suites, problems }
}

/** The names of suites that nobody brings, what is no name left out; of a service that cannot be loaded its own mistake is told. */
export async function suiteProblems(
  names: readonly (string | undefined)[],
  tree: Tree,
  registry: Registry,
): Promise<Problem[]> {
  if (names.length === 0) return []
  const { suites, problems } = await loadSuites(registry)
  const known = [...suites.keys()]
  return names.flatMap((name, index): Problem[] => {
    if (name === undefined || suites.has(name)) return []
    const path = ['suites', index]
    const place = { ...placeOf(tree, path), path: pathText(path) }
    const unknown = text((words) => words.valueUnknown(name, nearest(name, known), known))
    return [{ ...place, message: unknown }, ...problems.map((each) => ({ ...place, message: each.text }))]
  })
}
