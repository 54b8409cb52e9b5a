import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readRoster } from '../../grading/course-roster.ts'
import { LabError, messageOf } from '../../host/error.ts'
import { exit, type Call } from '../command.ts'
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
    io.say({ en: `${rows.length} students`, es: `${rows.length} estudiantes` })
    return exit.done
  }
  if (action !== 'import' || path === undefined)
    throw new LabError(
      { en: 'say `lab course roster import FILE`', es: 'di `lab course roster import FICHERO`' },
      { blame: 'wrong' },
    )
  const file = resolve(io.folder, path)
  const { students, problems } = readRoster(file, await octetsOf(file), call.text('id'))
  for (const problem of problems) io.complain(problemLine(problem, io))
  if (problems.length > 0)
    throw new LabError(
      {
        en: `nobody was taken in: ${path} has ${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}`,
        es: `no se ha admitido a nadie: ${path} tiene ${problems.length} ${problems.length === 1 ? 'error' : 'errores'}`,
      },
      { blame: 'wrong' },
    )
  const { added, changed } = await course.enrol(students)
  const all = course.students.length
  io.say({
    en: `${added} students are new, ${changed} have changed; the course has ${all}`,
    es: `${added} estudiantes son nuevos, ${changed} han cambiado; la asignatura tiene ${all}`,
  })
  const missing = all - students.length
  if (missing > 0)
    io.say({
      en: `${missing} of the course are not in this file; they stay`,
      es: `${missing} de la asignatura no están en este fichero; se quedan`,
    })
  return exit.done
}

async function octetsOf(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file)
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > LARGEST)
      throw new LabError((words) => words.fileTooLong(file, LARGEST), { blame: 'wrong' })
    return await handle.readFile()
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError((words) => words.fileUnreadable(file, messageOf(error)), {
      blame: 'wrong',
      cause: error,
    })
  }
}
