import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Course } from '../../grading/course.ts'
import { CourseValues } from '../../grading/course-values.ts'
import {
  issueLaunch,
  launchText,
  parseLaunch,
  type Launch,
  type LaunchContent,
} from '../../grading/launch.ts'
import { LabError } from '../../host/error.ts'
import { createFolder, errorCode, writeDurably } from '../../kit/files.ts'
import { nearest } from '../../kit/nearest.ts'
import { loadScenario } from '../../scenario/load.ts'
import { exit, type Call } from '../command.ts'
import { hashOf } from '../launched.ts'
import { registryOf, scenarioFolders } from '../places.ts'
import { courseOf, templateOf } from './place.ts'

/** Writes a launch file for each student; one that would say the same stays. */
export async function verb(call: Call): Promise<number> {
  const { io, words } = call
  const [wanted = '', ...named] = words
  const course = courseOf(call)
  const ends = endOf(call.text('ends'))
  const students = studentsOf(course, named, call.is('all'))
  const { file, template } = templateOf(call, wanted)
  const values = new CourseValues(course, template)
  const [first] = students
  const hash = await soundHash(call, file, first, first === undefined ? {} : values.of(first))
  const folder = course.launchFolder(template.scenario)
  const handed = call.text('out') === undefined ? undefined : resolve(io.folder, call.text('out') ?? '')
  await createFolder(folder, 0o700)
  if (handed !== undefined) await createFolder(handed, 0o755)
  let issued = 0
  for (const student of students) {
    const path = join(folder, `${student}.launch.json`)
    const content: LaunchContent = {
      scenario: template.scenario,
      hash,
      student,
      values: values.of(student) ?? {},
      issued: Date.now(),
      ends,
    }
    const before = launchAt(path)
    const launch = before !== undefined && saysSame(before, content) ? before : issueLaunch(course, content)
    if (launch !== before) {
      issued += 1
      await writeDurably(path, launchText(launch), 0o600)
    }
    if (handed !== undefined)
      await writeDurably(join(handed, `${student}.launch.json`), launchText(launch), 0o644)
  }
  const kept = students.length - issued
  io.say({
    en: `${handed ?? folder}: launch files issued: ${issued}${kept === 0 ? '' : `, unchanged: ${kept}`}. Each student gets their own, and nobody else's: \`lab start --launch FILE\``,
    es: `${handed ?? folder}: ficheros de lanzamiento emitidos: ${issued}${kept === 0 ? '' : `, sin cambios: ${kept}`}. Cada estudiante recibe el suyo, y el de nadie más: \`lab start --launch FICHERO\``,
  })
  return exit.done
}

function studentsOf(course: Course, named: readonly string[], isAll: boolean): string[] {
  const known = course.students.map(({ id }) => id)
  if (isAll === named.length > 0)
    throw wrong('name students, or all of them: --all', 'di qué estudiantes, o todos: --all')
  for (const student of named) {
    if (known.includes(student)) continue
    const near = nearest(student, known)
    throw wrong(
      `"${student}" is no student of the course${near === undefined ? '' : ` (did you mean "${near}"?)`}. Who they are: \`lab course roster\``,
      `"${student}" no es estudiante de la asignatura${near === undefined ? '' : ` (¿querías decir "${near}"?)`}. Quiénes son: \`lab course roster\``,
    )
  }
  if (known.length === 0)
    throw wrong(
      'the course has no students yet: `lab course roster import FILE`',
      'la asignatura no tiene estudiantes aún: `lab course roster import FICHERO`',
    )
  return isAll ? known : [...named]
}

/** The hash of the scenario's files; a scenario that is wrong is launched for nobody. */
async function soundHash(
  call: Call,
  file: string,
  student: string | undefined,
  values: Launch['values'] | undefined,
): Promise<string> {
  const { scenario, problems } = await loadScenario(file, {
    registry: registryOf(call),
    folders: scenarioFolders,
    student,
    values,
    address: '127.0.0.1',
  })
  if (scenario !== undefined) return hashOf(file, scenario)
  throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
}

/** A day ends at its last moment, where the teacher is. */
function endOf(asked: string | undefined): number | undefined {
  if (asked === undefined) return undefined
  const isDay = /^\d{4}-\d\d-\d\d$/.test(asked)
  const time = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/.test(asked)
    ? Date.parse(isDay ? `${asked}T23:59:59` : asked)
    : Number.NaN
  if (!Number.isNaN(time)) return time
  throw wrong(
    `--ends takes a day or a time, as in 2026-12-01 or 2026-12-01T14:00, not "${asked}"`,
    `--ends espera un día o una hora, como 2026-12-01 o 2026-12-01T14:00, no "${asked}"`,
  )
}

function launchAt(path: string): Launch | undefined {
  try {
    return parseLaunch(readFileSync(path, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function saysSame(launch: Launch, { hash, values, ends }: LaunchContent): boolean {
  const end = ends === undefined ? null : new Date(ends).toISOString()
  return (
    launch.hash === hash && launch.ends === end && JSON.stringify(launch.values) === JSON.stringify(values)
  )
}

function wrong(en: string, es: string): LabError {
  return new LabError({ en, es }, { blame: 'wrong' })
}
