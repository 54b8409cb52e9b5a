import { ask } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { statusSchema } from '../console/schema.ts'
import { LabError } from '../host/error.ts'
import { exit, placeOptions, scenarioOptions, type Command } from './command.ts'
import { runningLab } from './places.ts'
import { statusReport } from './report.ts'

/** Switches one service of a running lab. */
export const command: Command = {
  summary: {
    en: 'start or stop one service of the running lab',
    es: 'arrancar o detener un servicio del laboratorio en marcha',
  },
  usage: 'start|stop NAME [-s SCENARIO]',
  most: 2,
  options: { scenario: scenarioOptions.scenario, ...placeOptions },
  examples: [
    {
      line: 'lab service stop dns',
      text: { en: 'DNS falls silent, the rest goes on', es: 'DNS calla, lo demás continúa' },
    },
    { line: 'lab service start dns', text: { en: 'and is there again', es: 'y vuelve a estar' } },
  ],
  async run(call) {
    const [verb, name] = call.words
    if ((verb !== 'start' && verb !== 'stop') || name === undefined) {
      throw new LabError(
        {
          en: 'say what to do with which service: `lab service start|stop NAME`',
          es: 'di qué hacer con qué servicio: `lab service start|stop NOMBRE`',
        },
        { blame: 'wrong' },
      )
    }
    const status = await ask(controlPath(await runningLab(call)), `service.${verb}`, { name })
    call.io.say(statusReport(statusSchema.parse(status), call.io))
    return exit.done
  },
}
