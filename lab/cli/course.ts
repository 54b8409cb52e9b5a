import { LabError } from '../host/error.ts'
import { nearest } from '../kit/nearest.ts'
import { courseOptions, placeOptions, scenarioOptions, type Call, type Command } from './command.ts'

/** What can be done with a course, each loaded when it is called for, with the fewest and the most words that follow. */
const verbs: Readonly<
  Record<
    string,
    {
      readonly load: () => Promise<{ verb(call: Call): Promise<number> }>
      readonly words: readonly [number, number]
    }
  >
> = {
  init: { load: () => import('./course/init.ts'), words: [0, 0] },
  roster: { load: () => import('./course/roster.ts'), words: [0, 2] },
  launch: { load: () => import('./course/launch.ts'), words: [1, 1000] },
  owner: { load: () => import('./course/owner.ts'), words: [3, 3] },
}

/** A course from the command line: its keys, its students, and what each of them gets. */
export const command: Command = {
  summary: {
    en: 'a course: its keys, its students, the launch file of each',
    es: 'una asignatura: sus claves, sus estudiantes, el fichero de lanzamiento de cada uno',
  },
  usage: 'init|roster|launch|owner […]',
  most: 1001,
  options: {
    services: scenarioOptions.services,
    state: placeOptions.state,
    ...courseOptions,
  },
  examples: [
    {
      line: 'lab course init --name "Telematics 2026"',
      text: { en: 'new keys, in the folder course', es: 'claves nuevas, en la carpeta course' },
    },
    {
      line: 'lab course roster import participants.csv',
      text: {
        en: "students from Moodle's or GitHub Classroom's list, or id,name,email",
        es: 'estudiantes de la lista de Moodle o de GitHub Classroom, o id,name,email',
      },
    },
    {
      line: 'lab course launch sstt --all --ends 2026-12-01',
      text: { en: 'a launch file for each student', es: 'un fichero de lanzamiento por estudiante' },
    },
    {
      line: 'lab course owner sstt dni 9721',
      text: { en: 'whose a value is', es: 'de quién es un valor' },
    },
  ],
  async run(call) {
    const [name, ...words] = call.words
    const found = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined
    const [least, most] = found?.words ?? [0, 0]
    if (found === undefined || words.length < least || words.length > most) throw usage(name)
    const loaded = await found.load()
    return loaded.verb({ ...call, words })
  },
}

function usage(name: string | undefined): LabError {
  const near = name === undefined ? undefined : nearest(name, Object.keys(verbs))
  const meant =
    near === undefined || near === name
      ? { en: '', es: '' }
      : { en: ` (did you mean "${near}"?)`, es: ` (¿querías decir "${near}"?)` }
  return new LabError(
    {
      en: `say \`lab course init\`, \`lab course roster import FILE\`, \`lab course launch SCENARIO STUDENT…|--all\` or \`lab course owner SCENARIO PARAMETER VALUE\`${meant.en}`,
      es: `di \`lab course init\`, \`lab course roster import FICHERO\`, \`lab course launch ESCENARIO ESTUDIANTE…|--all\` o \`lab course owner ESCENARIO PARÁMETRO VALOR\`${meant.es}`,
    },
    { blame: 'wrong' },
  )
}
