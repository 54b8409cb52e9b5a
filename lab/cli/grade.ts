import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { styleText } from 'node:util'
import { quantity } from '../kit/quantity.ts'
import { formats, type FormatOptions } from '../grading/formats/index.ts'
import { readReports, ReportsError } from '../grading/formats/json.ts'
import { totalText } from '../grading/formats/words.ts'
import { Outputs, type Output } from '../grading/grade-output.ts'
import { codeOf } from '../grading/grade.ts'
import { rounded, type Report } from '../grading/model.ts'
import { LabError } from '../host/error.ts'
import { visible } from '../kit/dissect/text.ts'
import { nearest } from '../kit/nearest.ts'
import type { Text } from '../service.ts'
import { exit, type Call, type Command } from './command.ts'
import { octetsAt } from './file.ts'
import { writeFiles } from './grade-files.ts'
import { gradeOptions } from './grade-options.ts'
import { gradeServers } from './grade-run.ts'
import { subjectOf, type Subject } from './grade-subject.ts'
import { columns } from './help.ts'

/** Octets of a file with reports, or of a worksheet. */
const LARGEST = 64 * 1024 * 1024

/** Grades any server, black box, and writes the results in the formats of graders. */
export const command: Command = {
  summary: {
    en: 'grade a server, of whatever make, and write the marks',
    es: 'corregir un servidor, sea cual sea, y escribir las notas',
  },
  usage: 'SUITE|SCENARIO [SUBMISSION…] [options]',
  most: 10_000,
  options: gradeOptions,
  examples: [
    {
      line: 'lab grade http --target 127.0.0.1:8080',
      text: { en: 'a web server', es: 'un servidor web' },
    },
    {
      line: "lab grade http --run './my-server {port}' --format html=report.html",
      text: { en: 'a program, run with limits', es: 'un programa, ejecutado con límites' },
    },
    {
      line: 'lab grade smtp -t smtp=10.0.0.2:25 -t smtps=10.0.0.2:465 --account ana:secret',
      text: { en: 'a mail server with two endpoints', es: 'un servidor de correo con dos puntos de acceso' },
    },
    {
      line: 'lab grade http -t ana/10.0.0.2:80 -t luis/10.0.0.3:80 -f csv=class.csv',
      text: { en: 'a class', es: 'una clase' },
    },
    {
      line: 'lab grade ana.json luis.json -f moodle=marks.csv --worksheet from-moodle.csv',
      text: { en: 'marks for Moodle from earlier reports', es: 'notas para Moodle de informes anteriores' },
    },
    {
      line: 'lab grade sstt handed-in/ -f csv=class.csv -f json=class.json',
      text: { en: 'what a class has handed in', es: 'lo que ha entregado una clase' },
    },
    {
      line: 'lab grade sstt from-moodle/ -f moodle=marks.csv --worksheet grades.csv',
      text: {
        en: "Moodle's download of all submissions, as marks for Moodle",
        es: 'la descarga de entregas de Moodle, como notas para Moodle',
      },
    },
    { line: 'lab grade dns --list', text: { en: 'what is looked at', es: 'qué se mira' } },
  ],
  async run(call) {
    if (call.words.length === 0)
      throw wrong({
        en: 'say what to grade: `lab grade SUITE --target HOST:PORT`, or `lab grade --help`',
        es: 'di qué corregir: `lab grade BATERÍA --target MÁQUINA:PUERTO`, o `lab grade --help`',
      })
    const outputs = outputsOf(call)
    const options: FormatOptions = {
      language: call.io.language,
      ...(call.text('worksheet') !== undefined && {
        worksheet: textFile(call, call.text('worksheet') ?? ''),
      }),
    }
    const files = new Outputs(outputs, options)
    if (call.words.every((word) => word.endsWith('.json') && existsSync(resolve(call.io.folder, word)))) {
      const reports = call.words.flatMap((word) => reportsOf(call, word))
      return finish(call, { files, outputs, reports, options })
    }
    if (call.words.length > 1) {
      // What a class needs is loaded for a class only.
      const { gradeClass } = await import('./grade-class.ts')
      return finish(call, { files, outputs, reports: await gradeClass(call, files), options })
    }
    const subject = await subjectOf(call)
    if (call.is('list')) return list(call, subject)
    const folder = call.text('files')
    if (folder !== undefined) return writeFiles(call, subject, folder)
    return finish(call, { files, outputs, reports: await gradeServers(call, subject, files), options })
  },
}

interface Finish {
  readonly files: Outputs
  readonly outputs: readonly Output[]
  readonly reports: readonly Report[]
  readonly options: FormatOptions
}

function finish(call: Call, { files, outputs, reports, options }: Finish): number {
  const tell = (text: Text): void => call.io.complain(text)
  const isColored = styleText('bold', '-') !== '-'
  for (const text of files.finish(reports, { ...options, isColored, tell }))
    call.io.say(text.replace(/\n$/, ''))
  if (outputs.every(({ path }) => path !== undefined)) {
    for (const { student, results, flags } of reports) {
      call.io.say(`${visible(student)}: ${totalText(results, call.io.language)}`)
      for (const { kind, text } of flags)
        call.io.say(`  ⚑ ${visible(kind)}: ${visible(call.io.pick(text).split('\n')[0] ?? '')}`)
    }
  }
  return call.is('no-fail') ? exit.done : codeOf(reports)
}

/** What `--format` says; the terminal if it says nothing. */
function outputsOf(call: Call): Output[] {
  const asked = call.texts('format').length === 0 ? ['text'] : call.texts('format')
  const outputs = asked.map((said) => {
    const [, format = '', path] = /^([^=]*)(?:=(.+))?$/s.exec(said) ?? []
    if (Object.hasOwn(formats, format))
      return { format, path: path === undefined ? undefined : resolve(call.io.folder, path) }
    const known = Object.keys(formats)
    throw new LabError((words) => `--format: ${words.valueUnknown(format, nearest(format, known), known)}`, {
      blame: 'wrong',
    })
  })
  const paths = outputs.flatMap(({ path }) => path ?? [])
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined)
    throw wrong({ en: `--format: ${twice} is there twice`, es: `--format: ${twice} está dos veces` })
  if (outputs.some(({ format }) => format === 'moodle') && call.text('worksheet') === undefined)
    throw wrong({
      en: 'the format moodle fills in a worksheet that Moodle made: --worksheet FILE',
      es: 'el formato moodle rellena una hoja descargada de Moodle: --worksheet FICHERO',
    })
  return outputs
}

function list(call: Call, { title, parts }: Subject): number {
  const { io } = call
  io.say(styleText('bold', io.pick(title)))
  for (const { name, suite } of parts) {
    const points = rounded(suite.cases.reduce((sum, check) => sum + check.points, 0))
    io.say('')
    io.say(
      styleText(
        'bold',
        io.pick({
          en: `${name}: ${quantity(suite.cases.length, 'case', 'cases')}, ${quantity(points, 'point', 'points')}`,
          es: `${name}: ${quantity(suite.cases.length, 'caso', 'casos')}, ${quantity(points, 'punto', 'puntos')}`,
        }),
      ),
    )
    const rows = suite.cases.map((check) => {
      const about = `${io.pick(check.title)} (${check.reference})`
      return [`${String(check.points).padStart(4)}  ${check.id}`, about] as const
    })
    for (const line of columns(rows)) io.say(line)
  }
  return exit.done
}

/** The reports of an earlier run. */
function reportsOf(call: Call, path: string): Report[] {
  try {
    return readReports(textFile(call, path))
  } catch (error) {
    if (!(error instanceof ReportsError)) throw error
    const { text } = error
    throw wrong({ en: `${path}: ${text.en}`, es: `${path}: ${text.es}` }, error)
  }
}

function textFile({ io }: Call, path: string): string {
  return octetsAt(resolve(io.folder, path), LARGEST).toString('utf8')
}

function wrong(said: Text, cause?: unknown): LabError {
  return new LabError(said, { blame: 'wrong', cause })
}
