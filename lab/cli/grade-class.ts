import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createJudge } from '../grading/class-judge.ts'
import type { Order } from '../grading/class-one.ts'
import { courseRules, gradeSubmissions, type Progress } from '../grading/class.ts'
import { flagsOf } from '../grading/compare.ts'
import { isCourse, type Student } from '../grading/course.ts'
import type { Outputs } from '../grading/grade-output.ts'
import { otherName, submissionsAt, SUFFIX } from '../grading/handed-in.ts'
import type { Report } from '../grading/model.ts'
import { LabError } from '../host/error.ts'
import type { Text } from '../service.ts'
import type { Call } from './command.ts'
import { courseFolder, courseOf, templateOf } from './course/place.ts'
import { interruption } from './grade-stop.ts'
import { hashOf } from './launched.ts'
import { registryOf, scenarioFolders, serviceFolders, soundScenario } from './places.ts'

/** Grades what students have handed in: files, and folders of them. */
export async function gradeClass(call: Call, files: Outputs): Promise<readonly Report[]> {
  const [word = '', ...paths] = call.words
  const { file, template } = templateOf(call, word)
  const { scenario } = await soundScenario(call, file, registryOf(call))
  const hasCourse = call.text('course') !== undefined || isCourse(courseFolder(call))
  const course = hasCourse ? courseOf(call) : undefined
  const students = course?.students ?? []
  const orders = paths.flatMap((path) => ordersAt(call, path, students))
  const services = serviceFolders(call)
  const judge = await createJudge(scenario, services)
  using stop = interruption()
  const grading = gradeSubmissions(orders, {
    rules: {
      scenario: file,
      folders: scenarioFolders,
      services,
      hash: hashOf(file, scenario),
      blank: { title: scenario.title, results: await judge.blank() },
      ...(course !== undefined && courseRules(course, template)),
    },
    signal: stop.signal,
    progress: (progress) => showProgress(call, progress),
  })
  const done = new Map<string, Report>()
  const all = (): Report[] =>
    orders.map((order) => done.get(order.file) ?? grading.pending(order, unfinished))
  files.publish(all())
  const byFile = new Map(orders.map((order) => [order.file, order]))
  for await (const report of grading) {
    const strange = otherName(byFile.get(report.target), report, students)
    const flags = strange === undefined ? report.flags : [...report.flags, strange]
    done.set(report.target, { ...report, flags })
    files.publish(all())
  }
  // What a student shares with others is told in the reports of all of them.
  const matches = grading.matches()
  const roster = new Map(students.map(({ id, name }) => [id, name]))
  return all().map((report) => {
    const name = roster.get(report.student) || report.name
    const flags = [...report.flags, ...flagsOf(report.student, matches)]
    return { ...report, ...(name !== undefined && { name }), flags }
  })
}

/** The submissions of a path; one that has none is a mistake. */
function ordersAt(call: Call, path: string, students: readonly Student[]): Order[] {
  const whole = resolve(call.io.folder, path)
  if (!existsSync(whole))
    throw wrong({ en: `there is no submission ${path}`, es: `no existe la entrega ${path}` })
  const found = submissionsAt(whole, students)
  if (found.length > 0) return found
  throw wrong({
    en: `${path} holds no submission (a file *${SUFFIX})`,
    es: `${path} no contiene ninguna entrega (un fichero *${SUFFIX})`,
  })
}

function showProgress({ io }: Call, { done, total, left = 0 }: Progress): void {
  if (!process.stderr.isTTY) return
  const width = 30
  const bar = '█'.repeat(Math.round((width * done) / total)).padEnd(width, '░')
  const seconds = Math.ceil(left / 1000)
  const rest = io.pick({ en: `${seconds} s left`, es: `quedan ${seconds} s` })
  process.stderr.write(`\r${bar} ${done}/${total}, ${rest}\u001b[K${done === total ? '\n' : ''}`)
}

const unfinished: Text = {
  en: 'not finished: the grading ended before',
  es: 'sin terminar: la corrección acabó antes',
}

function wrong(said: Text): LabError {
  return new LabError(said, { blame: 'wrong' })
}
