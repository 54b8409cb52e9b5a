/** The `results.json` of Gradescope; it adds up the scores of the tests itself. */
import { earned, type CheckResult, type Report } from '../model.ts'
import { explanation } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { failureText, outcomes, remarksOf, totalText } from './words.ts'

/** The content of `/autograder/results/results.json`. */
export function gradescope(reports: readonly Report[], options: FormatOptions): string {
  const { language } = options
  const tests = reports.flatMap((report, index) =>
    report.results.map((result, place) => testOf(result, `${index + 1}.${place + 1}`, options)),
  )
  const milliseconds = reports.reduce((sum, report) => sum + report.milliseconds, 0)
  const said = reports.flatMap((report) => [
    failureText(report, language) ?? [],
    ...remarksOf(report).map(({ kind, text }) => `${kind}: ${text[language]}`),
    totalText(report.results, language),
  ])
  const written = {
    // Needed where no test has one; elsewhere it would override their sum.
    ...(tests.length === 0 && { score: 0 }),
    execution_time: milliseconds / 1000,
    output: said.flat().join('\n'),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    extra_data: {
      reports: reports.map(({ subject, student, target, seed }) => ({ subject, student, target, seed })),
    },
    tests,
  }
  return `${JSON.stringify(written, undefined, 2)}\n`
}

function testOf(result: CheckResult, number: string, { language }: FormatOptions): object {
  const { id, group, title, outcome, points } = result
  const word = outcomes[outcome][language]
  const why = explanation(result, language)
  return {
    score: earned(result),
    max_score: points,
    // There are only these two. A broken check gives all its points and has neither: Gradescope derives it from them.
    ...(outcome !== 'broken' && { status: outcome === 'passed' ? 'passed' : 'failed' }),
    name: `${id} ${title[language]}`,
    number,
    output: outcome === 'passed' ? '' : why === '' ? word : `${word}\n${why}`,
    tags: [group],
    extra_data: { check: id, service: group, outcome },
  }
}
