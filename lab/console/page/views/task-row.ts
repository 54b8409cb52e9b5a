/** One task on the page: how it stands, what is missing, its hint. */
import type { Explanation, Task } from '../../schema.ts'
import type { Context } from '../context.ts'
import { badge, setBadge } from '../controls.ts'
import { html, setAttribute, type Part } from '../element.ts'
import { setBusy, type CheckBar } from './check-bar.ts'

/** What a reader may do with a task. */
export interface TaskActions {
  /** Takes its hint, at its cost. */
  readonly take: (task: Task) => void
  readonly bar: Pick<CheckBar, 'check' | 'isBusy' | 'isChecking'>
}

type Line = Explanation['en'][number]

const looks: Readonly<Record<Task['state'], string>> = {
  open: '',
  passed: 'is-good',
  failed: 'is-bad',
  blocked: 'is-warn',
  broken: 'is-warn',
}

/** Makes the row of a task. */
export function taskRow(context: Context, { id, title, points }: Task, actions: TaskActions): Part<Task> {
  const { words, format, text } = context
  const { bar, take } = actions
  const state = badge('')
  const check = html(
    'button',
    { type: 'button', 'aria-label': words.tasks.checkWhat(text(title)), hidden: true },
    words.tasks.check,
  )
  const why = folder((task) => task.explanation && whyNot(context, task, task.explanation))
  const help = folder((task) => {
    const { hint, hintCost } = task
    if (hint !== undefined) return hintText(context, task)
    // Of what is done a hint would only take points away.
    return hintCost === undefined || task.state === 'passed' ? undefined : hintButton(context, task, take)
  })
  const node = html(
    'li',
    { class: 'panel task' },
    html(
      'div',
      { class: 'row' },
      state,
      html('h2', {}, text(title)),
      html('code', { class: 'quiet' }, id),
      html('span', { class: 'quiet number push' }, words.tasks.points(format.number(points))),
      check,
    ),
    why.node,
    help.node,
  )
  let last: Task | undefined
  check.addEventListener('click', () => last && void bar.check([last]))
  return {
    node,
    update: (task) => {
      last = task
      const isChecking = bar.isChecking(id)
      setAttribute(node, 'aria-busy', isChecking ? 'true' : undefined)
      if (isChecking) setBadge(state, words.tasks.checking, 'is-accent')
      else setBadge(state, words.tasks.states[task.state], looks[task.state])
      check.hidden = task.isOnDemand !== true
      setBusy(check, bar.isBusy)
      why.show(task, JSON.stringify(task.explanation))
      help.show(task, JSON.stringify([task.hintCost, task.hint, task.state === 'passed']))
    },
  }
}

/** A place whose content is made anew only if what it tells has changed, so that what a reader has opened or marked stays. */
function folder(make: (task: Task) => HTMLElement | undefined): {
  readonly node: HTMLElement
  show(task: Task, key: string | undefined): void
} {
  const node = html('div', { hidden: true })
  let shown: string | undefined
  return {
    node,
    show: (task, key) => {
      if (key === shown) return
      // What goes away must not take the focus with it.
      const hadFocus = node.contains(document.activeElement)
      shown = key
      const content = make(task)
      node.hidden = content === undefined
      node.replaceChildren(...(content === undefined ? [] : [content]))
      const next = node.querySelector<HTMLElement>('summary, [tabindex]')
      if (hadFocus) (next ?? node.parentElement?.querySelector('button'))?.focus()
    },
  }
}

/** What is missing; places below each other stay so, whatever the width of the page. */
function whyNot(
  { words, language, format, text }: Context,
  { title }: Task,
  explanation: Explanation,
): HTMLElement {
  const lines = explanation[language]
  const pieces: HTMLElement[] = []
  let difference: HTMLElement | undefined
  for (const line of lines) {
    if (!isDifference(line)) {
      difference = undefined
      pieces.push(html('p', { class: `why-${line.kind}` }, line.text))
      continue
    }
    if (difference === undefined) {
      // Who has no mouse must be able to move what is wider than the page.
      const attributes = {
        class: 'difference',
        tabindex: 0,
        role: 'group',
        'aria-label': words.tasks.difference,
      }
      pieces.push((difference = html('pre', attributes)))
    }
    difference.append(html('span', { class: `why-${line.kind}` }, line.text), '\n')
  }
  return html(
    'div',
    { class: 'why', role: 'group', 'aria-label': words.tasks.why(text(title)) },
    lines.length === 0 ? html('p', {}, words.tasks.untried) : pieces,
    html('p', { class: 'quiet small' }, words.tasks.whyAt(format.moment(explanation.at))),
  )
}

function isDifference({ kind }: Line): boolean {
  return kind === 'expected' || kind === 'actual' || kind === 'caret'
}

function hintButton(context: Context, task: Task, take: (task: Task) => void): HTMLElement {
  const name = context.words.tasks.showHint(costOf(context, task))
  return html(
    'button',
    {
      type: 'button',
      class: 'button-small',
      'aria-label': `${name}: ${context.text(task.title)}`,
      onclick: () => take(task),
    },
    name,
  )
}

/** Free hints are folded; what has been paid for is open. */
function hintText(context: Context, task: Task): HTMLElement {
  const { words, text } = context
  const { hint, hintCost = 0 } = task
  return html(
    'details',
    { class: 'task-hint', open: hintCost > 0 },
    html('summary', {}, words.tasks.hint),
    hint && html('p', {}, text(hint)),
    hintCost > 0 && html('p', { class: 'quiet small' }, words.tasks.hintTaken(costOf(context, task))),
  )
}

/** What the hint of a task costs, in words. */
export function costOf({ words, format }: Context, { hintCost = 0 }: Task): string {
  return format.count(hintCost, words.tasks.onePoint, words.tasks.otherPoints)
}
