import { isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../host/error.ts'
import type { Problem, Text } from '../service.ts'
import { text } from '../words/index.ts'
import { writtenFiles, type OwnFiles } from './files.ts'
import { fillTree, type Variables } from './fill.ts'
import { withoutIntended } from './intended.ts'
import { contentProblems, readFaults, readInstances } from './instances.ts'
import { mayHaveLost, withoutLost } from './inherited.ts'
import { readLayers, scenarioName, type Layer } from './layers.ts'
import { DEFAULT_STUDENT, deriveParam, paramProblem, paramSchema, standIn, STUDENT } from './params.ts'
import { check, pathText, soundItems } from './problems.ts'
import type { Registry } from './registry.ts'
import type { Instance, Scenario } from './scenario.ts'
import { scenarioSchema } from './schema.ts'
import { both } from './task.ts'
import { suiteProblems } from './suites.ts'
import { readTasks } from './tasks.ts'
import { loadVerbs } from './verbs.ts'
import { accountNameProblem, passwordProblem } from '../world/accounts.ts'
import { fieldsOf, overlay, placeOf, type Tree, valueOf } from './tree.ts'

/** What stands for a domain that is not given, or wrong. */
const ANY_DOMAIN = 'lab.test'

/** What a scenario is loaded for. */
export interface LoadOptions {
  readonly registry: Registry
  /** The folders of shipped scenarios, one subfolder each. */
  readonly folders: readonly string[]
  /** The student's id; the practice student if not given. */
  readonly student?: string | undefined
  /** What stands for the parameters, instead of what the key of practice makes of them. */
  readonly values?: Variables | undefined
  /** Where clients will reach the lab. */
  readonly address: string
  /** Where the student writes the files that tasks ask for, which a service may then serve; the scenario's own are served if not given. */
  readonly folder?: string | undefined
  /** Whether what tasks say is checked, too, for which the checks of the services are loaded. */
  readonly withVerbs?: boolean
}

/** A scenario, or undefined if it has errors; warnings come with both. */
export interface Loaded {
  readonly scenario: Scenario | undefined
  readonly problems: readonly Problem[]
}

/** Reads, joins, fills and checks a scenario; all mistakes come back at once, in the order of their places. */
export async function loadScenario(file: string, options: LoadOptions): Promise<Loaded> {
  const student = options.student ?? DEFAULT_STUDENT
  if (!STUDENT.test(student)) throw new LabError((words) => words.studentWrong(student), { blame: 'wrong' })
  const { scenario, problems } = await readScenario(file, student, options)
  return { scenario, problems: problems.toSorted(byPlace) }
}

async function readScenario(file: string, student: string, options: LoadOptions): Promise<Loaded> {
  const problems: Problem[] = []
  const layers = readLayers(file, options.folders, problems)
  const [first] = layers
  // Of a text that is no YAML, or lacks what it extends, nobody can tell what else is wrong.
  if (first === undefined || problems.length > 0) return { scenario: undefined, problems }
  const joined = layers.map((layer) => layer.tree).reduceRight((base, changes) => overlay(base, changes))

  const name = scenarioName(file)
  const { address } = options
  // A zone that names its own address names the type of the record with it.
  const addressType = isIPv6(address) ? 'AAAA' : 'A'
  const given = { scenario: name, student, address, addressType }
  const { tree, variables, gaps } = fillScenario(joined, given, options.values ?? {}, problems)
  const { wanted, instances, faults, tasks } = await readParts(
    { tree, variables, gaps, layers, address },
    options,
    problems,
  )
  const told = withoutFollowing(problems, gaps)
  const left = withoutIntended(told, wanted?.intended ?? [], { tree, file: first.file })
  if (wanted === undefined || told.some(isError)) return { scenario: undefined, problems: left }
  const { title, summary, domain, accounts, suites } = wanted
  const scenario: Scenario = {
    name,
    title: both(title),
    summary: summary === undefined ? undefined : both(summary),
    student,
    domain,
    address,
    accounts: accounts.map((account) => ({
      name: account.name,
      password: account.password ?? account.name,
    })),
    instances,
    faults,
    tasks,
    suites,
    variables,
    sources: layers.map((layer) => layer.file),
  }
  return { scenario, problems: left }
}

/** A scenario that is joined and filled in, with what it was made from. */
interface Filled {
  readonly tree: Tree
  readonly variables: Variables
  /** What nothing stands for. */
  readonly gaps: readonly Problem[]
}

/** Checks each part of a scenario as far as it can be told, whatever is wrong in the others. */
async function readParts(
  {
    tree,
    variables,
    gaps,
    layers,
    address,
  }: Filled & { readonly layers: readonly Layer[]; readonly address: string },
  { registry, folder, withVerbs = false }: LoadOptions,
  problems: Problem[],
): Promise<{
  readonly wanted: z.output<typeof scenarioSchema> | undefined
  readonly instances: readonly Instance[]
  readonly faults: Scenario['faults']
  readonly tasks: Scenario['tasks']
}> {
  const { value: wanted, problems: found } = check(scenarioSchema, tree, [])
  problems.push(...found)
  const folders = layers.map((layer) => dirname(layer.file))
  const own = ownFiles(tree, folders, folder)
  const services = await readInstances(tree, registry, { folders, variables, own }, problems)
  const { instances } = services
  const faults = readFaults(tree, services, problems)
  const { domain = ANY_DOMAIN, accounts, suites } = wanted ?? soundScenario(tree)
  checkAccounts(accounts, tree, problems)
  const names = accounts.flatMap((account) => account?.name ?? [])
  const ready = instances.filter((instance) => isReady(instance, gaps))
  problems.push(...contentProblems(ready, tree, { domain, address, accounts: names }))
  const verbs = withVerbs || mayHaveLost(tree, layers) ? await loadVerbs(registry, instances) : undefined
  const kept = verbs === undefined ? tree : withoutLost(tree, layers[0]?.file ?? '', verbs)
  const tasks = readTasks({ tree: kept, services, accounts: accountNames(tree), verbs }, problems)
  if (withVerbs) problems.push(...(await suiteProblems(suites, tree, registry)))
  return { wanted, instances, faults, tasks }
}

/** What can be told of a scenario that is not as it has to be: the sound parts; in a list nothing stands for the others. */
function soundScenario(tree: Tree): {
  readonly domain: string | undefined
  readonly accounts: readonly (Account | undefined)[]
  readonly suites: readonly (string | undefined)[]
} {
  const { domain, accounts, suites } = scenarioSchema.shape
  const fields = fieldsOf(tree)
  return {
    domain: domain.safeParse(fields['domain']).data,
    accounts: soundItems(accounts.unwrap().element, fields['accounts']),
    suites: soundItems(suites.unwrap().element, fields['suites']),
  }
}

/** Whether the files that a service names can be looked at: its options are sound, and none lacks a value. */
function isReady({ name, config }: Instance, gaps: readonly Problem[]): boolean {
  return config !== undefined && !gaps.some(({ path }) => path.startsWith(`services.${name}.`))
}

/** The names of all accounts, whatever else is wrong in them; undefined if one cannot be told. */
function accountNames(tree: Tree): readonly string[] | undefined {
  const list = fieldsOf(tree)['accounts'] ?? []
  const { name } = scenarioSchema.shape.accounts.unwrap().element.shape
  return z
    .array(z.object({ name }))
    .safeParse(list)
    .data?.map((account) => account.name)
}

/** All problems; of what could not be filled in, that alone. */
function withoutFollowing(problems: readonly Problem[], gaps: readonly Problem[]): Problem[] {
  const paths = new Set(gaps.map(({ path }) => path))
  return [...gaps, ...problems.filter(({ path }) => !paths.has(path))]
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}

/** True unless it is only a warning. */
export function isError(problem: Problem): boolean {
  return problem.severity !== 'warning'
}

/** What the student writes, unless that is where the scenario itself is kept: its author works there. */
function ownFiles(tree: Tree, folders: readonly string[], folder: string | undefined): OwnFiles | undefined {
  const isAuthors = folder === undefined || folders.some((each) => resolve(each) === resolve(folder))
  return isAuthors ? undefined : { folder, names: writtenFiles(tree) }
}

/** Derives the parameters, then the domain that may use them, and fills all of the tree; what nothing stands for comes back as gaps. */
function fillScenario(
  joined: Tree,
  given: Variables & { readonly scenario: string; readonly student: string },
  values: Variables,
  problems: Problem[],
): Filled {
  const params = joined.type === 'map' ? joined.entries.get('params')?.value : undefined
  const derived = Object.entries(params === undefined ? {} : fieldsOf(params)).map(([name, value]) => {
    const param = paramSchema.safeParse(value).data
    const message = [...Object.keys(given), 'domain'].includes(name)
      ? text((words) => words.paramReserved(name))
      : param && paramProblem(param)
    const path = ['params', name]
    if (message !== undefined) problems.push({ ...placeOf(joined, path), path: pathText(path), message })
    if (Object.hasOwn(values, name)) return [name, values[name] ?? ''] as const
    return [name, param === undefined ? standIn(value) : deriveParam(param, name, given)] as const
  })
  const before: Variables = { ...Object.fromEntries(derived), ...given }
  const domain = joined.type === 'map' ? joined.entries.get('domain')?.value : undefined
  const filled = domain === undefined ? undefined : valueOf(fillTree(domain, before, 'domain').tree)
  const sound = scenarioSchema.shape.domain.safeParse(filled ?? undefined).data
  const variables: Variables = { ...before, domain: sound ?? ANY_DOMAIN }
  const { tree, problems: gaps } = fillTree(joined, variables)
  return { tree, variables, gaps }
}

interface Account {
  readonly name: string
  readonly password?: string | undefined
}

function checkAccounts(accounts: readonly (Account | undefined)[], tree: Tree, problems: Problem[]): void {
  const seen = new Set<string>()
  for (const [index, account] of accounts.entries()) {
    if (account === undefined) continue
    const { name, password } = account
    const tell = (key: string, message: Text): void => {
      const path = ['accounts', index, key]
      problems.push({ ...placeOf(tree, path), path: pathText(path), message })
    }
    const [wrongName, wrongPassword] = [accountNameProblem(name), passwordProblem(name, password)]
    if (wrongName !== undefined) tell('name', wrongName)
    else if (seen.has(name.toLowerCase()))
      tell(
        'name',
        text((words) => words.accountTwice(name)),
      )
    if (wrongPassword !== undefined) tell('password', wrongPassword)
    seen.add(name.toLowerCase())
  }
}
