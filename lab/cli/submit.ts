import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { stateFolders } from '../console/place.ts'
import { readLaunch, type Launch } from '../grading/launch.ts'
import { AUTHORITY, limits } from '../grading/submission-form.ts'
import { SubmissionReader } from '../grading/submission-read.ts'
import { writeSubmission } from '../grading/submission.ts'
import { LabError, messageOf } from '../host/error.ts'
import { errorCode } from '../kit/files.ts'
import { findScenario } from '../scenario/layers.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { exit, placeOptions, scenarioOptions, submitOptions, type Call, type Command } from './command.ts'
import { hashOf, launchPath } from './launched.ts'
import { registryOf, scenarioFolders, stateName, stateRoot } from './places.ts'

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
    const scenario = await scenarioOf(call, launch)
    const file = findScenario(call.text('scenario') ?? launch.scenario, scenarioFolders, io.folder)
    const wanted = new Set(scenario.tasks.flatMap((task) => task.file ?? []))
    const { artifacts, missing } = await artifactsOf(call, wanted)
    const authority = await octetsOf(join(state, 'certs', 'cacert.pem'), true)
    if (authority !== undefined) artifacts.set(AUTHORITY, authority)
    const out = resolve(io.folder, call.text('out') ?? `${launch.student}-${launch.scenario}.telelab`)
    const capture = call.text('pcap')
    const submitted = await writeSubmission(out, {
      state,
      launch,
      hash: hashOf(file, scenario),
      artifacts,
      capture: capture === undefined ? undefined : await captureAt(resolve(io.folder, capture)),
      versions: await versions(),
    })
    for (const name of missing)
      io.complain({
        en: `warning: ${name} is not here, and not handed in`,
        es: `aviso: ${name} no está aquí y no se entrega`,
      })
    await prove(out)
    const { runs, facts, bytes } = submitted
    const names = submitted.artifacts.length === 0 ? '' : `, ${submitted.artifacts.join(', ')}`
    io.say({
      en: `${out}: ${facts} facts of ${runs} ${runs === 1 ? 'run' : 'runs'}${names}; ${bytes} bytes. Hand in this file, as it is`,
      es: `${out}: ${facts} hechos de ${runs} ${runs === 1 ? 'ejecución' : 'ejecuciones'}${names}; ${bytes} bytes. Entrega este fichero, tal cual`,
    })
    return exit.done
  },
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

async function scenarioOf(call: Call, launch: Launch): Promise<Scenario> {
  const file = findScenario(call.text('scenario') ?? launch.scenario, scenarioFolders, call.io.folder)
  const { scenario, problems } = await loadScenario(file, {
    registry: registryOf(call),
    folders: scenarioFolders,
    student: launch.student,
    values: launch.values,
    address: '127.0.0.1',
  })
  if (scenario !== undefined) return scenario
  throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
}

/** The files that the tasks want, as far as they are there, and those that the person names. */
async function artifactsOf(
  call: Call,
  wanted: ReadonlySet<string>,
): Promise<{ readonly artifacts: Map<string, Buffer>; readonly missing: readonly string[] }> {
  const artifacts = new Map<string, Buffer>()
  const missing: string[] = []
  for (const name of new Set([...wanted, ...call.words])) {
    const path = resolve(call.io.folder, name)
    const octets = await octetsOf(path, !call.words.includes(name))
    if (octets === undefined) missing.push(name)
    else artifacts.set(wanted.has(name) ? name : relative(call.io.folder, path).split(sep).join('/'), octets)
  }
  return { artifacts, missing }
}

/** Undefined for a file that is not there and may be missing. */
async function octetsOf(path: string, mayBeMissing: boolean): Promise<Buffer | undefined> {
  try {
    await using handle = await open(path)
    const { size } = await handle.stat()
    if (size > limits.artifact)
      throw new LabError((words) => words.fileTooLong(path, limits.artifact), { blame: 'wrong' })
    return await handle.readFile()
  } catch (error) {
    if (error instanceof LabError) throw error
    if (mayBeMissing && errorCode(error) === 'ENOENT') return undefined
    throw new LabError((words) => words.fileUnreadable(path, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
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
async function prove(path: string): Promise<void> {
  await using reader = await SubmissionReader.open(path)
  for await (const _ of reader.facts()) continue
  const [fault] = reader.faults
  if (fault === undefined) return
  throw new LabError({
    en: `${path} was written, but will not be believed: ${fault.text.en}`,
    es: `${path} se ha escrito, pero no será creído: ${fault.text.es}`,
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
