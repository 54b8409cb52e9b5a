import { ask } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { statusSchema } from '../console/schema.ts'
import { exit, placeOptions, scenarioOptions, type Command } from './command.ts'
import { runningLab } from './places.ts'
import { statusReport } from './report.ts'

/** Shows how a running lab is. */
export const command: Command = {
  summary: {
    en: 'show the running lab and its services',
    es: 'mostrar el laboratorio en marcha y sus servicios',
  },
  usage: '[-s SCENARIO] [--json]',
  most: 0,
  options: {
    scenario: scenarioOptions.scenario,
    ...placeOptions,
    json: {
      type: 'boolean',
      text: { en: 'as JSON, with all details', es: 'como JSON, con todos los detalles' },
    },
  },
  examples: [
    {
      line: 'lab status',
      text: { en: 'each service with its address', es: 'cada servicio con su dirección' },
    },
    { line: 'lab status --json', text: { en: 'for a program', es: 'para un programa' } },
  ],
  async run(call) {
    const answer = await ask(controlPath(await runningLab(call)), 'status')
    call.io.say(
      call.is('json')
        ? JSON.stringify(answer, undefined, 2)
        : statusReport(statusSchema.parse(answer), call.io),
    )
    return exit.done
  },
}
