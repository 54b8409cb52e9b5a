import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { LabError, messageOf } from '../host/error.ts'
import type { PlannedFault } from '../host/fault.ts'
import type { Problem, Text } from '../service.ts'
import { text } from '../words/index.ts'
import { Files } from './files.ts'
import { fillTree, type Variables } from './fill.ts'
import { nearest } from './nearest.ts'
import { DEFAULT_STUDENT, deriveParam, STUDENT } from './params.ts'
import { check, pathText } from './problems.ts'
import type { Registry } from './registry.ts'
import type { Instance, Scenario } from './scenario.ts'
import { faultSchema, instanceSchema, scenarioSchema } from './schema.ts'
import { overlay, parseTree, placeOf, type Tree, valueOf } from './tree.ts'

/** How long a chain of `extends` may be. */
const LONGEST_CHAIN = 8

/** Bytes of the longest scenario file. */
const LARGEST = 1024 * 1024

/** What a scenario is loaded for. */
export interface LoadOptions {
  readonly registry: Registry
  /** The folders of shipped scenarios, one subfolder each. */
  readonly folders: readonly string[]
  /** The student's id; the practice student if not given. */
  readonly student?: string | undefined
  /** Where clients will reach the lab. */
  readonly address: string
}

/** A scenario, or undefined if it has errors; warnings come with both. */
export interface Loaded {
  readonly scenario: Scenario | undefined
  readonly problems: readonly Problem[]
}

/** The shipped scenarios by name, each with its file. */
export function scenariosIn(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const folder of folders) {
    for (const name of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
      const path = join(folder, name, 'scenario.yaml')
      if (!found.has(name) && existsSync(path)) found.set(name, path)
    }
  }
  return found
}

/** The file of a scenario given by name, by folder or by file; throws a LabError that suggests near names. */
export function findScenario(wanted: string, folders: readonly string[], from = process.cwd()): string {
  const shipped = scenariosIn(folders)
  const named = shipped.get(wanted)
  if (named !== undefined) return named
  const path = isAbsolute(wanted) ? wanted : resolve(from, wanted)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile()) return path
  if (stats?.isDirectory() && existsSync(join(path, 'scenario.yaml'))) return join(path, 'scenario.yaml')
  const names = [...shipped.keys()]
  throw new LabError((words) => words.scenarioUnknown(wanted, nearest(wanted, names), names), {
    blame: 'wrong',
  })
}

/** Reads, joins, fills and checks a scenario; all mistakes come back at once. */
export async function loadScenario(file: string, options: LoadOptions): Promise<Loaded> {
  const student = options.student ?? DEFAULT_STUDENT
  if (!STUDENT.test(student)) throw new LabError((words) => words.studentWrong(student), { blame: 'wrong' })
  const problems: Problem[] = []
  const layers = readLayers(file, options, problems)
  const [own] = layers
  if (own === undefined || problems.length > 0) return { scenario: undefined, problems }
  const joined = layers.map((layer) => layer.tree).reduceRight((base, changes) => overlay(base, changes))

  const name =
    basename(file) === 'scenario.yaml' ? basename(dirname(file)) : basename(file).replace(/\.ya?ml$/, '')
  const { tree, variables } = fillScenario(
    joined,
    { scenario: name, student, address: options.address },
    problems,
  )
  const checked = check(scenarioSchema, tree, [])
  problems.push(...checked.problems)
  const folders = layers.map((layer) => dirname(layer.file))
  const services = await readInstances(tree, options.registry, folders, variables, problems)
  const faults = readFaults(tree, services, problems)
  if (checked.value === undefined || problems.some(isError)) return { scenario: undefined, problems }
  const { title, summary, domain, accounts } = checked.value
  checkAccounts(accounts, tree, problems)
  problems.push(...contentProblems(services, tree, { domain, address: options.address }))
  const scenario: Scenario = {
    name,
    title: both(title),
    summary: summary === undefined ? undefined : both(summary),
    student,
    domain,
    address: options.address,
    accounts: accounts.map((account) => ({ name: account.name, password: account.password ?? account.name })),
    instances: services,
    faults,
    variables,
    sources: layers.map((layer) => layer.file),
  }
  return { scenario: problems.some(isError) ? undefined : scenario, problems }
}

/** True unless it is only a warning. */
export function isError(problem: Problem): boolean {
  return problem.severity !== 'warning'
}

interface Layer {
  readonly file: string
  readonly tree: Tree
}

/** The file and those that it extends, its own first. */
function readLayers(file: string, options: LoadOptions, problems: Problem[]): Layer[] {
  const layers: Layer[] = []
  let next: string | undefined = file
  while (next !== undefined) {
    const current: string = next
    const { tree, problems: found } = parseTree(current, readSource(current))
    problems.push(...found)
    layers.push({ file: current, tree })
    next = undefined
    const base = tree.type === 'map' ? tree.entries.get('extends')?.value : undefined
    if (base?.type !== 'scalar' || typeof base.value !== 'string') continue
    try {
      next = findScenario(base.value, options.folders, dirname(current))
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push({ ...base.place, path: 'extends', message: error.text })
    }
    if (
      next !== undefined &&
      (layers.some((layer) => layer.file === next) || layers.length > LONGEST_CHAIN)
    ) {
      problems.push({ ...base.place, path: 'extends', message: text((words) => words.extendsItself) })
      next = undefined
    }
  }
  return layers
}

function readSource(file: string): string {
  try {
    if (statSync(file).size > LARGEST)
      throw new LabError((words) => words.fileTooLong(file, LARGEST), { blame: 'wrong' })
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.fileUnreadable(file, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
}

/** Derives the parameters, then the domain that may use them, and fills all of the tree. */
function fillScenario(
  joined: Tree,
  given: { readonly scenario: string; readonly student: string; readonly address: string },
  problems: Problem[],
): { readonly tree: Tree; readonly variables: Variables } {
  const params = joined.type === 'map' ? joined.entries.get('params')?.value : undefined
  const read = check(
    scenarioSchema.shape.params,
    joined,
    ['params'],
    params === undefined ? undefined : valueOf(params),
  )
  const derived = Object.entries(read.value ?? {}).map(
    ([name, param]) => [name, deriveParam(param, name, given.scenario, given.student)] as const,
  )
  const before: Variables = { ...Object.fromEntries(derived), ...given }
  const domain = joined.type === 'map' ? joined.entries.get('domain')?.value : undefined
  const filled = domain === undefined ? undefined : fillTree(domain, before, 'domain').tree
  const variables: Variables = {
    ...before,
    domain: filled?.type === 'scalar' && filled.value !== null ? String(filled.value) : 'lab.test',
  }
  const { tree, problems: found } = fillTree(joined, variables)
  problems.push(...found)
  return { tree, variables }
}

async function readInstances(
  tree: Tree,
  registry: Registry,
  folders: readonly string[],
  variables: Variables,
  problems: Problem[],
): Promise<Instance[]> {
  const services = tree.type === 'map' ? tree.entries.get('services')?.value : undefined
  if (services?.type !== 'map') return []
  const read = [...services.entries].map(async ([name, entry]): Promise<Instance | undefined> => {
    const value = valueOf(entry.value) ?? {}
    const base = ['services', name]
    const isMap = typeof value === 'object' && !Array.isArray(value)
    const host = check(instanceSchema, tree, base, value)
    problems.push(...host.problems)
    if (!isMap || host.value === undefined) return undefined
    try {
      const service = await registry.load(host.value.kind ?? name)
      const { kind: _kind, ports = {}, ...options } = value as Record<string, unknown>
      const config = check(service.config, tree, base, options)
      problems.push(...config.problems)
      for (const endpoint of Object.keys(ports ?? {})) {
        const known = Object.keys(service.endpoints)
        if (known.includes(endpoint)) continue
        const path = [...base, 'ports', endpoint]
        problems.push({
          ...placeOf(tree, path),
          path: pathText(path),
          message: text((words) => words.keyUnknown(endpoint, nearest(endpoint, known), known)),
        })
      }
      return {
        name,
        service,
        config: config.value,
        ports: host.value.ports ?? {},
        files: new Files(folders, variables),
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push({ ...entry.key, path: pathText(base), message: error.text })
      return undefined
    }
  })
  return (await Promise.all(read)).filter((instance) => instance !== undefined)
}

function readFaults(tree: Tree, instances: readonly Instance[], problems: Problem[]): PlannedFault[] {
  const faults = tree.type === 'map' ? tree.entries.get('faults')?.value : undefined
  const points = new Map(instances.flatMap((instance) => Object.entries(instance.service.faults ?? {})))
  const planned: PlannedFault[] = []
  for (const [index, item] of (faults?.type === 'list' ? faults.items : []).entries()) {
    const base = ['faults', index]
    const value = valueOf(item)
    const host = check(faultSchema, tree, base, value)
    problems.push(...host.problems)
    if (host.value === undefined) continue
    const { at, times, probability, match } = host.value
    const schema = points.get(at)
    if (schema === undefined) {
      const known = [...points.keys()]
      const path = [...base, 'at']
      problems.push({
        ...placeOf(tree, path),
        path: pathText(path),
        message: text((words) => words.valueUnknown(at, nearest(at, known), known)),
      })
      continue
    }
    const {
      at: _at,
      times: _times,
      probability: _probability,
      match: _match,
      ...fields
    } = value as Record<string, unknown>
    const own = check(
      z
        .record(z.string(), z.unknown())
        .pipe(schema as z.ZodType<Record<string, unknown>, Record<string, unknown>>),
      tree,
      base,
      fields,
    )
    problems.push(...own.problems)
    planned.push({
      ...own.value,
      at,
      ...(times && { times }),
      ...(probability !== undefined && { probability }),
      ...(match && { match }),
    })
  }
  return planned
}

function checkAccounts(
  accounts: readonly { readonly name: string }[],
  tree: Tree,
  problems: Problem[],
): void {
  const seen = new Set<string>()
  for (const [index, { name }] of accounts.entries()) {
    const path = ['accounts', index, 'name']
    if (seen.has(name.toLowerCase()))
      problems.push({
        ...placeOf(tree, path),
        path: pathText(path),
        message: text((words) => words.accountTwice(name)),
      })
    seen.add(name.toLowerCase())
  }
}

/** What the services find wrong in the files that their options name. */
function contentProblems(
  instances: readonly Instance[],
  tree: Tree,
  world: { readonly domain: string; readonly address: string },
): Problem[] {
  return instances.flatMap(({ name, service, config, files }) => {
    try {
      return service.problems?.(config, files, world) ?? []
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      if (error.problems.length > 0) return error.problems
      const path = ['services', name]
      return [{ ...placeOf(tree, path), path: pathText(path), message: error.text }]
    }
  })
}

function both(said: string | Text): Text {
  return typeof said === 'string' ? { en: said, es: said } : said
}
