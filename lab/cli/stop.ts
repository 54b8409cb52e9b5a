import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, stream } from '../console/client.ts'
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
    const patience = AbortSignal.timeout(PATIENCE)
    const gone = new AbortController()
    const ended = AbortSignal.any([patience, gone.signal])
    // Not every system cuts a connection that the ending lab has not accepted any more.
    void watchEnd(path, ended).then(
      () => gone.abort(),
      () => undefined,
    )
    try {
      // The connection ends with the lab; the socket's path may be another lab's by then.
      for await (const _stopping of stream(path, 'stop', {}, ended));
    } catch (error) {
      // A lab that ends by itself at this very moment cuts the connection: what counts is that it is gone.
      if (await isAlive(path)) throw error
    }
    gone.abort()
    if (patience.aborted) throw new LabError((words) => words.labSilent)
    call.io.say({ en: 'stopped', es: 'detenido' })
    return exit.done
  },
}

/** Resolves when nothing listens at the path any more, or the signal has aborted. */
async function watchEnd(path: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await isAlive(path))) await pause(20)
}
