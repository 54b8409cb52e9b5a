import { createCourse } from '../../grading/course.ts'
import { exit, type Call } from '../command.ts'
import { courseFolder } from './place.ts'

/** Makes a course with new keys. */
export async function verb(call: Call): Promise<number> {
  const { folder } = await createCourse(courseFolder(call), (call.text('name') ?? '').slice(0, 200))
  call.io.say({
    en: `${folder}: the course is made. Keep the folder to yourself, and a copy of it: who has its keys can make every value and every launch file. Next: \`lab course roster import FILE\``,
    es: `${folder}: la asignatura está creada. Guarda la carpeta solo para ti, y una copia: quien tiene sus claves puede hacer cualquier valor y cualquier fichero de lanzamiento. Después: \`lab course roster import FICHERO\``,
  })
  return exit.done
}
