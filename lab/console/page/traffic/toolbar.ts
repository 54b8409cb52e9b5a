/** The filters and buttons above the list of conversations. */
import type { Context } from '../context.ts'
import { field, setChoices, withAll } from '../controls.ts'
import { html, setAttribute, setText } from '../element.ts'
import { isEmpty, type Filter } from './filter.ts'
import { trafficWords, type TrafficWords } from './words.ts'

/** What the toolbar shows. */
export interface Shown {
  readonly filter: Filter
  readonly isNewestFirst: boolean
  readonly isPaused: boolean
  /** Conversations since the pause began. */
  readonly arrived: number
  readonly hasEarlier: boolean
  /** The services to choose from. */
  readonly services: readonly string[]
  /** The accounts to choose from; without any there is nothing to choose. */
  readonly accounts: readonly string[]
}

/** What the toolbar asks for. */
export interface Wishes {
  filter(change: Partial<Filter>): void
  clear(): void
  order(isNewestFirst: boolean): void
  earlier(): void
  pause(): void
}

/** The toolbar; `write` shows all of it, `draw` only what the reader is not writing in. */
export class Toolbar {
  readonly node: HTMLElement
  /** The button for earlier conversations, to be put below the list. */
  readonly earlier: HTMLButtonElement
  readonly #context: Context
  readonly #words: TrafficWords
  readonly #service: HTMLSelectElement
  readonly #client: HTMLInputElement
  readonly #account: HTMLSelectElement
  readonly #accountField: HTMLElement
  readonly #text: HTMLInputElement
  readonly #refused: HTMLInputElement
  readonly #order: HTMLInputElement
  readonly #clear: HTMLButtonElement
  readonly #pause: HTMLButtonElement
  readonly #arrived = html('span', { class: 'badge is-warn traffic-arrived', hidden: true })

  constructor(context: Context, wishes: Wishes) {
    const words = trafficWords(context.language)
    this.#context = context
    this.#words = words
    this.#service = html('select', { onchange: () => wishes.filter({ service: this.#service.value }) })
    this.#client = searchBox(words.clientHint, (client) => wishes.filter({ client }))
    this.#account = html('select', { onchange: () => wishes.filter({ account: this.#account.value }) })
    this.#accountField = field(words.account, this.#account)
    this.#text = searchBox(words.textHint, (text) => wishes.filter({ text }))
    this.#refused = checkbox((isRefused) => wishes.filter({ isRefused }))
    this.#order = checkbox((isNewestFirst) => wishes.order(isNewestFirst))
    this.#clear = button('button-small traffic-clear', () => wishes.clear())
    this.earlier = button('button-small traffic-earlier', () => wishes.earlier())
    this.#pause = button('traffic-pause', () => wishes.pause())
    setText(this.#clear, words.clear)
    setText(this.earlier, words.earlier)
    const wide = field(words.text, this.#text)
    wide.classList.add('is-wide')
    this.node = html(
      'div',
      { class: 'toolbar', role: 'search', 'aria-label': words.filtersLegend },
      field(words.service, this.#service),
      field(words.client, this.#client),
      this.#accountField,
      wide,
      html('label', { class: 'field field-check' }, this.#refused, words.refusedOnly),
      this.#clear,
      html(
        'div',
        { class: 'toolbar-end' },
        html('label', { class: 'field field-check' }, this.#order, words.order),
        this.#arrived,
        this.#pause,
      ),
    )
  }

  /** Shows all, the fields too. */
  write(shown: Shown): void {
    const { filter, isNewestFirst } = shown
    this.draw(shown)
    this.#client.value = filter.client
    this.#text.value = filter.text
    this.#refused.checked = filter.isRefused
    this.#order.checked = isNewestFirst
  }

  /** Shows what changes by itself. */
  draw({ filter, services, accounts, hasEarlier, isPaused, arrived }: Shown): void {
    const words = this.#words
    setChoices(this.#service, withAll(words.all, services, filter.service), filter.service)
    setChoices(this.#account, withAll(words.all, accounts, filter.account), filter.account)
    this.#accountField.hidden = accounts.length === 0 && filter.account === ''
    this.#clear.hidden = isEmpty(filter)
    this.earlier.hidden = !hasEarlier
    setText(this.#pause, isPaused ? words.resume : words.pause)
    setAttribute(this.#pause, 'class', isPaused ? 'traffic-pause button-main' : 'traffic-pause')
    this.#arrived.hidden = !isPaused
    setText(this.#arrived, words.arrived(this.#context.format.number(arrived)))
  }

  /** Goes to the first of the filters. */
  focus(): void {
    this.#service.focus()
  }
}

function searchBox(hint: string, changed: (value: string) => void): HTMLInputElement {
  const box = html('input', {
    type: 'search',
    placeholder: hint,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 200,
    oninput: () => changed(box.value),
  })
  return box
}

function checkbox(changed: (isOn: boolean) => void): HTMLInputElement {
  const box = html('input', { type: 'checkbox', onchange: () => changed(box.checked) })
  return box
}

function button(className: string, run: () => void): HTMLButtonElement {
  return html('button', { type: 'button', class: className, onclick: run })
}
