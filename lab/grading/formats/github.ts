/** GitHub Classroom: what a grader step hands to the reporter, and the annotations that the reporter makes of it. */
import type { Outcome } from '../../check.ts'
import { earned, totalOf, type CheckResult, type Report } from '../model.ts'
import { explanation } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { failureText } from './words.ts'

const statuses: Readonly<Record<Outcome, string>> = {
  passed: 'pass',
  failed: 'fail',
  blocked: 'fail',
  broken: 'error',
}

/** The JSON that, as base64, is the output `result` of a grader step. */
export function github(reports: readonly Report[], { language }: FormatOptions): string {
  const results = reports.flatMap((report) => report.results)
  const { points, counts } = totalOf({ results })
  const isWrong = counts.failed + counts.blocked > 0 || reports.some(({ failure }) => failure !== undefined)
  const payload = {
    version: 1,
    status: counts.broken > 0 ? 'error' : isWrong ? 'fail' : 'pass',
    max_score: points,
    tests: reports.flatMap((report) => {
      const failure = failureText(report, language)
      // There is no other place for it than a test.
      return report.results.map((result, index) =>
        testOf(result, language, index === 0 ? failure : undefined),
      )
    }),
  }
  return `${JSON.stringify(payload, undefined, 2)}\n`
}

function testOf(
  result: CheckResult,
  language: FormatOptions['language'],
  failure: string | undefined,
): object {
  const { id, title, outcome, points, reproduce, milliseconds } = result
  return {
    name: `${id} ${title[language]}`,
    status: statuses[outcome],
    score: earned(result),
    max_score: points,
    message: [failure ?? [], explanation(result, language)].flat().join('\n').trimEnd(),
    test_code: reproduce ?? '',
    filename: '',
    line_no: 0,
    // One of the stock graders tells milliseconds, the other one seconds.
    duration: milliseconds,
    execution_time: `${(milliseconds / 1000).toFixed(1)}s`,
  }
}

/** The workflow commands by which Classroom learns of the points. */
export function githubAnnotations(reports: readonly Report[]): string {
  const { score, points } = totalOf({ results: reports.flatMap(({ results }) => results) })
  return [
    `::notice title=Autograding complete::Points ${score}/${points}`,
    `::notice title=Autograding report::${JSON.stringify({ totalPoints: score, maxPoints: points })}`,
    '',
  ].join('\n')
}
