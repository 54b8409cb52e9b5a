/** What stands above the log: filters, how much there is, and the pause. */
import type { Context } from '../context.ts'
import { choose, field, setChoices, withAll } from '../controls.ts'
import { html, setText } from '../element.ts'
import type { FactFilter, Facts } from './facts.ts'

/** What the toolbar asks for. */
export interface LogWishes {
  readonly filter: (filter: FactFilter) => void
  readonly pause: (isPaused: boolean) => void
  readonly end: () => void
}

/** The line above the log. */
export class LogToolbar {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #facts: Facts
  readonly #services
  readonly #kinds
  readonly #text
  readonly #count = html('span', { class: 'quiet small number' })
  readonly #dropped
  readonly #pause

  constructor(context: Context, facts: Facts, wishes: LogWishes) {
    const { log } = context.words
    this.#context = context
    this.#facts = facts
    const change = (): void =>
      wishes.filter({ service: this.#services.value, kind: this.#kinds.value, text: this.#text.value })
    this.#services = choose([], '', change)
    this.#kinds = choose([], '', change)
    this.#text = html('input', {
      type: 'search',
      value: facts.filter.text,
      spellcheck: 'false',
      autocapitalize: 'off',
      oninput: change,
    })
    this.#dropped = html('span', { class: 'badge is-warn', title: log.droppedWhat, hidden: true })
    this.#pause = html('button', { type: 'button', onclick: () => wishes.pause(!facts.isPaused) }, log.pause)
    const wide = field(log.text, this.#text)
    wide.classList.add('is-wide')
    this.node = html(
      'div',
      { class: 'toolbar', role: 'search' },
      field(log.service, this.#services),
      field(log.kind, this.#kinds),
      wide,
      html(
        'div',
        { class: 'toolbar-end' },
        this.#count,
        this.#dropped,
        html('button', { type: 'button', onclick: wishes.end }, log.end),
        this.#pause,
      ),
    )
    this.update()
  }

  /** Tells how it is now. */
  update(): void {
    const { words, format } = this.#context
    const { log } = words
    const { filter, services, kinds, isPaused, waiting, shown, kept, dropped } = this.#facts
    setChoices(this.#services, withAll(log.allServices, services, filter.service), filter.service)
    setChoices(this.#kinds, withAll(log.allKinds, kinds, filter.kind), filter.kind)
    const [some, all] = [format.number(shown.length), format.number(kept)]
    setText(this.#count, isPaused ? log.paused(format.number(waiting)) : log.shown(some, all))
    setText(this.#pause, isPaused ? log.go : log.pause)
    this.#dropped.hidden = dropped === 0
    setText(this.#dropped, log.dropped(format.number(dropped)))
  }
}
