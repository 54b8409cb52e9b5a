import { styleText } from 'node:util'
import { scenariosIn } from '../scenario/layers.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Text } from '../service.ts'
import { exit, scenarioOptions, type Call, type Command } from './command.ts'
import { columns } from './help.ts'
import { readScenario, registryOf, scenarioFolders } from './places.ts'

/** Lists what can be started. */
export const command: Command = {
  summary: { en: 'list the scenarios and the services', es: 'enumerar los escenarios y los servicios' },
  usage: '[--json]',
  most: 0,
  options: {
    services: scenarioOptions.services,
    json: { type: 'boolean', text: { en: 'as JSON', es: 'como JSON' } },
  },
  examples: [{ line: 'lab list', text: { en: 'what there is', es: 'lo que hay' } }],
  async run(call) {
    const registry = registryOf(call)
    const services = (await registry.loadAll()).map(({ name, summary, endpoints }) => ({
      name,
      summary,
      endpoints,
    }))
    const scenarios = await Promise.all(
      [...scenariosIn(scenarioFolders)].map(([name, file]) => listed(call, registry, name, file)),
    )
    if (call.is('json')) {
      call.io.say(JSON.stringify({ scenarios, services }, undefined, 2))
      return exit.done
    }
    call.io.say(
      styleText(
        'bold',
        call.io.pick({ en: 'Scenarios (`lab start -s NAME`)', es: 'Escenarios (`lab start -s NOMBRE`)' }),
      ),
    )
    for (const line of columns(scenarios.map((scenario) => [scenario.name, described(call, scenario)])))
      call.io.say(line)
    call.io.say('')
    call.io.say(
      styleText(
        'bold',
        call.io.pick({ en: 'Services (`lab start NAME`)', es: 'Servicios (`lab start NOMBRE`)' }),
      ),
    )
    for (const line of columns(services.map(({ name, summary }) => [name, call.io.pick(summary)])))
      call.io.say(line)
    return exit.done
  },
}

function described({ io }: Call, { title, tasks, suites }: Listed): string {
  const count = {
    en: ` (${tasks} ${tasks === 1 ? 'task' : 'tasks'})`,
    es: ` (${tasks} ${tasks === 1 ? 'tarea' : 'tareas'})`,
  }
  const by = suites.join(', ')
  const graded = {
    en: ` (grades your own server: ${by})`,
    es: ` (corrige tu propio servidor: ${by})`,
  }
  return [
    io.pick(title),
    ...(tasks === 0 ? [] : [io.pick(count)]),
    ...(suites.length === 0 ? [] : [io.pick(graded)]),
  ].join('')
}

/** A scenario as it is listed. */
interface Listed {
  readonly name: string
  readonly title: Text
  readonly services: readonly string[]
  readonly tasks: number
  readonly suites: readonly string[]
}

async function listed(call: Call, registry: Registry, name: string, file: string): Promise<Listed> {
  const { scenario } = await readScenario(call, file, registry)
  const broken = {
    en: `has mistakes: \`lab validate ${name}\``,
    es: `tiene errores: \`lab validate ${name}\``,
  }
  return {
    name,
    title: scenario?.summary ?? scenario?.title ?? broken,
    services: scenario?.instances.map((instance) => instance.name) ?? [],
    tasks: scenario?.tasks.length ?? 0,
    suites: scenario?.suites ?? [],
  }
}
