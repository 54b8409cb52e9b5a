import { globSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ServiceCall, ServiceCommand } from '../command.ts'
import { LabError, messageOf } from '../host/error.ts'
import { exit, labOptions, type Call, type Command } from './command.ts'
import { problemLine } from './problem.ts'

const shipped = resolve(import.meta.dirname, '..', '..', 'services')

/** The commands that services bring, by name, each loaded when it is called; the folders are those beside the shipped ones. */
export function serviceCommands(
  folders: readonly string[],
): ReadonlyMap<string, () => Promise<{ readonly command: Command }>> {
  const found = [shipped, ...folders].flatMap((folder) =>
    globSync('*/commands/*.ts', { cwd: folder })
      .toSorted()
      .map((path) => join(folder, path)),
  )
  return new Map(found.map((path) => [basename(path, '.ts'), () => load(path)]))
}

async function load(path: string): Promise<{ readonly command: Command }> {
  const service = basename(dirname(dirname(path)))
  const command = await imported(service, path)
  const run = async (call: Call): Promise<number> => exit[await command.run(serviceCall(call, service))]
  return { command: { ...command, options: { ...command.options, ...labOptions }, run } }
}

async function imported(service: string, path: string): Promise<ServiceCommand> {
  let module: unknown
  try {
    module = await import(pathToFileURL(path).href)
  } catch (error) {
    throw new LabError((words) => words.serviceBroken(service, path, messageOf(error)), { cause: error })
  }
  const command: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'command') : undefined
  if (isCommand(command)) return command
  throw new LabError((words) => words.serviceBroken(service, path, 'export const command: ServiceCommand'))
}

/** Whether a file's export has what the command line calls; the rest is TypeScript's to check. */
function isCommand(value: unknown): value is ServiceCommand {
  if (typeof value !== 'object' || value === null) return false
  const has = (field: string, type: string): boolean => typeof Reflect.get(value, field) === type
  return has('summary', 'object') && has('options', 'object') && has('run', 'function')
}

function serviceCall(call: Call, service: string): ServiceCall {
  const { io } = call
  return {
    words: call.words,
    text: (option) => call.text(option),
    is: (option) => call.is(option),
    say: (line) => io.say(line),
    complain: (line) => io.complain(line),
    report: (problem) => io.complain(problemLine(problem, io)),
    async scenario() {
      const { domain, address, instances } = await soundScenario(call)
      return { domain, address, instances: instances.filter((instance) => instance.service.name === service) }
    },
    async file(path) {
      const { Files } = await import('../scenario/files.ts')
      const { variables } = await soundScenario(call)
      const whole = resolve(io.folder, path)
      return { name: basename(whole), files: new Files([dirname(whole)], variables) }
    },
  }
}

async function soundScenario(
  call: Call,
): Promise<NonNullable<Awaited<ReturnType<typeof import('./places.ts').readScenario>>['scenario']>> {
  const { readScenario, registryOf, scenarioFile } = await import('./places.ts')
  const { scenario, problems } = await readScenario(call, scenarioFile(call), registryOf(call))
  if (scenario !== undefined) return scenario
  throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
}
