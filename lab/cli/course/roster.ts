import { resolve } from 'node:path'
import { readRoster } from '../../grading/course-roster.ts'
import { LabError } from '../../host/error.ts'
import type { Text } from '../../service.ts'
import { exit, type Call } from '../command.ts'
import { octetsAt } from '../file.ts'
import { columns } from '../help.ts'
import { problemLine } from '../problem.ts'
import { courseOf } from './place.ts'

/** Octets of the longest roster. */
const LARGEST = 16 * 1024 * 1024

/** Takes students in from a file, or shows those that there are. */
export async function verb(call: Call): Promise<number> {
  const { io, words } = call
  const course = courseOf(call)
  const [action, path] = words
  if (action === undefined) {
    const rows = course.students.map(({ id, name, email }) => [id, `${name} ${email}`.trim()] as const)
    for (const line of columns(rows)) io.say(line)
    io.say(countText(rows.length))
    return exit.done
  }
  if (action !== 'import' || path === undefined)
    throw new LabError(
      { en: 'say `lab course roster import FILE`', es: 'di `lab course roster import FICHERO`' },
      { blame: 'wrong' },
    )
  const file = resolve(io.folder, path)
  const { students, problems, skipped } = readRoster(file, octetsAt(file, LARGEST), call.text('id'))
  for (const problem of [...problems, ...skipped]) io.complain(problemLine(problem, io))
  const isId = problems.some((problem) => problem.path === 'id')
  if (problems.length > 0)
    throw new LabError(
      {
        en: `nobody was taken in: ${path} has ${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}${isId ? '. `--id COLUMN` takes the ids from another column' : ''}`,
        es: `no se ha admitido a nadie: ${path} tiene ${problems.length} ${problems.length === 1 ? 'error' : 'errores'}${isId ? '. `--id COLUMNA` toma los identificadores de otra columna' : ''}`,
      },
      { blame: 'wrong' },
    )
  const { added, changed } = await course.enrol(students)
  const all = course.students.length
  io.say({
    en: `new: ${added}, changed: ${changed}; the course has ${countText(all).en}`,
    es: `nuevos: ${added}, cambiados: ${changed}; la asignatura tiene ${countText(all).es}`,
  })
  const missing = all - students.length
  if (missing > 0)
    io.say({
      en: `not in this file: ${countText(missing).en} of the course, who stay in it`,
      es: `fuera de este fichero: ${countText(missing).es} de la asignatura, que siguen en ella`,
    })
  if (skipped.length === 0) return exit.done
  io.complain({
    en: `left out, for they have no id: ${countText(skipped.length).en}. Complete those rows and import the file again (nobody's values change), or take the ids from another column with \`--id COLUMN\``,
    es: `fuera, por no tener identificador: ${countText(skipped.length).es}. Completa esas filas e importa el fichero de nuevo (los valores de los demás no cambian), o toma los identificadores de otra columna con \`--id COLUMNA\``,
  })
  return exit.failed
}

function countText(count: number): Text {
  return {
    en: `${count} ${count === 1 ? 'student' : 'students'}`,
    es: `${count} ${count === 1 ? 'estudiante' : 'estudiantes'}`,
  }
}
