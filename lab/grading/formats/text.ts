/** Results for a terminal. */
import { styleText } from 'node:util'
import type { Outcome } from '../../check.ts'
import { visible } from '../../kit/dissect/text.ts'
import { earned, type CheckResult, type Report } from '../model.ts'
import { explain } from './explain.ts'
import type { FormatOptions } from './format.ts'
import { failureText, flagKinds, labels, pointsText, remarksOf, targetLabel, totalText } from './words.ts'

type Style = Parameters<typeof styleText>[0]

const signs: Readonly<Record<Outcome, readonly [sign: string, style: Style]>> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  blocked: ['–', 'yellow'],
  broken: ['!', 'magenta'],
}

/** Each report with its checks, what was wrong with them, and its total; several end with the class. */
export function text(reports: readonly Report[], options: FormatOptions): string {
  const parts = reports.map((report) => reportText(report, options))
  return `${[...parts, ...(reports.length > 1 ? [classText(reports, options)] : [])].join('\n\n')}\n`
}

function reportText(report: Report, options: FormatOptions): string {
  const { language } = options
  const { title, subject, student, target, seed, results } = report
  const failure = failureText(report, language)
  const groups = Map.groupBy(results, ({ group }) => group)
  const about = [
    `${labels.student[language]}: ${visible(student)}`,
    `${targetLabel(report)[language]}: ${visible(target)}`,
    ...(seed === '' ? [] : [`${labels.seed[language]}: ${visible(seed)}`]),
  ]
  return [
    `${styled('bold', visible(title[language]), options)} (${visible(subject)})`,
    styled('gray', about.join(' · '), options),
    ...(failure === undefined ? [] : [styled('red', visible(failure), options)]),
    ...remarksOf(report).map((flag) =>
      [
        `${styled('yellow', '⚑', options)} ${visible(flag.kind)}: `,
        flag.text[language]
          .split('\n')
          .map((line) => visible(line))
          .join('\n    '),
      ].join(''),
    ),
    ...[...groups].flatMap(([group, cases]) => [
      '',
      styled('bold', visible(group), options),
      ...cases.flatMap((result) => resultLines(result, results, options)),
    ]),
    '',
    styled('bold', `${labels.total[language]}: ${totalText(results, language)}`, options),
  ].join('\n')
}

function resultLines(result: CheckResult, all: readonly CheckResult[], options: FormatOptions): string[] {
  const { language } = options
  const [sign, style] = signs[result.outcome]
  const worth = (one: CheckResult): string =>
    `${pointsText(earned(one), language)}/${pointsText(one.points, language)}`
  const width = all.reduce((most, one) => Math.max(most, worth(one).length), 0)
  const head = `  ${styled(style, sign, options)} ${worth(result).padStart(width)}  ${visible(result.id)}  ${visible(result.title[language])}`
  const styles = {
    reason: 'yellow',
    assertion: 'reset',
    expected: 'green',
    actual: 'red',
    caret: 'red',
    more: 'gray',
  } as const
  return [
    head,
    ...explain(result, language).map((line) => `      ${styled(styles[line.kind], line.text, options)}`),
  ]
}

function classText(reports: readonly Report[], options: FormatOptions): string {
  const { language } = options
  const widest = reports.reduce((most, { student }) => Math.max(most, visible(student).length), 0)
  const all = reports.flatMap(({ results }) => results)
  return [
    ...reports.map((report) => {
      const kinds = flagKinds(report).map((kind) => visible(kind))
      const flags = kinds.length === 0 ? '' : `  ${styled('yellow', '⚑', options)} ${kinds.join(', ')}`
      return `${visible(report.student).padEnd(widest)}  ${totalText(report.results, language)}${flags}`
    }),
    styled('bold', `${{ en: 'All', es: 'Todos' }[language]}: ${totalText(all, language)}`, options),
  ].join('\n')
}

/** Whoever asks for colour has looked at the stream already. */
function styled(style: Style, words: string, { isColored = false }: FormatOptions): string {
  return isColored ? styleText(style, words, { validateStream: false }) : words
}
