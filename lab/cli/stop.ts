import { setTimeout as pause } from 'node:timers/promises'
import { ask, isAlive } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { exit, placeOptions, scenarioOptions, type Command } from './command.ts'
import { runningLab } from './places.ts'

/** Milliseconds to wait for the end of the lab. */
const PATIENCE = 5000

/** Stops a running lab. */
export const command: Command = {
  summary: { en: 'stop the running lab', es: 'detener el laboratorio en marcha' },
  usage: '[-s SCENARIO]',
  most: 0,
  options: { scenario: scenarioOptions.scenario, ...placeOptions },
  examples: [
    { line: 'lab stop', text: { en: 'the lab that runs here', es: 'el laboratorio en marcha aquí' } },
    { line: 'lab stop -s sstt', text: { en: 'one of several', es: 'uno de varios' } },
  ],
  async run(call) {
    const path = controlPath(await runningLab(call))
    await ask(path, 'stop')
    const end = Date.now() + PATIENCE
    while (await isAlive(path)) {
      if (Date.now() > end) throw new LabError((words) => words.labSilent)
      await pause(10)
    }
    call.io.say({ en: 'stopped', es: 'detenido' })
    return exit.done
  },
}
