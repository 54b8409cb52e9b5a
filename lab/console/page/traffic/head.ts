/** What stands above a ladder: which conversation it is, how it stands, and how to keep it. */
import type { Ladder } from '../../traffic/schema.ts'
import type { Context } from '../context.ts'
import { viewHead } from '../controls.ts'
import { html, setText } from '../element.ts'
import { statesOf } from './rows.ts'
import { drawStates } from './states.ts'
import { makeVisible } from '../visible.ts'
import { timesOf, trafficWords, type TrafficWords } from './words.ts'

/** A form in which a conversation can be kept. */
export type Format = 'pcapng' | 'text' | 'svg'

/** The head of a ladder; its elements stay while what they say changes, so that the focus does too. */
export class Head {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #words: TrafficWords
  readonly #summary = html('bdi', {})
  readonly #states = html('p', { class: 'row' })
  readonly #save: HTMLElement
  readonly #facts = {
    service: html('dd', {}),
    account: html('dd', {}),
    began: html('dd', {}),
    lasted: html('dd', {}),
    octets: html('dd', {}),
  }
  readonly #account: HTMLElement
  readonly #loading: HTMLElement
  readonly #told: HTMLElement

  constructor(context: Context, id: string, save: (format: Format) => void) {
    const words = trafficWords(context.language)
    this.#context = context
    this.#words = words
    this.#loading = html('p', { class: 'quiet' }, context.words.loading)
    const fact = (name: string, value: HTMLElement): HTMLElement =>
      html('div', {}, html('dt', {}, name), value)
    const { service, account, began, lasted, octets } = this.#facts
    this.#account = fact(words.columns.account, account)
    this.#told = html(
      'div',
      { class: 'ladder-told', hidden: true },
      html('p', { class: 'ladder-summary mono' }, this.#summary),
      html(
        'dl',
        { class: 'ladder-facts small' },
        fact(words.service, service),
        this.#account,
        fact(words.began, began),
        fact(words.lasted, lasted),
        fact(words.octets, octets),
      ),
    )
    this.#save = this.#makeSave(save)
    this.#save.hidden = true
    this.node = html(
      'div',
      { class: 'ladder-about' },
      html('a', { class: 'ladder-back', href: '#/traffic' }, `← ${words.back}`),
      viewHead(words.heading(id), this.#states, this.#save),
      this.#loading,
      this.#told,
    )
  }

  /** Tells how the conversation stands. */
  draw({ conversation }: Ladder): void {
    const { format, language } = this.#context
    const { service, endpoint, transport, summary, account, openedAt, closedAt, octets, direction } =
      conversation
    this.#loading.hidden = true
    this.#told.hidden = false
    this.#save.hidden = false
    setText(this.#summary, makeVisible(summary))
    const states = statesOf(conversation)
    if (this.#states.dataset['states'] !== states.join(' ')) {
      this.#states.dataset['states'] = states.join(' ')
      this.#states.replaceChildren(...drawStates(states, this.#words))
    }
    const where = [
      service,
      endpoint,
      transport.toUpperCase(),
      direction === 'outbound' ? this.#words.outbound : '',
    ]
    setText(this.#facts.service, where.filter((word) => word !== '').join(' · '))
    this.#account.hidden = account === null
    setText(this.#facts.account, makeVisible(account ?? ''))
    setText(this.#facts.began, format.moment(openedAt))
    setText(
      this.#facts.lasted,
      closedAt === null ? this.#words.stillOpen : timesOf(language).exact(closedAt - openedAt),
    )
    setText(this.#facts.octets, this.#words.sent(format.octets(octets.client), format.octets(octets.server)))
  }

  /** Tells why there is no ladder. */
  fail(reason: string): void {
    this.#loading.className = 'problem'
    setText(this.#loading, reason)
  }

  #makeSave(save: (format: Format) => void): HTMLElement {
    const button = (format: Format, name: string): HTMLElement =>
      html('button', { type: 'button', 'data-format': format, onclick: () => save(format) }, name)
    return html(
      'div',
      { class: 'row ladder-save', role: 'group', 'aria-label': this.#words.save },
      html('span', { class: 'small quiet', 'aria-hidden': 'true' }, this.#words.save),
      button('pcapng', 'pcapng'),
      button('text', this.#words.text),
      button('svg', 'SVG'),
    )
  }
}
