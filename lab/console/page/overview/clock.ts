/** The lab's time, and buttons that move it ahead. */
import type { Context } from '../context.ts'
import { panel, problemBox } from '../controls.ts'
import { html, setText } from '../element.ts'
import type { Piece } from './piece.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The clock of the lab. */
export function clockPanel(context: Context): Piece {
  const { words, format, api, lab, announce } = context
  const time = html('span', { class: 'push number' })
  const problems = problemBox(context)
  const move = async (milliseconds: number): Promise<void> => {
    problems.clear()
    try {
      const { now } = await api.call('clock.advance', { milliseconds })
      announce(words.clock.moved(format.moment(Date.parse(now))))
    } catch (error) {
      problems.show(error)
    }
    await lab.refresh()
  }
  const steps = [
    [words.clock.minute, MINUTE],
    [words.clock.hour, HOUR],
    [words.clock.day, DAY],
  ] as const
  return {
    node: panel(
      words.clock.title,
      [time],
      html('p', { class: 'quiet small' }, words.clock.what),
      html(
        'div',
        { class: 'row' },
        steps.map(([name, milliseconds]) =>
          html('button', { type: 'button', onclick: () => void move(milliseconds) }, name),
        ),
      ),
      problems.node,
    ),
    update: ({ now }) => setText(time, format.moment(Date.parse(now))),
  }
}
