/** One page that stands alone: no script, nothing from elsewhere; to be read on a screen, aloud, or on paper. */
import type { Outcome } from '../../check.ts'
import { visible } from '../../kit/dissect/text.ts'
import { escapeHtml } from '../../web/html.ts'
import { earned, totalOf, type CheckResult, type Report } from '../model.ts'
import { explanation } from './explain.ts'
import type { FormatOptions } from './format.ts'
import {
  failureText,
  flagKinds,
  labels,
  outcomes,
  pointsText,
  remarksOf,
  targetLabel,
  totalText,
} from './words.ts'

const style = [
  ':root{color-scheme:light dark}',
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere;background:light-dark(#fff,#111);color:light-dark(#111,#eee)}',
  'a{color:light-dark(#1d4ed8,#8ab4ff)}',
  'table{border-collapse:collapse;width:100%}',
  'caption{text-align:left;font-weight:bold;padding:.5rem 0}',
  'th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid light-dark(#bbb,#555)}',
  '.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}',
  '.passed{color:light-dark(#0b6b2d,#7ee2a0)}.failed{color:light-dark(#a3120a,#ff9d94)}',
  '.blocked{color:light-dark(#6b4e00,#f2cc60)}.broken{color:light-dark(#7a1f7a,#f0a5f0)}',
  'pre{white-space:pre-wrap;margin:.3rem 0;padding:.5rem;background:light-dark(#f3f3f3,#222);font-size:.9rem;unicode-bidi:plaintext}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:bold}dd{margin:0}',
  '.total{font-size:1.2rem;font-weight:bold}',
  '@media print{body{max-width:none;margin:0}tr,pre{break-inside:avoid}article+article{break-before:page}}',
].join('')

const signs: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', blocked: '–', broken: '!' }

/** The page, in the reader's language. */
export function html(reports: readonly Report[], options: FormatOptions): string {
  const { language } = options
  const heading = { en: 'Grading report', es: 'Informe de corrección' }[language]
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${heading}</title><style>${style}</style></head>
<body><main>
<h1>${heading}</h1>
${reports.length > 1 ? classTable(reports, options) : ''}${reports.map((report, index) => article(report, index, options)).join('\n')}
</main></body>
</html>
`
}

function classTable(reports: readonly Report[], { language }: FormatOptions): string {
  const heads = [labels.student, labels.lab, labels.points, labels.remarks].map(
    (label) => `<th scope="col">${label[language]}</th>`,
  )
  const rows = reports.map((report, index) => {
    const { student, subject, results } = report
    const kinds = flagKinds(report).map((kind) => safe(kind))
    return `<tr><th scope="row"><a href="#report-${index + 1}">${safe(student)}</a></th><td>${safe(subject)}</td><td>${totalText(results, language)}</td><td>${kinds.join(', ')}</td></tr>`
  })
  const all = totalText(
    reports.flatMap(({ results }) => results),
    language,
  )
  return `<table><caption>${{ en: 'The class', es: 'La clase' }[language]}: ${all}</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
`
}

function article(report: Report, index: number, options: FormatOptions): string {
  const { language } = options
  const { title, subject, student, target, at, seed, results } = report
  const failure = failureText(report, language)
  const { score, points } = totalOf(report)
  const begun = new Date(at).toISOString()
  const about = [
    [labels.student, safe(student)],
    [labels.lab, safe(subject)],
    [targetLabel(report), safe(target)],
    [labels.begun, `<time datetime="${begun}">${begun.slice(0, 19).replace('T', ' ')} UTC</time>`],
    ...(seed === '' ? [] : [[labels.seed, safe(seed)] as const]),
  ] as const
  const remarks = remarksOf(report).map(
    ({ kind, text }) => `<li>${safe(kind)}: <pre>${safeLines(text[language])}</pre></li>`,
  )
  return `<article id="report-${index + 1}" aria-labelledby="title-${index + 1}">
<h2 id="title-${index + 1}">${safe(title[language])}</h2>
<dl>${about.map(([label, value]) => `<dt>${label[language]}</dt><dd>${value}</dd>`).join('')}</dl>
<p class="total" data-score="${score}" data-points="${points}">${labels.total[language]}: ${totalText(results, language)}</p>
${failure === undefined ? '' : `<p class="failed">${safe(failure)}</p>\n`}${remarks.length === 0 ? '' : `<h3>${labels.remarks[language]}</h3><ul>${remarks.join('')}</ul>\n`}${[...Map.groupBy(results, ({ group }) => group)].map(([group, cases]) => groupTable(group, cases, options)).join('\n')}
</article>`
}

function groupTable(group: string, results: readonly CheckResult[], options: FormatOptions): string {
  const { language } = options
  return `<table><caption>${safe(group)}: ${totalText(results, language)}</caption>
<thead><tr><th scope="col">${labels.outcome[language]}</th><th scope="col" class="number">${labels.points[language]}</th><th scope="col">${labels.check[language]}</th></tr></thead>
<tbody>
${results.map((result) => rowOf(result, options)).join('\n')}
</tbody></table>`
}

function rowOf(result: CheckResult, { language }: FormatOptions): string {
  const { id, title, outcome, points } = result
  const why = explanation(result, language)
  const worth = `${pointsText(earned(result), language)} / ${pointsText(points, language)}`
  return `<tr><td class="${outcome}"><span aria-hidden="true">${signs[outcome]} </span>${outcomes[outcome][language]}</td><td class="number">${worth}</td><td><b>${safe(title[language])}</b> <code>${safe(id)}</code>${why === '' ? '' : `<pre>${safeLines(why)}</pre>`}</td></tr>`
}

/** What others wrote, on one line: it marks nothing up, and its direction stays its own. */
function safe(text: string): string {
  return `<bdi>${escapeHtml(visible(text))}</bdi>`
}

function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeHtml(visible(line)))
    .join('\n')
}
