/** Fills in the worksheet for offline grading that was downloaded from Moodle; its headers are in the language of that site. */
import { LabError } from '../../host/error.ts'
import { visible } from '../../kit/dissect/text.ts'
import { escapeHtml } from '../../web/html.ts'
import { rounded, totalOf, type CheckResult, type Report } from '../model.ts'
import { explanation } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { cellText, readTable, separatorOf, tableText, type Cell, type Row } from '../../kit/csv.ts'
import { failureText, totalText } from './words.ts'

/** The headers, as the language packs of Moodle have them, in lower case. */
const headers = {
  identifier: ['identifier', 'identificador'],
  grade: ['grade', 'calificación'],
  most: ['maximum grade', 'calificación máxima'],
  feedback: ['feedback comments', 'comentarios de retroalimentación', 'feedback', 'comentarios'],
} as const

type Column = keyof typeof headers

interface Sheet {
  readonly mark: string
  readonly separator: string
  readonly rows: readonly Row[]
  readonly columns: Readonly<Record<Column, number>>
}

/** The worksheet with the grades of those whom it knows; nothing else in it changes. Throws a LabError if it is no worksheet. */
export function moodle(reports: readonly Report[], options: FormatOptions): string {
  const sheet = readSheet(options.worksheet)
  const graded = new Map<Row, readonly Report[]>()
  const unknown: string[] = []
  for (const own of Map.groupBy(reports, whose).values()) {
    const [row, another] = sheet.rows
      .slice(1)
      .filter(({ cells }) => own.every((one) => isOf(one, cells, sheet)))
    if (row === undefined || another !== undefined || graded.has(row))
      unknown.push(...new Set(own.map(({ student }) => visible(student))))
    else graded.set(row, bestOf(own))
  }
  if (unknown.length > 0)
    options.tell?.({
      en: `the worksheet has not exactly one participant for: ${unknown.join(', ')}`,
      es: `la hoja no tiene exactamente un participante para: ${unknown.join(', ')}`,
    })
  const rows = sheet.rows.map((row) => {
    const own = graded.get(row)
    return own === undefined ? row : filled(row, own, sheet, options)
  })
  return sheet.mark + tableText(rows, sheet.separator)
}

function readSheet(worksheet: string | undefined): Sheet {
  if (worksheet === undefined)
    throw new LabError(
      {
        en: 'the format moodle fills in a worksheet that Moodle made: --worksheet FILE',
        es: 'el formato moodle rellena una hoja descargada de Moodle: --worksheet FICHERO',
      },
      { blame: 'wrong' },
    )
  const mark = worksheet.startsWith('\uFEFF') ? '\uFEFF' : ''
  const text = worksheet.slice(mark.length)
  const separator = separatorOf(text)
  const rows = readTable(text, separator)
  const names = (rows[0]?.cells ?? []).map(({ value }) => value.trim().toLowerCase())
  const place = (column: Column): number =>
    names.findIndex((name) => (headers[column] as readonly string[]).includes(name))
  const columns = {
    identifier: place('identifier'),
    grade: place('grade'),
    most: place('most'),
    feedback: place('feedback'),
  }
  if (columns.identifier >= 0 && columns.grade >= 0) return { mark, separator, rows, columns }
  throw new LabError(
    {
      en: 'the worksheet has no columns "Identifier" and "Grade" ("Identificador" and "Calificación" from a Spanish Moodle)',
      es: 'la hoja no tiene las columnas «Identificador» y «Calificación» («Identifier» y «Grade» de un Moodle en inglés)',
    },
    { blame: 'wrong' },
  )
}

/** By the number that Moodle has given, where it is known; else by the student. */
function whose({ student, participant }: Report): string {
  return participant === undefined ? `student ${student}` : `participant ${participant}`
}

/** Who hands in the same scenario more than once gets the best mark for it. */
function bestOf(reports: readonly Report[]): Report[] {
  return [...Map.groupBy(reports, ({ subject }) => subject).values()].flatMap((same) =>
    same.toSorted((one, other) => totalOf(other).score - totalOf(one).score).slice(0, 1),
  )
}

function isNumbered(participant: string, cells: readonly Cell[], { columns }: Sheet): boolean {
  return /^\D+ (\d+)$/.exec(cells[columns.identifier]?.value.trim() ?? '')?.[1] === participant
}

/** Whether a row is that of whom the report is about: by Moodle's number, or by the identifier or its number, or by name, address or number as they stand before the grade. */
function isOf({ student, participant }: Report, cells: readonly Cell[], sheet: Sheet): boolean {
  if (participant !== undefined) return isNumbered(participant, cells, sheet)
  const { columns } = sheet
  const wanted = student.trim().toLowerCase()
  if (wanted === '') return false
  return cells.slice(0, columns.grade).some(({ value }, index) => {
    const said = value.trim().toLowerCase()
    if (said === wanted) return true
    return index === columns.identifier
      ? isNumbered(wanted, cells, sheet)
      : /^([^@\s]+)@\S+$/.exec(said)?.[1] === wanted
  })
}

function filled(row: Row, reports: readonly Report[], sheet: Sheet, options: FormatOptions): Row {
  const { columns } = sheet
  const results = reports.flatMap((report) => report.results)
  const most = row.cells[columns.most]?.value.trim() ?? ''
  const values = new Map([
    [columns.grade, gradeText(results, most)],
    [columns.feedback, feedbackText(reports, results, options)],
  ])
  const cells = row.cells.map((cell, index) => {
    const value = values.get(index)
    return value === undefined ? cell : { raw: cellText(value, cell.raw.startsWith('"')), value }
  })
  return { ...row, cells }
}

/** The points, or their share of the maximum that Moodle has, which it lets no grade exceed; with its decimal comma. */
function gradeText(results: readonly CheckResult[], most: string): string {
  const { score, points } = totalOf({ results })
  const limit = Number(most.replace(',', '.'))
  const isScaled = most !== '' && limit > 0 && points > 0 && limit !== points
  const grade = String(isScaled ? rounded((score / points) * limit) : score)
  return most.includes(',') ? grade.replace('.', ',') : grade
}

/** Moodle keeps comments as HTML. */
function feedbackText(
  reports: readonly Report[],
  results: readonly CheckResult[],
  { language }: FormatOptions,
): string {
  return [
    totalText(results, language),
    ...reports.flatMap((report) => failureText(report, language) ?? []),
    // Where nothing could be graded, the list of tasks tells nothing.
    ...reports
      .flatMap(({ failure, results: own }) => (failure === undefined ? own : []))
      .filter(({ outcome }) => outcome !== 'passed')
      .map((result) => [`${result.id}: ${result.title[language]}`, explanation(result, language)].join('\n')),
  ]
    .map((part) => `<pre>${markup(part)}</pre>`)
    .join('')
}

/** On one line, since a spreadsheet may stand between us and Moodle. */
function markup(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeHtml(visible(line)))
    .join('<br>')
}
