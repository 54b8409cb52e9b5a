/** TAP 14: one test point for each check, its points and what was wrong in a YAML block; several reports are subtests. */
import type { Outcome } from '../../check.ts'
import { inLanguage } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import { earned, type CheckResult, type Report } from '../model.ts'
import { placeOf } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { failureText, remarksOf, totalText } from './words.ts'

/** A blocked check is not ok: as `SKIP` it would count as passed. */
const severities: Readonly<Record<Outcome, string>> = {
  passed: 'comment',
  failed: 'fail',
  blocked: 'blocked',
  broken: 'broken',
}

/** A document of TAP 14. */
export function tap(reports: readonly Report[], options: FormatOptions): string {
  const [only] = reports
  const lines =
    only !== undefined && reports.length === 1
      ? [...aboutLines(only, options), ...planned(only, options)]
      : subtests(reports, options)
  return `${['TAP version 14', ...lines].join('\n')}\n`
}

function subtests(reports: readonly Report[], options: FormatOptions): string[] {
  return [
    plan(reports.length),
    ...reports.flatMap((report, index) => {
      const name = escaped(`${report.student} ${report.subject}`)
      const isOk = report.results.every(({ outcome }) => outcome === 'passed')
      return [
        `# Subtest: ${name}`,
        ...[...aboutLines(report, options), ...planned(report, options)].map((line) => `    ${line}`),
        `${isOk ? 'ok' : 'not ok'} ${index + 1} - ${name}`,
      ]
    }),
  ]
}

function aboutLines(report: Report, { language }: FormatOptions): string[] {
  const { student, target, seed, results, isFile = false } = report
  const failure = failureText(report, language)
  const sown = seed === '' ? '' : `, seed ${visible(seed)}`
  return [
    `# student ${visible(student)}, ${isFile ? 'file' : 'target'} ${visible(target)}${sown}`,
    ...(failure === undefined ? [] : [`# ${visible(failure)}`]),
    ...remarksOf(report).map(({ kind, text }) => `# ${visible(kind)}: ${visible(text[language])}`),
    `# ${totalText(results, language)}`,
  ]
}

function planned({ results }: Report, options: FormatOptions): string[] {
  return [
    plan(results.length),
    ...results.flatMap((result, index) => {
      const name = escaped(`${result.id} ${result.title[options.language]}`)
      return [
        `${result.outcome === 'passed' ? 'ok' : 'not ok'} ${index + 1} - ${name}`,
        ...block(result, options),
      ]
    }),
  ]
}

function plan(count: number): string {
  return count === 0 ? '1..0 # SKIP no checks' : `1..${count}`
}

function block(result: CheckResult, { language }: FormatOptions): string[] {
  const { id, group, outcome, reason, assertions, evidence, reference, hint, isHintTaken, reproduce } = result
  const wrong = assertions.filter(({ holds }) => !holds)
  const difference = wrong.find((assertion) => assertion.difference !== undefined)?.difference
  const isHintShown = (hint?.cost ?? 0) === 0 || isHintTaken === true
  const fields = {
    message: outcome === 'passed' ? undefined : (reason ?? wrong[0]?.title)?.[language],
    severity: severities[outcome],
    expected: difference && inLanguage(difference.expected, language),
    actual: difference && inLanguage(difference.actual, language),
    at: difference === undefined ? undefined : placeOf(difference),
    score: earned(result),
    max_score: result.points,
    check: id,
    service: group,
    ref: reference,
    hint: outcome !== 'passed' && isHintShown ? hint?.text[language] : undefined,
    reproduce,
    duration_ms: result.milliseconds,
  }
  return [
    '  ---',
    ...Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`  ${key}: ${scalar(value)}`],
    ),
    ...(wrong.length === 0
      ? []
      : ['  failed:', ...wrong.map(({ title }) => `    - ${scalar(title[language])}`)]),
    ...(evidence === undefined || outcome === 'passed'
      ? []
      : ['  evidence:', ...Object.entries(evidence).map(([key, value]) => `    ${key}: ${list(value)}`)]),
    '  ...',
  ]
}

function list(values: readonly (string | number)[]): string {
  return `[${values.map((value) => scalar(value)).join(', ')}]`
}

/** A number, or a string in the double quotes of YAML, of which those of JSON are a part; what cannot be printed is escaped. */
function scalar(value: string | number): string {
  if (typeof value === 'number') return String(value)
  return JSON.stringify(value.toWellFormed()).replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Text of a test point, in which `#` begins no directive. */
function escaped(text: string): string {
  return visible(text).replaceAll(/[\\#]/g, String.raw`\$&`)
}
