/** The scenario's tasks: what is done, what is to do, and hints for those who want them. */
import type { Task } from '../../schema.ts'
import { every } from '../api.ts'
import type { Context } from '../context.ts'
import { badge, problemBox, setBadge, viewHead } from '../controls.ts'
import { html, Parts, setText, View, type Part } from '../element.ts'

/** Milliseconds between two looks at the tasks. */
const OFTEN = 2000

const looks: Readonly<Record<Task['state'], string>> = {
  open: '',
  passed: 'is-good',
  failed: 'is-bad',
  blocked: 'is-warn',
  broken: 'is-warn',
}

class TasksView extends View {
  /** What had passed when it was last asked, so that only what is new is said. */
  #passed: Set<string> | undefined

  protected show(): void {
    const { context } = this
    const { words, format, api } = context
    const sum = html('span', { class: 'number push' })
    const problems = problemBox(context)
    const waiting = html('p', { class: 'empty' }, words.loading)
    const none = html(
      'div',
      { class: 'empty', hidden: true },
      html('p', {}, words.tasks.none),
      html('p', { class: 'small' }, words.tasks.noneMore),
    )
    const list = html('ol', { class: 'tasks' })
    const rows = new Parts<Task>(
      list,
      ({ id }) => id,
      (task) => taskRow(context, task),
    )
    this.classList.add('view')
    this.replaceChildren(viewHead(words.tasks.title, sum), problems.node, waiting, none, list)
    every(OFTEN, this.signal, async () => {
      try {
        const { tasks } = await api.call('tasks', {}, this.signal)
        problems.clear()
        rows.show(tasks)
        none.hidden = tasks.length > 0
        list.hidden = tasks.length === 0
        setText(sum, tasks.length === 0 ? '' : words.tasks.sum(...pointsOf(tasks, format.number)))
        this.#tell(tasks)
      } catch (error) {
        if (!this.signal.aborted) problems.show(error)
      }
      waiting.hidden = true
    })
  }

  #tell(tasks: readonly Task[]): void {
    const { words, announce, text } = this.context
    const passed = tasks.filter(({ state }) => state === 'passed')
    const before = this.#passed
    this.#passed = new Set(passed.map(({ id }) => id))
    if (before === undefined) return
    for (const { id, title } of passed) if (!before.has(id)) announce(words.tasks.passed(text(title)))
  }
}

function pointsOf(tasks: readonly Task[], number: (value: number) => string): [string, string] {
  const sum = (some: readonly Task[]): string => number(some.reduce((all, { points }) => all + points, 0))
  return [sum(tasks.filter(({ state }) => state === 'passed')), sum(tasks)]
}

function taskRow({ words, format, text }: Context, { hint, title, points }: Task): Part<Task> {
  const state = badge('')
  return {
    node: html(
      'li',
      { class: 'panel task' },
      html(
        'div',
        { class: 'row' },
        state,
        html('h2', {}, text(title)),
        html('span', { class: 'quiet number push' }, words.tasks.points(format.number(points))),
      ),
      hint && html('details', {}, html('summary', {}, words.tasks.hint), html('p', {}, text(hint))),
    ),
    update: (task) => setBadge(state, words.tasks.states[task.state], looks[task.state]),
  }
}

customElements.define('lab-tasks', TasksView)
