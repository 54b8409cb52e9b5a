/** What a scenario brings to be tested with: its solution, and mistakes that its tasks and suites have to notice. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Mutant, Solve, StudentServer } from '../solution.ts'
import { hasFields } from '../host/exported.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** What is done and run in one test; of what is missing there is nothing. */
export interface Work {
  readonly solve?: Solve | undefined
  readonly server?: StudentServer | undefined
}

/** The solution of a scenario. */
export interface Solution extends Work {
  readonly mutants: readonly Mutant[]
  /** Whether it is the scenario's own. */
  readonly isOwn: boolean
}

/** The solution of the scenario, or of the nearest one that it extends. */
export async function solutionOf({ sources }: Scenario): Promise<Solution> {
  const folders = sources.map((source) => join(dirname(source), 'solution'))
  const at = folders.findIndex((folder) => existsSync(join(folder, 'solution.ts')))
  const [folder, isOwn] = [folders[at], at <= 0]
  if (folder === undefined) return { mutants: [], isOwn }
  const solve = await exported(join(folder, 'solution.ts'), 'solve')
  const server = await exported(join(folder, 'solution.ts'), 'server')
  const mutants = await exported(join(folder, 'mutants.ts'), 'mutants')
  return {
    ...(isSolve(solve) && { solve }),
    ...(isServer(server) && { server }),
    mutants: isMutants(mutants) ? mutants : [],
    isOwn,
  }
}

async function exported(file: string, name: string): Promise<unknown> {
  if (!existsSync(file)) return undefined
  const loaded: unknown = await import(pathToFileURL(file).href)
  return typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, name) : undefined
}

function isSolve(value: unknown): value is Solve {
  return typeof value === 'function'
}

function isServer(value: unknown): value is StudentServer {
  return hasFields(value, { command: 'string', files: 'object' })
}

function isMutants(value: unknown): value is readonly Mutant[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: unknown) =>
        typeof each === 'object' &&
        each !== null &&
        ['id', 'says', 'fails'].every((field) => Reflect.has(each, field)) &&
        ['solve', 'server'].some((field) => Reflect.has(each, field)),
    )
  )
}
