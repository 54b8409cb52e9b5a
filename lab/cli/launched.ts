/** What a launch file makes different when a lab starts; loaded only where there is one. */
import { join, resolve } from 'node:path'
import { ChainFile } from '../grading/chain.ts'
import { scenarioHash } from '../grading/launch-hash.ts'
import { launchHash, launchProblem, launchText, readLaunch, type Launch } from '../grading/launch.ts'
import { LabError } from '../host/error.ts'
import { makeFolder } from '../host/lock.ts'
import type { Seal } from '../journal/file.ts'
import { writeDurably } from '../kit/files.ts'
import { scenarioName } from '../scenario/layers.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Call } from './command.ts'
import { scenarioFolders } from './places.ts'

/** Where a state folder keeps the launch file of its runs. */
export function launchPath(state: string): string {
  return join(state, 'launch.json')
}

/** The launch file that the call names; one that is none, was changed, or is somebody else's, is an error. */
export function launchOf(call: Call): Launch {
  const launch = readLaunch(resolve(call.io.folder, call.text('launch') ?? ''))
  const student = call.text('student')
  const problem = launchProblem(launch, { ...launch, student })
  if (problem !== undefined) throw new LabError(problem, { blame: 'wrong' })
  if (launch.ends !== null && Date.parse(launch.ends) < Date.now())
    call.io.complain({
      en: `warning: the time for this launch file has ended (${launch.ends}); what is handed in now counts as late`,
      es: `aviso: el plazo de este fichero de lanzamiento ha terminado (${launch.ends}); lo que se entregue ahora cuenta como tardío`,
    })
  return launch
}

/** Throws unless the launch file is for the scenario as its files are now. */
export function holdToLaunch(launch: Launch, file: string, scenario: Scenario): void {
  const name = scenarioName(file)
  // Another scenario need not be read whole to be refused.
  const hash = launch.scenario === name ? hashOf(file, scenario) : launch.hash
  const problem = launchProblem(launch, { scenario: name, hash, student: undefined })
  if (problem !== undefined) throw new LabError(problem, { blame: 'wrong' })
}

/** The hash of a scenario's files, without those that its tasks have students write. */
export function hashOf(file: string, { tasks }: Pick<Scenario, 'tasks'>): string {
  return scenarioHash(file, scenarioFolders, new Set(tasks.flatMap((task) => task.file ?? [])))
}

/** Keeps the launch file for `lab submit`, and makes what chains the journal of a lab that is reached at the address. */
export async function sealFor(
  launch: Launch,
  state: string,
  address: string,
): Promise<(path: string) => Seal> {
  makeFolder(state)
  await writeDurably(launchPath(state), launchText(launch), 0o600)
  return (path) => new ChainFile(path, { launch: launchHash(launch), started: Date.now(), address })
}
