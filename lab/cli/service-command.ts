import { globSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { RunningInstance, ServiceCall, ServiceCommand } from '../command.ts'
import { hasFields, importExport } from '../host/exported.ts'
import type { Scenario } from '../scenario/scenario.ts'
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
  const command = await importExport({
    service,
    path,
    name: 'command',
    is: isCommand,
    form: 'export const command: ServiceCommand',
  })
  const run = async (call: Call): Promise<number> => exit[await command.run(serviceCall(call, service))]
  return { command: { ...command, options: { ...command.options, ...labOptions }, run } }
}

function isCommand(value: unknown): value is ServiceCommand {
  return hasFields(value, { summary: 'object', options: 'object', run: 'function' })
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
      const { domain, address, instances } = await scenarioOf(call)
      return { domain, address, instances: instances.filter((instance) => instance.service.name === service) }
    },
    running: () => runningService(call, service),
    async file(path) {
      const { Files } = await import('../scenario/files.ts')
      const { variables } = await scenarioOf(call)
      const whole = resolve(io.folder, path)
      return { name: basename(whole), files: new Files([dirname(whole)], variables) }
    },
  }
}

/** The instances of a service in the running lab. */
async function runningService(call: Call, service: string): ReturnType<ServiceCall['running']> {
  const [{ ask }, { controlPath }, { runningLab }, { statusSchema }] = await Promise.all([
    import('../console/client.ts'),
    import('../console/place.ts'),
    import('./places.ts'),
    import('../console/schema.ts'),
  ])
  const path = controlPath(await runningLab(call))
  const { domain, services } = statusSchema.parse(await ask(path, 'status'))
  const instances = services
    .filter(({ kind }) => kind === service)
    .map(({ name, addresses }): RunningInstance => ({
      name,
      addresses: new Map(addresses.map(({ endpoint, host, port }) => [endpoint, { host, port }])),
      ask: (operation, input = {}) => ask(path, 'service.ask', { name, operation, input }),
    }))
  return { domain, instances }
}

/** The scenario that the call names; what it warns of is for `lab validate` to tell. */
async function scenarioOf(call: Call): Promise<Scenario> {
  const { registryOf, scenarioFile, soundScenario } = await import('./places.ts')
  return (await soundScenario(call, scenarioFile(call), registryOf(call))).scenario
}
