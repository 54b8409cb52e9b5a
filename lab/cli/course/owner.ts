import { owner } from '../../grading/course-values.ts'
import { LabError } from '../../host/error.ts'
import { nearest } from '../../kit/nearest.ts'
import { exit, type Call } from '../command.ts'
import { courseOf, templateOf } from './place.ts'

/** Says whose a value is. */
export async function verb(call: Call): Promise<number> {
  const [wanted = '', parameter = '', value = ''] = call.words
  const course = courseOf(call)
  const { template } = templateOf(call, wanted)
  const known = Object.keys(template.params)
  if (!known.includes(parameter))
    throw new LabError((words) => words.valueUnknown(parameter, nearest(parameter, known), known), {
      blame: 'wrong',
    })
  const found = owner(course, template, parameter, value)
  if (found === undefined) {
    call.io.complain({
      en: `"${value}" is nobody's ${parameter}, or of several students`,
      es: `"${value}" no es ${parameter} de nadie, o lo es de varios estudiantes`,
    })
    return exit.failed
  }
  const name = course.students.find(({ id }) => id === found)?.name ?? ''
  call.io.say(`${found} ${name}`.trim())
  return exit.done
}
