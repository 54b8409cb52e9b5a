import { z } from 'zod'
import { ask } from '../console/client.ts'
import { controlPath } from '../console/place.ts'
import { LabError } from '../host/error.ts'
import { findScenario } from '../scenario/layers.ts'
import { guideOf } from '../scenario/guide.ts'
import { exit, labOptions, placeOptions, type Call, type Command, type Io } from './command.ts'
import { registryOf, runningLab, scenarioFolders, soundScenario } from './places.ts'

const answer = z.object({ guide: z.string().optional() })

/** Prints what a scenario tells its student. */
export const command: Command = {
  summary: {
    en: 'print the guide of a scenario: what there is to do, and how',
    es: 'mostrar la guía de un escenario: qué hay que hacer y cómo',
  },
  usage: '[SCENARIO] [--student ID]',
  most: 1,
  options: {
    ...placeOptions,
    scenario: labOptions.scenario,
    services: labOptions.services,
    student: labOptions.student,
    bind: labOptions.bind,
  },
  examples: [
    {
      line: 'lab guide',
      text: {
        en: 'of the running lab, with your own values',
        es: 'la del laboratorio en marcha, con tus valores',
      },
    },
    {
      line: 'lab guide dns-zone | less',
      text: { en: 'of one that does not run', es: 'la de uno que no está en marcha' },
    },
  ],
  async run(call) {
    const [wanted] = call.words
    const guide = wanted === undefined ? await runningGuide(call) : await readGuide(call, wanted)
    if (guide === undefined)
      throw new LabError({ en: 'this scenario has no guide', es: 'este escenario no tiene guía' })
    call.io.say(commandsIn(guide.trimEnd(), call.io))
    return exit.done
  },
}

/** A block of code between its fences, which may stand in a list. */
const BLOCK = /^( *)(```|~~~).*\n[^]*?^\1\2 *$/gm

/** The guide with each command of the lab, in the text or in a block of code, as the person can type it. */
function commandsIn(guide: string, io: Io): string {
  return guide
    .replace(/`(lab [^`\n]*)`/g, (_, line: string) => `\`${io.command(line)}\``)
    .replace(BLOCK, (block) =>
      // What is said of commands stays in its column where there is room.
      block.replace(/^( *)(lab [^#\n]*?)( +(?=#)|$)/gm, (whole, indent: string, line: string, gap: string) =>
        `${indent}${io.command(line)}${gap && ' '}`.padEnd(gap === '' ? 0 : whole.length),
      ),
    )
}

async function runningGuide(call: Call): Promise<string | undefined> {
  if (call.text('student') !== undefined) {
    const line = call.io.command('lab guide SCENARIO --student ID')
    throw new LabError(
      {
        en: `a running lab has its student already; say which scenario: ${line}`,
        es: `un laboratorio en marcha ya tiene su estudiante; di qué escenario: ${line}`,
      },
      { blame: 'wrong' },
    )
  }
  const { language } = call.io
  return answer.parse(await ask(controlPath(await runningLab(call)), 'guide', { language })).guide
}

async function readGuide(call: Call, wanted: string): Promise<string | undefined> {
  const file = findScenario(wanted, scenarioFolders, call.io.folder)
  const { scenario } = await soundScenario(call, file, registryOf(call))
  return guideOf(scenario, call.io.language)
}
