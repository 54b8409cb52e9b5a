import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { courseRules, gradeSubmissions, type Progress } from '../grading/class.ts'
import { flagsOf } from '../grading/compare.ts'
import type { Outputs } from '../grading/grade-output.ts'
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
  const orders = paths.flatMap((path) => submissionsAt(call, path)).map((path) => ({ file: path }))
  const hasCourse = call.text('course') !== undefined || existsSync(courseFolder(call))
  using stop = interruption()
  const grading = gradeSubmissions(orders, {
    rules: {
      scenario: file,
      folders: scenarioFolders,
      services: serviceFolders(call),
      hash: hashOf(file, scenario),
      ...(hasCourse && courseRules(courseOf(call), template)),
    },
    signal: stop.signal,
    progress: (progress) => showProgress(call, progress),
  })
  const done = new Map<string, Report>()
  const all = (): Report[] =>
    orders.map((order) => {
      const report = done.get(order.file)
      if (report !== undefined && report.results.length > 0) return report
      // What could not be opened is worth as much as the others, which one of them has to tell first.
      const blank = grading.pending(order, report?.failure ?? unfinished)
      return { ...blank, subject: scenario.name, flags: report?.flags ?? [] }
    })
  files.publish(all())
  for await (const report of grading) {
    done.set(report.target, report)
    files.publish(all())
  }
  // What a student shares with others is told in the reports of all of them.
  const matches = grading.matches()
  return all().map((report) => ({
    ...report,
    flags: [...report.flags, ...flagsOf(report.student, matches)],
  }))
}

/** The file, or the files of the folder and of the folders in it, as a gradebook packs them. */
function submissionsAt(call: Call, path: string): string[] {
  const whole = resolve(call.io.folder, path)
  const status = statSync(whole, { throwIfNoEntry: false })
  if (status === undefined)
    throw wrong({ en: `there is no submission ${path}`, es: `no existe la entrega ${path}` })
  if (!status.isDirectory()) return [whole]
  const found = readdirSync(whole, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.telelab'))
    .toSorted()
    .map((name) => join(whole, name))
  if (found.length > 0) return found
  throw wrong({
    en: `${path} holds no submission (a file *.telelab)`,
    es: `${path} no contiene ninguna entrega (un fichero *.telelab)`,
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
