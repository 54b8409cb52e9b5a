/** JUnit XML, as the schema of Ant has it: one suite for each service, the points in its properties. */
import { totalOf, earned, type CheckResult, type Report } from '../model.ts'
import { visible } from '../../kit/dissect/text.ts'
import { explanation } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { failureText, labels, remarksOf } from './words.ts'

/** A document of `testsuites`. */
export function junit(reports: readonly Report[], options: FormatOptions): string {
  const suites = reports.flatMap((report) => suitesOf(report))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites.flatMap((suite, index) => suiteLines(suite, index, options)),
    '</testsuites>',
    '',
  ].join('\n')
}

interface Suite {
  readonly report: Report
  readonly group: string
  readonly results: readonly CheckResult[]
}

/** A report that holds nothing still is a suite, so that it is seen. */
function suitesOf(report: Report): Suite[] {
  const groups = [...Map.groupBy(report.results, ({ group }) => group)]
  return (groups.length === 0 ? [['scenario', []] as const] : groups).map(([group, results]) => ({
    report,
    group,
    results,
  }))
}

function suiteLines({ report, group, results }: Suite, index: number, options: FormatOptions): string[] {
  const { score, points, counts } = totalOf({ results })
  const milliseconds = results.reduce((sum, result) => sum + result.milliseconds, 0)
  const attributes = {
    name: token(group),
    // The schema wants no zone: the time is UTC.
    timestamp: new Date(report.at).toISOString().slice(0, 19),
    hostname: 'localhost',
    tests: results.length,
    failures: counts.failed,
    errors: counts.broken,
    skipped: counts.blocked,
    time: seconds(milliseconds),
    package: token(`lab.${report.subject}`),
    id: index,
  }
  const { language } = options
  const said = [
    failureText(report, language) ?? [],
    ...remarksOf(report).map(({ kind, text }) => `${kind}: ${text[language]}`),
    // The schema gives `skipped` neither attributes nor text: why a check is blocked is told here.
    ...results.flatMap(({ id, outcome, reason }) =>
      outcome === 'blocked' && reason !== undefined ? [`${id}: ${reason[language]}`] : [],
    ),
  ]
  return [
    `  <testsuite${attributesText(attributes)}>`,
    '    <properties>',
    ...[
      ['student', report.student],
      ['target', report.target],
      ['seed', report.seed],
      ['score', score],
      ['max_score', points],
      // The schema lets no testcase have properties.
      ...results.flatMap((result) => [
        [`score.${result.id}`, earned(result)],
        [`max_score.${result.id}`, result.points],
      ]),
    ].map(
      ([name, value]) =>
        `      <property${attributesText({ name: token(String(name)), value: value ?? '' })}/>`,
    ),
    '    </properties>',
    ...results.flatMap((result) => caseLines(result, report, options)),
    `    <system-out>${content(said.flat().join('\n'))}</system-out>`,
    '    <system-err></system-err>',
    '  </testsuite>',
  ]
}

function caseLines(result: CheckResult, report: Report, { language }: FormatOptions): string[] {
  const { id, group, title, outcome, milliseconds } = result
  const attributes = {
    name: token(`${id} ${title[language]}`),
    classname: token(`lab.${report.subject}.${group}`),
    time: seconds(milliseconds),
  }
  const head = `    <testcase${attributesText(attributes)}`
  if (outcome === 'passed') return [`${head}/>`]
  if (outcome === 'blocked') return [`${head}><skipped/></testcase>`]
  const [element, type] = outcome === 'broken' ? ['error', 'CheckBroken'] : ['failure', 'Mismatch']
  const wrong = result.assertions.find(({ holds }) => !holds)
  const unfit = report.failure && labels.unfit
  const message = (result.reason ?? wrong?.title ?? unfit ?? title)[language]
  return [
    `${head}>`,
    `      <${element}${attributesText({ message: token(message), type })}>${content(explanation(result, language))}</${element}>`,
    '    </testcase>',
  ]
}

/** Whole and thousandths of a second. */
function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}

function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${content(visible(String(value)))}"`)
    .join('')
}

/** Text of one line that the schema takes as a name: never empty, blanks only inside and one by one. */
function token(text: string): string {
  return visible(text).trim().replace(/\s+/gu, ' ') || '-'
}

/** Text as it stands in an element or a quoted attribute; what XML 1.0 §2.2 does not allow is left out. */
function content(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}
