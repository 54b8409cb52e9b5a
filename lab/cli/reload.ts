import { z } from 'zod'
import { ask } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { exit, placeOptions, scenarioOptions, type Command } from './command.ts'
import { changesLine } from './changes.ts'
import { runningLab } from './places.ts'

const names = z.array(z.string())
const changesSchema = z.object({ started: names, restarted: names, stopped: names, unchanged: names })

/** Puts the changed scenario in place. */
export const command: Command = {
  summary: {
    en: 'put the changed scenario in place in the running lab',
    es: 'aplicar el escenario modificado al laboratorio en marcha',
  },
  usage: '[-s SCENARIO]',
  most: 0,
  options: { scenario: scenarioOptions.scenario, ...placeOptions },
  examples: [
    {
      line: 'lab reload',
      text: {
        en: 'only what changed is restarted; a wrong file changes nothing',
        es: 'solo se reinicia lo que cambió; un fichero incorrecto no cambia nada',
      },
    },
  ],
  async run(call) {
    const changes = await ask(controlPath(await runningLab(call)), 'reload')
    call.io.say(changesLine(changesSchema.parse(changes), call.io))
    return exit.done
  },
}
