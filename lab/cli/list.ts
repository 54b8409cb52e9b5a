import { styleText } from 'node:util'
import { scenariosIn } from '../scenario/layers.ts'
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
      [...scenariosIn(scenarioFolders)].map(([name, file]) => listed(call, name, file)),
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
    for (const line of columns(
      scenarios.map(({ name, title, tasks }) => [name, described(call, title, tasks)]),
    ))
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

function described({ io }: Call, title: Text, tasks: number): string {
  const count = { en: ` (${tasks} tasks)`, es: ` (${tasks} tareas)` }
  return `${io.pick(title)}${tasks === 0 ? '' : io.pick(count)}`
}

async function listed(
  call: Call,
  name: string,
  file: string,
): Promise<{
  readonly name: string
  readonly title: Text
  readonly services: readonly string[]
  readonly tasks: number
}> {
  const { scenario } = await readScenario(call, file, registryOf(call))
  const broken = {
    en: `has mistakes: \`lab validate ${name}\``,
    es: `tiene errores: \`lab validate ${name}\``,
  }
  return {
    name,
    title: scenario?.summary ?? scenario?.title ?? broken,
    services: scenario?.instances.map((instance) => instance.name) ?? [],
    tasks: scenario?.tasks.length ?? 0,
  }
}
