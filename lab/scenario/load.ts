import { isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import { LabError } from '../host/error.ts'
import type { Problem, Text } from '../service.ts'
import { text } from '../words/index.ts'
import { writtenFiles, type OwnFiles } from './files.ts'
import { fillTree, type Variables } from './fill.ts'
import { withoutIntended } from './intended.ts'
import { contentProblems, readFaults, readInstances } from './instances.ts'
import { mayHaveLost, withoutLost } from './inherited.ts'
import { readLayers, scenarioName } from './layers.ts'
import { DEFAULT_STUDENT, deriveParam, paramProblem, STUDENT } from './params.ts'
import { check, pathText } from './problems.ts'
import type { Registry } from './registry.ts'
import type { Scenario } from './scenario.ts'
import { scenarioSchema } from './schema.ts'
import { both } from './task.ts'
import { suiteProblems } from './suites.ts'
import { readTasks } from './tasks.ts'
import { loadVerbs } from './verbs.ts'
import { accountNameProblem, passwordProblem } from '../world/accounts.ts'
import { overlay, placeOf, type Tree, valueOf } from './tree.ts'

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

/** Reads, joins, fills and checks a scenario; all mistakes come back at once. */
export async function loadScenario(file: string, options: LoadOptions): Promise<Loaded> {
  const student = options.student ?? DEFAULT_STUDENT
  if (!STUDENT.test(student)) throw new LabError((words) => words.studentWrong(student), { blame: 'wrong' })
  const problems: Problem[] = []
  const layers = readLayers(file, options.folders, problems)
  const [first] = layers
  if (first === undefined || problems.length > 0) return { scenario: undefined, problems }
  const joined = layers.map((layer) => layer.tree).reduceRight((base, changes) => overlay(base, changes))

  const name = scenarioName(file)
  const { address } = options
  // A zone that names its own address names the type of the record with it.
  const addressType = isIPv6(address) ? 'AAAA' : 'A'
  const { tree, variables } = fillScenario(
    joined,
    { scenario: name, student, address, addressType },
    options.values ?? {},
    problems,
  )
  const checked = check(scenarioSchema, tree, [])
  problems.push(...checked.problems)
  const folders = layers.map((layer) => dirname(layer.file))
  const own = ownFiles(tree, folders, options.folder)
  const services = await readInstances(tree, options.registry, { folders, variables, own }, problems)
  const faults = readFaults(tree, services, problems)
  if (checked.value === undefined || problems.some(isError)) return { scenario: undefined, problems }
  const { title, summary, domain, accounts, suites, intended } = checked.value
  checkAccounts(accounts, tree, problems)
  const names = accounts.map((account) => account.name)
  problems.push(...contentProblems(services, tree, { domain, address, accounts: names }))
  const isVerbNeeded = options.withVerbs === true || mayHaveLost(tree, layers)
  const verbs = isVerbNeeded ? await loadVerbs(options.registry, services) : undefined
  const tasks = readTasks(
    {
      tree: verbs === undefined ? tree : withoutLost(tree, first.file, verbs),
      instances: services,
      accounts: names,
      verbs,
    },
    problems,
  )
  if (options.withVerbs === true) problems.push(...(await suiteProblems(suites, tree, options.registry)))
  const scenario: Scenario = {
    name,
    title: both(title),
    summary: summary === undefined ? undefined : both(summary),
    student,
    domain,
    address,
    accounts: accounts.map((account) => ({ name: account.name, password: account.password ?? account.name })),
    instances: services,
    faults,
    tasks,
    suites,
    variables,
    sources: layers.map((layer) => layer.file),
  }
  return {
    scenario: problems.some(isError) ? undefined : scenario,
    problems: withoutIntended(problems, intended, { tree, file: first.file }),
  }
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

/** Derives the parameters, then the domain that may use them, and fills all of the tree. */
function fillScenario(
  joined: Tree,
  given: Variables & { readonly scenario: string; readonly student: string },
  values: Variables,
  problems: Problem[],
): { readonly tree: Tree; readonly variables: Variables } {
  const params = joined.type === 'map' ? joined.entries.get('params')?.value : undefined
  const read = check(
    scenarioSchema.shape.params,
    joined,
    ['params'],
    params === undefined ? undefined : valueOf(params),
  )
  for (const [name, param] of Object.entries(read.value ?? {})) {
    const message = [...Object.keys(given), 'domain'].includes(name)
      ? text((words) => words.paramReserved(name))
      : paramProblem(param)
    const path = ['params', name]
    if (message !== undefined) problems.push({ ...placeOf(joined, path), path: pathText(path), message })
  }
  const derived = Object.entries(read.value ?? {}).map(
    ([name, param]) =>
      [name, Object.hasOwn(values, name) ? (values[name] ?? '') : deriveParam(param, name, given)] as const,
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

function checkAccounts(
  accounts: readonly { readonly name: string; readonly password?: string | undefined }[],
  tree: Tree,
  problems: Problem[],
): void {
  const seen = new Set<string>()
  for (const [index, { name, password }] of accounts.entries()) {
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
