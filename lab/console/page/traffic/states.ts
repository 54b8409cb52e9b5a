/** The states of a conversation as badges: a picture and a word, so that nothing hangs on the colour. */
import { html, icon } from '../element.ts'
import type { State } from './rows.ts'
import type { TrafficWords } from './words.ts'

const looks: Readonly<Record<State, readonly [className: string, picture: string | undefined]>> = {
  open: ['is-good', 'M4 9h13m-4-5 5 5-5 5M20 17H7m4-4-4 4 4 4'],
  closed: ['', undefined],
  tls: ['is-tls', 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3'],
  refused: ['is-bad', 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM7 7l10 10'],
  'reset-client': ['is-warn', 'M5 5l14 14M19 5 5 19'],
  'reset-server': ['is-warn', 'M5 5l14 14M19 5 5 19'],
}

/** The badges of these states. */
export function drawStates(states: readonly State[], words: TrafficWords): HTMLElement[] {
  return states.map((state) => {
    const [className, picture] = looks[state]
    return html(
      'span',
      { class: `badge ${className}`, 'data-state': state },
      picture !== undefined && icon(picture),
      words.states[state],
    )
  })
}
