/** The scenario's tasks: what is done, what is to do and what is missing, and hints for those who want them. */
import type { Task } from '../../schema.ts'
import { ApiError, every } from '../api.ts'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { problemBox, viewHead } from '../controls.ts'
import { html, Parts, setText, View } from '../element.ts'
import { CheckBar } from './check-bar.ts'
import { guidePart } from './guide.ts'
import { costOf, taskRow } from './task-row.ts'

/** Milliseconds between two looks at the tasks. */
const OFTEN = 2000

class TasksView extends View {
  /** What had passed when it was last asked, so that only what is new is said. */
  #passed: Set<string> | undefined

  protected show(): void {
    const { context } = this
    const { words, format, api } = context
    const sum = html('span', { class: 'number push' })
    const [problems, actionProblems] = [problemBox(context), problemBox(context)]
    const waiting = html('p', { class: 'empty' }, words.loading)
    const none = nothing(context)
    const list = html('ol', { class: 'tasks' })
    const rows = new Parts<Task>(
      list,
      ({ id }) => id,
      (task) => taskRow(context, task, { bar, take: (wanted) => void takeHint(wanted) }),
    )
    let shown: readonly Task[] = []
    const bar = new CheckBar(context, {
      signal: this.signal,
      refresh: () => refresh(),
      begin: () => actionProblems.clear(),
      show: () => rows.show(shown),
      // That the lab does not answer is no longer so when it answers again.
      failed: (error) => (isSilence(error) ? problems : actionProblems).show(error),
    })
    this.classList.add('view')
    this.replaceChildren(
      viewHead(words.tasks.title, sum),
      problems.node,
      guidePart(context, this.signal),
      ...bar.nodes,
      actionProblems.node,
      waiting,
      none,
      list,
    )
    const refresh = async (): Promise<void> => {
      try {
        const { tasks } = await api.call('tasks', {}, this.signal)
        problems.clear()
        shown = tasks
        bar.update(tasks)
        rows.show(tasks)
        const [earned, all] = pointsOf(tasks)
        none.hidden = tasks.length > 0
        list.hidden = tasks.length === 0
        setText(sum, tasks.length === 0 ? '' : words.tasks.sum(format.number(earned), format.number(all)))
        this.#tell(tasks)
      } catch (error) {
        if (!this.signal.aborted) problems.show(error)
      }
      waiting.hidden = true
    }
    const takeHint = async (task: Task): Promise<void> => {
      actionProblems.clear()
      try {
        if (await this.#take(task)) await refresh()
      } catch (error) {
        if (!this.signal.aborted) actionProblems.show(error)
      }
    }
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && bar.stop(), { signal: this.signal })
    every(OFTEN, this.signal, refresh)
  }

  /** Takes a hint if the reader, told what it costs, still wants it. */
  async #take(task: Task): Promise<boolean> {
    const { words, text, api, announce } = this.context
    const question = {
      title: text(task.title),
      text: words.tasks.hintQuestion(costOf(this.context, task)),
      yes: words.tasks.hintYes,
      no: words.tasks.hintNo,
    }
    if (!(await confirm(question, this.signal))) return false
    const hint = await api.call('hint', { task: task.id }, this.signal)
    announce(`${words.tasks.hint}: ${text(hint.text)}`)
    return true
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

function nothing({ words }: Context): HTMLElement {
  return html(
    'div',
    { class: 'empty', hidden: true },
    html('p', {}, words.tasks.none),
    html('p', { class: 'small' }, words.tasks.noneMore),
  )
}

function isSilence(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0
}

/** Points that were earned, and all that there are. */
function pointsOf(tasks: readonly Task[]): readonly [number, number] {
  return [
    tasks.reduce((sum, { score }) => sum + score, 0),
    tasks.reduce((sum, { points }) => sum + points, 0),
  ]
}

customElements.define('lab-tasks', TasksView)
