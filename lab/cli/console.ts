import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { platform } from 'node:os'
import { z } from 'zod'
import { ask } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError, messageOf } from '../host/error.ts'
import { exit, placeOptions, scenarioOptions, type Command } from './command.ts'
import { runningLab } from './places.ts'

/** What the browser is given holds nothing that its launcher would take for something else. */
const answer = z.object({
  url: z.string(),
  ticket: z.string().regex(/^http:\/\/127\.0\.0\.1:\d+\/open\/[\w-]+$/),
})

/** Says where the page of a running lab is, and opens it. */
export const command: Command = {
  summary: {
    en: 'print the address of the running lab’s page, or open it in a browser',
    es: 'mostrar la dirección de la página del laboratorio en marcha, o abrirla en un navegador',
  },
  usage: '[--open] [-s SCENARIO]',
  most: 0,
  options: {
    scenario: scenarioOptions.scenario,
    ...placeOptions,
    open: {
      type: 'boolean',
      text: { en: "open it in the system's browser", es: 'abrirla en el navegador del sistema' },
    },
  },
  examples: [
    { line: 'lab console', text: { en: 'the address', es: 'la dirección' } },
    {
      line: 'lab console --open',
      text: { en: 'and a browser that shows it', es: 'y un navegador que la muestra' },
    },
  ],
  async run(call) {
    const { url, ticket } = answer.parse(await ask(controlPath(await runningLab(call)), 'console'))
    call.io.say(url)
    if (call.is('open')) await openBrowser(ticket)
    return exit.done
  },
}

/** The program of each system that opens an address; Linux and the like have xdg-open. */
const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens an address and leaves the browser to itself. */
async function openBrowser(url: string): Promise<void> {
  const [program = '', ...words] = openers[platform()] ?? ['xdg-open']
  try {
    const child = spawn(program, [...words, url], { detached: true, stdio: 'ignore' })
    await once(child, 'spawn')
    child.unref()
  } catch (error) {
    throw new LabError(
      {
        en: `the browser cannot be opened (${program}: ${messageOf(error)}): open the address above yourself`,
        es: `no se puede abrir el navegador (${program}: ${messageOf(error)}): abre tú la dirección de arriba`,
      },
      { cause: error },
    )
  }
}
