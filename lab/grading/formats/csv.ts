/** The class in a table: one line for each report. */
import { visible } from '../../kit/dissect/text.ts'
import { totalOf, type Report } from '../model.ts'
import { cellText } from '../../kit/csv.ts'
import { flagKinds } from './words.ts'

const columns = 'student,lab,score,max,passed,failed,blocked,late,flags,problems'

/** A summary as CSV (RFC 4180); the names come last, where any is known. */
export function csv(reports: readonly Report[]): string {
  const isNamed = reports.some(({ name }) => name !== undefined)
  const head = isNamed ? `${columns},name` : columns
  return [head, ...reports.map((report) => row(report, isNamed)), ''].join('\r\n')
}

function row(report: Report, isNamed: boolean): string {
  const { student, subject, results, failure, name = '' } = report
  const { score, points, counts } = totalOf(report)
  const kinds = flagKinds(report)
  const missed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'broken')
  const problems = missed.map(({ id, outcome }) => (outcome === 'broken' ? `broken:${id}` : id))
  return [
    student,
    subject,
    String(score),
    String(points),
    String(counts.passed),
    String(counts.failed),
    String(counts.blocked),
    kinds.includes('late') ? 'yes' : '',
    kinds.filter((kind) => kind !== 'late').join(' '),
    failure === undefined ? problems.join(' ') : 'worth-nothing',
    ...(isNamed ? [name] : []),
  ]
    .map((cell) => cellText(guarded(visible(cell, Number.MAX_SAFE_INTEGER))))
    .join(',')
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function guarded(cell: string): string {
  return /^\s*[=+\-@＝＋－＠]/u.test(cell) ? `'${cell}` : cell
}
