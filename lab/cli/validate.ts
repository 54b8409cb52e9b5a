import { LabError } from '../host/error.ts'
import { findScenario } from '../scenario/layers.ts'
import { isError } from '../scenario/load.ts'
import { exit, labOptions, type Call, type Command } from './command.ts'
import { problemLine } from './problem.ts'
import { DEFAULT_SCENARIO, readScenario, registryOf, scenarioFolders } from './places.ts'

/** Checks scenario files without starting anything. */
export const command: Command = {
  summary: {
    en: 'check scenario files, and all that they name',
    es: 'comprobar ficheros de escenario y todo lo que nombran',
  },
  usage: '[FILE|NAME…]',
  most: 1000,
  options: { services: labOptions.services, student: labOptions.student, bind: labOptions.bind },
  examples: [
    {
      line: 'lab validate my/scenario.yaml',
      text: {
        en: 'every mistake at once, with file:line:column',
        es: 'todos los errores a la vez, con fichero:línea:columna',
      },
    },
    { line: 'lab validate sstt', text: { en: 'a shipped one', es: 'uno incluido' } },
  ],
  async run(call) {
    const registry = registryOf(call)
    let isWrong = false
    for (const wanted of call.words.length === 0 ? [DEFAULT_SCENARIO] : call.words) {
      const file = found(call, wanted)
      isWrong ||= file === undefined
      if (file === undefined) continue
      const whose = { student: call.text('student'), withVerbs: true }
      const { problems } = await readScenario(call, file, registry, whose)
      for (const problem of problems) call.io.complain(problemLine(problem, call.io))
      if (problems.some(isError)) isWrong = true
      else call.io.say({ en: `${file}: valid`, es: `${file}: válido` })
    }
    return isWrong ? exit.wrong : exit.done
  },
}

/** The scenario's file; whoever named none is told, and those after it are checked all the same. */
function found(call: Call, wanted: string): string | undefined {
  try {
    return findScenario(wanted, scenarioFolders, call.io.folder)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    call.io.complain(error.text)
    return undefined
  }
}
