import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantity } from '../kit/quantity.ts'
import { ask, isAlive } from '../console/client.ts'
import { checkedSchema } from '../console/operations/tasks.ts'
import { controlPath, stateFolders } from '../console/place.ts'
import { newestRun } from '../grading/chain.ts'
import { createJudge, isUnseen } from '../grading/class-judge.ts'
import type { Judge } from '../grading/class-one.ts'
import { totalText } from '../grading/formats/words.ts'
import { launchHash, readLaunch, type Launch } from '../grading/launch.ts'
import type { CheckResult } from '../grading/model.ts'
import { AUTHORITY, limits } from '../grading/submission-form.ts'
import { SubmissionReader } from '../grading/submission-read.ts'
import { writeSubmission, type SubmissionContent, type Submitted } from '../grading/submission.ts'
import { LabError, messageOf, textOf } from '../host/error.ts'
import { findScenario } from '../scenario/layers.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { exit, placeOptions, scenarioOptions, submitOptions, type Call, type Command } from './command.ts'
import { octetsAt } from './file.ts'
import { hashOf, launchPath } from './launched.ts'
import { registryOf, scenarioFolders, serviceFolders, stateName, stateRoot } from './places.ts'

/** Milliseconds for the tasks of the running lab. */
const PATIENCE = 600_000

/** How often, and after how many milliseconds, it is looked again for what the lab writes just now. */
const [TRIES, PAUSE] = [20, 100]

/** Makes the one file that is handed in. */
export const command: Command = {
  summary: {
    en: 'make the file that is handed in: what happened, and what you wrote',
    es: 'crear el fichero que se entrega: lo que ha ocurrido y lo que has escrito',
  },
  usage: '[FILE…] [options]',
  most: 100,
  options: { ...scenarioOptions, ...placeOptions, ...submitOptions },
  examples: [
    {
      line: 'lab submit',
      text: {
        en: 'the journal, and the files that the tasks name',
        es: 'el diario y los ficheros que nombran las tareas',
      },
    },
    { line: 'lab submit -o 1234.telelab', text: { en: 'under this name', es: 'con este nombre' } },
    {
      line: 'lab submit --pcap lab.pcapng notes.txt',
      text: { en: 'with a capture, and another file', es: 'con una captura y otro fichero' },
    },
  ],
  async run(call) {
    const { io } = call
    const state = launchedState(call)
    const launch = readLaunch(launchPath(state))
    const { address } = newestRun(state, launchHash(launch)) ?? {}
    const file = findScenario(call.text('scenario') ?? launch.scenario, scenarioFolders, io.folder)
    const scenario = await scenarioOf(call, file, launch, address)
    if (scenario.tasks.length === 0 && call.words.length === 0)
      throw new LabError(nothingToJudge, { blame: 'wrong' })
    const confirmed = await confirmedNow(call, state)
    const wanted = new Set(scenario.tasks.flatMap((task) => task.file ?? []))
    const { artifacts, missing } = artifactsOf(call, wanted)
    const root = join(state, 'certs', 'cacert.pem')
    if (existsSync(root)) artifacts.set(AUTHORITY, octetsAt(root, limits.artifact))
    const out = resolve(io.folder, call.text('out') ?? `${launch.student}-${launch.scenario}.telelab`)
    const capture = call.text('pcap')
    const content: SubmissionContent = {
      state,
      launch,
      hash: hashOf(file, scenario),
      artifacts,
      capture: capture === undefined ? undefined : await captureAt(resolve(io.folder, capture)),
      versions: await versions(),
    }
    const judge = await createJudge(scenario, serviceFolders(call))
    const { submitted, results } = await handIn(out, content, judge, confirmed)
    for (const name of missing)
      io.complain({
        en: `warning: ${name} is not here, and not handed in`,
        es: `aviso: ${name} no está aquí y no se entrega`,
      })
    tellUnseen(call, results, confirmed)
    const { runs, facts, bytes } = submitted
    const names = submitted.artifacts.length === 0 ? '' : `, ${submitted.artifacts.join(', ')}`
    io.say({
      en: `${out}: ${quantity(facts, 'fact', 'facts')} of ${quantity(runs, 'run', 'runs')}${names}; ${bytes} bytes. Hand in this file, as it is`,
      es: `${out}: ${quantity(facts, 'hecho', 'hechos')} de ${quantity(runs, 'ejecución', 'ejecuciones')}${names}; ${bytes} bytes. Entrega este fichero, tal cual`,
    })
    if (results.length > 0)
      io.say({
        en: `By its tasks it has ${totalText(results, 'en')}`,
        es: `Por sus tareas tiene ${totalText(results, 'es')}`,
      })
    return exit.done
  },
}

const nothingToJudge = {
  en: 'this scenario has no tasks, so the file would hold nothing that can be graded: hand in the folder of your server, or name what is to be in it, as in `lab submit server.c`',
  es: 'este escenario no tiene tareas, así que el fichero no llevaría nada que corregir: entrega la carpeta de tu servidor, o di qué debe llevar, como en `lab submit server.c`',
}

/** Asks the lab, if it runs, for what can only be asked now; the tasks that have passed, which its journal tells from then on. */
async function confirmedNow({ io }: Call, state: string): Promise<ReadonlySet<string>> {
  const path = controlPath(state)
  if (!(await isAlive(path))) return new Set()
  io.say({
    en: 'The lab is running: its tasks are checked first',
    es: 'El laboratorio está en marcha: primero se comprueban sus tareas',
  })
  try {
    const { results } = checkedSchema.parse(await ask(path, 'check', { tasks: [], isQuiet: true }, PATIENCE))
    return new Set(results.flatMap(({ id, outcome }) => (outcome === 'passed' ? [id] : [])))
  } catch (error) {
    // What has been done so far can be handed in all the same.
    const why = textOf(error)
    io.complain({
      en: `warning: the lab does not check its tasks: ${why.en}`,
      es: `aviso: el laboratorio no comprueba sus tareas: ${why.es}`,
    })
    return new Set()
  }
}

/** Writes the file and judges it as the teacher will: again, as long as what the lab has just confirmed is on its way to the disk. */
async function handIn(
  out: string,
  content: SubmissionContent,
  judge: Judge,
  confirmed: ReadonlySet<string>,
): Promise<{ readonly submitted: Submitted; readonly results: readonly CheckResult[] }> {
  for (let left = TRIES; ; left -= 1) {
    const submitted = await writeSubmission(out, content)
    const results = await proved(out, judge)
    const isWhole = results.every(({ id, outcome }) => outcome === 'passed' || !confirmed.has(id))
    if (isWhole || left === 0) return { submitted, results }
    await sleep(PAUSE)
  }
}

/** Whoever hands in what nobody can ask for any more should know it now. */
function tellUnseen({ io }: Call, results: readonly CheckResult[], confirmed: ReadonlySet<string>): void {
  const missing = results.filter(({ outcome }) => outcome !== 'passed')
  const [lost, unseen] = [
    missing.filter(({ id }) => confirmed.has(id)),
    missing.filter((result) => !confirmed.has(result.id) && isUnseen(result)),
  ].map((list) => list.map(({ id }) => id).join(', '))
  if (unseen !== '')
    io.complain({
      en: `warning: nothing shows that these tasks have passed: ${unseen}. They count only once \`lab check\` has said so while the lab runs; then \`lab submit\` again`,
      es: `aviso: nada muestra que se hayan superado estas tareas: ${unseen}. Solo cuentan cuando \`lab check\` lo ha dicho con el laboratorio en marcha; después, \`lab submit\` otra vez`,
    })
  if (lost !== '')
    io.complain({
      en: `warning: the journals that are handed in do not show what the running lab says to have passed: ${lost}. Start the lab with your launch file, and do it again`,
      es: `aviso: los diarios que se entregan no muestran lo que el laboratorio en marcha da por superado: ${lost}. Arranca el laboratorio con tu fichero de lanzamiento y hazlo otra vez`,
    })
}

/** The state folder with a launch file that the call means. */
function launchedState(call: Call): string {
  const asked = call.text('scenario')
  const root = stateRoot(call)
  const folders = asked === undefined ? stateFolders(root) : [join(root, stateName(call, asked))]
  const [only, another] = folders.filter((folder) => existsSync(launchPath(folder)))
  if (only === undefined)
    throw new LabError({
      en: 'nothing to hand in: no lab was started with a launch file here. `lab start --launch FILE`',
      es: 'nada que entregar: aquí no se ha arrancado ningún laboratorio con un fichero de lanzamiento. `lab start --launch FICHERO`',
    })
  if (another !== undefined)
    throw new LabError(
      {
        en: `several labs could be handed in: ${folders.map((folder) => basename(folder)).join(', ')}. Say which: -s NAME`,
        es: `se podrían entregar varios laboratorios: ${folders.map((folder) => basename(folder)).join(', ')}. Di cuál: -s NOMBRE`,
      },
      { blame: 'wrong' },
    )
  return only
}

/** As the newest run of the launch had it. */
async function scenarioOf(
  call: Call,
  file: string,
  launch: Launch,
  address = '127.0.0.1',
): Promise<Scenario> {
  const { scenario, problems } = await loadScenario(file, {
    registry: registryOf(call),
    folders: scenarioFolders,
    student: launch.student,
    values: launch.values,
    address,
  })
  if (scenario !== undefined) return scenario
  throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
}

/** The files that the tasks want, as far as they are there, and those that the person names. */
function artifactsOf(
  { io, words }: Call,
  wanted: ReadonlySet<string>,
): { readonly artifacts: Map<string, Buffer>; readonly missing: readonly string[] } {
  const artifacts = new Map<string, Buffer>()
  const missing: string[] = []
  for (const name of new Set([...wanted, ...words])) {
    const path = resolve(io.folder, name)
    if (!existsSync(path) && !words.includes(name)) missing.push(name)
    else {
      const part = wanted.has(name) ? name : relative(io.folder, path).split(sep).join('/')
      artifacts.set(part, octetsAt(path, limits.artifact))
    }
  }
  return { artifacts, missing }
}

/** The path of a capture, once it has shown to be one. */
async function captureAt(path: string): Promise<string> {
  try {
    await using handle = await open(path)
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    // The block type of a Section Header Block (draft-ietf-opsawg-pcapng §4.1).
    if (buffer.readUInt32BE() === 0x0a0d0d0a) return path
  } catch (error) {
    throw new LabError((words) => words.fileUnreadable(path, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
  throw new LabError(
    { en: `${path} is no pcapng file`, es: `${path} no es un fichero pcapng` },
    { blame: 'wrong' },
  )
}

/** Reads what was written as the teacher will: who hands in something damaged should know it now. */
async function proved(path: string, judge: Judge): Promise<readonly CheckResult[]> {
  await using reader = await SubmissionReader.open(path)
  const results = await judge.judge(reader.facts(), reader.artifacts)
  const [fault] = reader.faults
  if (fault === undefined) return results
  throw new LabError({
    en: `${path} was written, but will not be accepted: ${fault.text.en}`,
    es: `${path} se ha escrito, pero no se dará por válido: ${fault.text.es}`,
  })
}

async function versions(): Promise<{ telelab: string; node: string; system: string }> {
  const { default: manifest } = (await import('../../package.json', { with: { type: 'json' } })) as {
    default: { version: string }
  }
  return {
    telelab: manifest.version,
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
  }
}
