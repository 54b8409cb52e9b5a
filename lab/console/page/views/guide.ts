/** What the scenario tells its student, above the tasks. */
import type { Context } from '../context.ts'
import { html, setText } from '../element.ts'

/** The guide as its author wrote it, folded; it stays hidden where there is none, and where it cannot be had. */
export function guidePart({ api, language, words }: Context, signal: AbortSignal): HTMLElement {
  const text = html('pre', { class: 'wrap', tabindex: 0 })
  const part = html(
    'details',
    { class: 'panel guide', hidden: true },
    html('summary', {}, words.tasks.guide),
    text,
  )
  const load = async (): Promise<void> => {
    const { guide = '' } = await api.call('guide', { language }, signal)
    setText(text, guide)
    part.hidden = guide === ''
  }
  // The tasks say it if the lab does not answer.
  load().catch(() => undefined)
  return part
}
