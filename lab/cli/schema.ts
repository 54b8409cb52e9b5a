import { exit, scenarioOptions, type Command } from './command.ts'
import { registryOf } from './places.ts'

/** Prints what scenario files may say: their JSON Schema, or the verbs of their tasks. */
export const command: Command = {
  summary: {
    en: 'print the JSON Schema of scenario files, or the verbs of their tasks',
    es: 'mostrar el JSON Schema de los ficheros de escenario, o los verbos de sus tareas',
  },
  usage: '[--verbs]',
  most: 0,
  options: {
    services: scenarioOptions.services,
    verbs: {
      type: 'boolean',
      text: {
        en: 'list the verbs that a check may name, with their settings',
        es: 'enumerar los verbos que puede nombrar una comprobación, con sus opciones',
      },
    },
  },
  examples: [
    {
      line: 'lab schema > scenario.schema.json',
      text: {
        en: 'then "# yaml-language-server: $schema=scenario.schema.json" in the file',
        es: 'y "# yaml-language-server: $schema=scenario.schema.json" en el fichero',
      },
    },
    {
      line: 'lab schema --verbs',
      text: { en: 'what `check:` of a task may say', es: 'lo que puede decir `check:` en una tarea' },
    },
  ],
  async run(call) {
    const registry = registryOf(call)
    const services = await registry.loadAll()
    const { loadVerbs } = await import('../scenario/verbs.ts')
    const verbs = await loadVerbs(
      registry,
      services.map((service) => ({ service })),
    )
    if (call.is('verbs')) {
      const { verbLines } = await import('./verb-lines.ts')
      for (const line of verbLines(verbs, call.io)) call.io.say(line)
      return exit.done
    }
    const { jsonSchema } = await import('../scenario/json-schema.ts')
    call.io.say(JSON.stringify(jsonSchema(services, verbs), undefined, 2))
    return exit.done
  },
}
