import { jsonSchema } from '../scenario/schema.ts'
import { exit, scenarioOptions, type Command } from './command.ts'
import { registryOf } from './places.ts'

/** Prints the JSON Schema of scenario files. */
export const command: Command = {
  summary: {
    en: 'print the JSON Schema of scenario files, for editors',
    es: 'mostrar el JSON Schema de los ficheros de escenario, para editores',
  },
  usage: '',
  most: 0,
  options: { services: scenarioOptions.services },
  examples: [
    {
      line: 'lab schema > scenario.schema.json',
      text: {
        en: 'then "# yaml-language-server: $schema=scenario.schema.json" in the file',
        es: 'y "# yaml-language-server: $schema=scenario.schema.json" en el fichero',
      },
    },
  ],
  async run(call) {
    call.io.say(JSON.stringify(jsonSchema(await registryOf(call).loadAll()), undefined, 2))
    return exit.done
  },
}
