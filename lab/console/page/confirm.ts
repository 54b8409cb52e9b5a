/** A question before something that cannot be undone. */
import { html } from './element.ts'

/** What is asked, and what the two answers are called. */
export interface Question {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly no: string
}

let questions = 0

/**
 * Asks in a dialog that keeps the focus until it is answered, and gives it back to where it was; true for yes, false for
 * no and for Escape. It goes with the signal, too.
 */
export async function confirm({ title, text, yes, no }: Question, signal: AbortSignal): Promise<boolean> {
  const prefix = `question-${(questions += 1)}`
  const answer = Promise.withResolvers<boolean>()
  const dialog = html(
    'dialog',
    {
      class: 'question',
      'aria-labelledby': `${prefix}-title`,
      'aria-describedby': `${prefix}-text`,
      onclose: () => answer.resolve(dialog.returnValue === 'yes'),
    },
    html('h2', { id: `${prefix}-title` }, title),
    html('p', { id: `${prefix}-text` }, text),
    html(
      'div',
      { class: 'row' },
      html('button', { type: 'button', class: 'button-main', onclick: () => dialog.close('yes') }, yes),
      // First of all what changes nothing: a key that was pressed too often does no harm.
      html('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, no),
    ),
  )
  const leave = (): void => dialog.close()
  signal.addEventListener('abort', leave, { once: true })
  document.body.append(dialog)
  dialog.showModal()
  const isWanted = await answer.promise
  signal.removeEventListener('abort', leave)
  dialog.remove()
  return isWanted
}
