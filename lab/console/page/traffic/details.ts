/** What one step of a ladder holds, in full. */
import type { Ladder, LadderStep } from '../../traffic/schema.ts'
import type { Context } from '../context.ts'
import { html } from '../element.ts'
import { makeVisible } from '../visible.ts'
import { timesOf, trafficWords } from './words.ts'

/** The details of a step, as the children of a region that has a heading of its own. */
export function drawDetails(context: Context, { steps }: Ladder, index: number): HTMLElement[] {
  const step = steps[index]
  if (step === undefined) return []
  const { language, format } = context
  const words = trafficWords(language)
  const time = timesOf(language).exact
  const before = steps[index - 1]
  const rows: [name: string, value: string][] = [
    [words.columns.time, format.clock(step.at)],
    [words.since, time(step.at - (steps[0]?.at ?? step.at))],
  ]
  if (before) rows.push([words.after, time(step.at - before.at)])
  if (step.from !== 'lab') {
    // Where several messages came in one piece, its octets are told with the first.
    if (step.octets > 0) rows.push([words.octets, format.number(step.octets)])
    // TLS itself is in part plain and in part not.
    if (step.kind !== 'event' && step.kind !== 'tls')
      rows.push([words.network, step.isEnciphered ? words.enciphered : words.plain])
  }
  return [
    html(
      'p',
      { class: 'step-kind' },
      html('strong', {}, words.kinds[step.kind]),
      ` · ${words.from(step.from)}`,
    ),
    wireText(step.text),
    ...aboutOf(context, step),
    ...step.parts.flatMap(({ name, lines }) => [
      html('h3', { class: 'step-part' }, isolated(name)),
      wireText(lines.join('\n'), lines),
    ]),
    html(
      'dl',
      { class: 'step-facts' },
      rows.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value))),
    ),
  ]
}

/** What the step is, in the reader's language; the RFC is named and not linked, for it may be read without a network. */
function aboutOf(context: Context, { about }: LadderStep): HTMLElement[] {
  if (about === undefined) return []
  const { text, rfc } = about
  return [
    html(
      'div',
      { class: 'step-about', role: 'note', 'aria-label': trafficWords(context.language).what },
      html('p', {}, context.text(text)),
      rfc !== undefined && html('p', { class: 'step-rfc' }, isolated(rfc)),
    ),
  ]
}

/** Text of the wire, a line for each of its lines, to be scrolled with the keyboard too. */
function wireText(name: string, lines: readonly string[] = [name]): HTMLElement {
  return html(
    'pre',
    { class: 'wire', dir: 'ltr' },
    lines.map((line) => html('span', { class: 'wire-line' }, makeVisible(line), '\n')),
  )
}

function isolated(text: string): HTMLElement {
  return html('bdi', {}, makeVisible(text))
}
