import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { isAlive } from '../console/client.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { findScenario, scenarioName } from '../scenario/layers.ts'
import { isError, loadScenario, type Loaded, type LoadOptions } from '../scenario/load.ts'
import { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Problem } from '../service.ts'
import type { Call } from './command.ts'
import { quoted } from './program.ts'

const root = resolve(import.meta.dirname, '..', '..')

/** The scenario that is started when none is named. */
export const DEFAULT_SCENARIO = 'sstt'

/** The folders of shipped scenarios. */
export const scenarioFolders: readonly string[] = [join(root, 'scenarios')]

/** The services that a command may use: those shipped, and those of `--services`. */
export function registryOf(call: Call): Registry {
  return new Registry(serviceFolders(call))
}

/** The folders of services that a command looks through, those shipped first. */
export function serviceFolders(call: Call): string[] {
  return [join(root, 'services'), ...call.texts('services').map((folder) => resolve(call.io.folder, folder))]
}

/** The folder under which each scenario keeps its state. */
export function stateRoot(call: Call): string {
  return resolve(call.io.folder, call.text('state') ?? call.io.environment['LAB_STATE'] ?? '.lab')
}

/** The file of the scenario that `-s` names, or of the default one. */
export function scenarioFile(call: Call, usual: string = DEFAULT_SCENARIO): string {
  return findScenario(call.text('scenario') ?? usual, scenarioFolders, call.io.folder)
}

/** For whom a scenario is read, where the command line does not say it. */
export type Whose = Pick<LoadOptions, 'student' | 'values' | 'withVerbs' | 'folder'>

/** Reads the scenario that the call names, for its student and address. */
export function readScenario(
  call: Call,
  file: string,
  registry: Registry,
  whose: Whose = { student: call.text('student') },
): Promise<Loaded> {
  const address = visibleAddress(bindAddress(call))
  return loadScenario(file, { registry, folders: scenarioFolders, ...whose, address })
}

/** The scenario of the file and what it warns of; one that is wrong rejects with all its mistakes. */
export async function soundScenario(
  call: Call,
  file: string,
  registry: Registry,
  isRunning = false,
  whose?: Whose,
): Promise<{ readonly scenario: Scenario; readonly warnings: readonly Problem[] }> {
  const { scenario, problems } = await readScenario(call, file, registry, whose)
  if (scenario !== undefined) return { scenario, warnings: problems }
  const mistakes = problems.filter(isError).length
  throw new LabError((words) => words.scenarioWrong(mistakes, isRunning), { blame: 'wrong', problems })
}

/** The address of `--bind`; throws if it is none. */
export function bindAddress(call: Call): string {
  const asked = call.text('bind') ?? '127.0.0.1'
  const address = asked === 'localhost' ? '127.0.0.1' : asked
  if (isIP(address) !== 0) return address
  throw new LabError(
    {
      en: `--bind takes an IP address of this machine, not "${asked}"`,
      es: `--bind espera una dirección IP de esta máquina, no "${asked}"`,
    },
    { blame: 'wrong' },
  )
}

/** The port of `--console-port`, if it is given; throws if it is none. */
export function consolePort(call: Call): number | undefined {
  const asked = call.text('console-port')
  if (asked === undefined || (/^\d{1,5}$/.test(asked) && Number(asked) <= 65_535))
    return asked === undefined ? undefined : Number(asked)
  throw new LabError(
    {
      en: `--console-port takes a port number, or 0 for any free one, not "${asked}"`,
      es: `--console-port espera un número de puerto, o 0 para uno libre cualquiera, no "${asked}"`,
    },
    { blame: 'wrong' },
  )
}

/** Where clients reach a lab that listens on the address: for "all addresses", the machine's first one on a network. */
export function visibleAddress(bind: string): string {
  if (bind !== '0.0.0.0' && bind !== '::') return bind
  const family = isIPv6(bind) ? 'IPv6' : 'IPv4'
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outer = addresses.find(
    (address) => address.family === family && !address.internal && !address.address.startsWith('fe80'),
  )
  return outer?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
}

/** The control socket of the running lab that the call means; throws if there is none, or several to choose from. */
export async function runningLab(call: Call): Promise<string> {
  const wanted = call.text('scenario')
  const name = wanted === undefined ? undefined : stateName(call, wanted)
  const alive: string[] = []
  for (const folder of stateFolders(stateRoot(call))) {
    if ((name === undefined || basename(folder) === name) && (await isAlive(controlPath(folder))))
      alive.push(folder)
  }
  const [only, another] = alive
  if (only === undefined) throw new LabError((words) => words.labNotRunning(name))
  if (another !== undefined)
    throw new LabError((words) => words.labsRunning(alive.map((folder) => basename(folder))), {
      blame: 'wrong',
    })
  return only
}

/** The name of the lab of a state folder, and the command that stops it from where the call was made. */
export function stopCommand(call: Call, folder: string): { readonly name: string; readonly stop: string } {
  const name = basename(folder)
  const usual = resolve(call.io.folder, call.io.environment['LAB_STATE'] ?? '.lab')
  const state = dirname(folder) === usual ? '' : ` --state ${quoted(dirname(folder))}`
  return { name, stop: `lab stop -s ${quoted(name)}${state}` }
}

/** The name under which the state of a scenario is kept, given its name, its folder or its file. */
export function stateName(call: Call, wanted: string): string {
  try {
    return scenarioName(findScenario(wanted, scenarioFolders, call.io.folder))
  } catch (error) {
    // A scenario whose file has gone may still run.
    if (error instanceof LabError) return wanted
    throw error
  }
}
