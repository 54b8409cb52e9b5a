import { LabError } from '../host/error.ts'
import type { PlannedFault } from '../host/fault.ts'
import { FileError, type Problem, type Service } from '../service.ts'
import { text } from '../words/index.ts'
import { Files, type OwnFiles } from './files.ts'
import type { Variables } from './fill.ts'
import { nearest } from '../kit/nearest.ts'
import { check, pathText } from './problems.ts'
import type { Registry } from './registry.ts'
import type { Instance } from './scenario.ts'
import { faultSchema, instanceSchema } from './schema.ts'
import { fieldsOf, placeOf, type Tree, valueOf } from './tree.ts'

/** Where services find files, and what fills them. */
interface FileSources {
  readonly folders: readonly string[]
  readonly variables: Variables
  readonly own: OwnFiles | undefined
}

/** The services of a scenario as far as they can be told. */
export interface ReadInstances {
  /** Each that there is; without a configuration if that is wrong. */
  readonly instances: readonly Instance[]
  /** False if there is another that nobody can know: what seems unknown may be its own. */
  readonly isWhole: boolean
}

/** The services that the scenario wants, each checked against its own schema. */
export async function readInstances(
  tree: Tree,
  registry: Registry,
  { folders, variables, own }: FileSources,
  problems: Problem[],
): Promise<ReadInstances> {
  const services = tree.type === 'map' ? tree.entries.get('services')?.value : undefined
  if (services?.type !== 'map') return { instances: [], isWhole: services === undefined }
  const read = [...services.entries].map(async ([name, entry]): Promise<Instance | undefined> => {
    const value = valueOf(entry.value) ?? {}
    const base = ['services', name]
    const isMap = typeof value === 'object' && !Array.isArray(value)
    const host = check(instanceSchema, tree, base, value)
    problems.push(...host.problems)
    if (!isMap || host.value === undefined) return undefined
    try {
      const service = await registry.load(host.value.kind ?? name)
      const { kind: _kind, ports: _ports, ...options } = fieldsOf(entry.value)
      const config = check(service.config, tree, base, options)
      problems.push(...config.problems)
      problems.push(...portProblems(Object.keys(host.value.ports ?? {}), service, tree, base))
      return {
        name,
        service,
        config: config.value,
        ports: host.value.ports ?? {},
        files: new Files(folders, variables, own),
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push({ ...entry.key, path: pathText(base), message: error.text })
      return undefined
    }
  })
  const instances = (await Promise.all(read)).filter((instance) => instance !== undefined)
  return { instances, isWhole: instances.length === read.length }
}

/** Whether a dotted name that is not among the known ones is surely wrong: it may belong to a service that cannot be known. */
export function isSurelyUnknown(name: string, known: readonly string[], isWhole: boolean): boolean {
  const family = name.slice(0, name.indexOf('.') + 1)
  return isWhole || (family !== '' && known.some((other) => other.startsWith(family)))
}

/** What the scenario breaks, each fault checked against the schema of the service that has its point. */
export function readFaults(tree: Tree, services: ReadInstances, problems: Problem[]): PlannedFault[] {
  const faults = tree.type === 'map' ? tree.entries.get('faults')?.value : undefined
  const items = faults?.type === 'list' ? faults.items : []
  return items
    .map((item, index) =>
      readFault({ tree, base: ['faults', index], value: valueOf(item) }, services, problems),
    )
    .filter((fault) => fault !== undefined)
}

/** One fault, checked against the schema of the service that has its point; undefined if it is wrong. */
export function readFault(
  {
    tree,
    base,
    value,
  }: { readonly tree: Tree; readonly base: readonly PropertyKey[]; readonly value: unknown },
  { instances, isWhole }: ReadInstances,
  problems: Problem[],
): PlannedFault | undefined {
  const host = check(faultSchema, tree, base, value)
  problems.push(...host.problems)
  if (host.value === undefined) return undefined
  const { at, times, probability, match, hidden } = host.value
  const points = new Map(instances.flatMap((instance) => Object.entries(instance.service.faults ?? {})))
  const schema = points.get(at)
  if (schema === undefined) {
    const known = [...points.keys()]
    const path = [...base, 'at']
    if (isSurelyUnknown(at, known, isWhole))
      problems.push({
        ...placeOf(tree, path),
        path: pathText(path),
        message: text((words) => words.valueUnknown(at, nearest(at, known), known)),
      })
    return undefined
  }
  const fields: Record<string, unknown> = typeof value === 'object' ? { ...value } : {}
  for (const field of Object.keys(faultSchema.shape)) delete fields[field]
  const own = check(schema, tree, base, fields)
  problems.push(...own.problems)
  return {
    ...own.value,
    at,
    ...(times && { times }),
    ...(probability !== undefined && { probability }),
    ...(match && { match }),
    ...(hidden !== undefined && { hidden }),
  }
}

function portProblems(
  endpoints: readonly string[],
  service: Service,
  tree: Tree,
  base: readonly string[],
): Problem[] {
  const known = Object.keys(service.endpoints)
  return endpoints
    .filter((endpoint) => !known.includes(endpoint))
    .map((endpoint) => {
      const path = [...base, 'ports', endpoint]
      return {
        ...placeOf(tree, path),
        path: pathText(path),
        message: text((words) => words.keyUnknown(endpoint, nearest(endpoint, known), known)),
      }
    })
}

/** What the services find wrong in the files that their options name. */
export function contentProblems(
  instances: readonly Instance[],
  tree: Tree,
  world: Parameters<NonNullable<Service['problems']>>[2],
): Problem[] {
  return instances.flatMap(({ name, service, config, files }) => {
    try {
      return (service.problems?.(config, files, world) ?? []).map((problem) => {
        if (problem.file !== '') return files.placed(problem)
        const path = ['services', name, ...optionPath(problem.path)]
        return { ...problem, ...placeOf(tree, path), path: pathText(path) }
      })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      if (error.problems.length > 0) return error.problems
      const path = ['services', name]
      return [{ ...placeOf(tree, path), path: pathText(path), message: error.text }]
    }
  })
}

/** An option, and perhaps a key inside of it, which may have dots of its own. */
function optionPath(path: string): readonly string[] {
  const dot = path.indexOf('.')
  return dot < 0 ? [path] : [path.slice(0, dot), path.slice(dot + 1)]
}
