/** The class in a table: one line for each report. */
import { visible } from '../../kit/dissect/text.ts'
import { totalOf, type Report } from '../model.ts'
import { cellText } from '../../kit/csv.ts'

const columns = 'student,lab,score,max,passed,failed,blocked,late,flags,problems'

/** A summary as CSV (RFC 4180). */
export function csv(reports: readonly Report[]): string {
  return [columns, ...reports.map((report) => row(report)), ''].join('\r\n')
}

function row(report: Report): string {
  const { student, subject, flags, results, failure } = report
  const { score, points, counts } = totalOf(report)
  const kinds = [...new Set(flags.map(({ kind }) => kind))]
  const missed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'broken')
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
    [
      ...(failure === undefined ? [] : ['not-graded']),
      ...missed.map(({ id, outcome }) => (outcome === 'broken' ? `broken:${id}` : id)),
    ].join(' '),
  ]
    .map((cell) => cellText(guarded(visible(cell, Number.MAX_SAFE_INTEGER))))
    .join(',')
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function guarded(cell: string): string {
  return /^\s*[=+\-@＝＋－＠]/u.test(cell) ? `'${cell}` : cell
}
