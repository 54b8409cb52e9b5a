/** The messages of one account. */
import type { MailboxPage, StoredMessage } from '../../mail/schema.ts'
import type { Context } from '../context.ts'
import { problemBox, type ProblemBox } from '../controls.ts'
import { html, Parts, setAttribute, setText, type Part } from '../element.ts'
import { addressOf } from '../router.ts'
import { makeVisible } from '../visible.ts'

/** Messages asked for at a time. */
const PAGE = 100

/** A mailbox, newest first, with older messages on demand. */
export class MessageList {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #signal: AbortSignal
  readonly #problems: ProblemBox
  readonly #rows: Parts<StoredMessage>
  readonly #title = html('h2', { tabindex: -1 })
  readonly #count = html('span', { class: 'quiet small number' })
  readonly #empty: HTMLElement
  readonly #more: HTMLButtonElement
  #account: string | undefined
  #id: string | undefined
  #messages: readonly StoredMessage[] = []
  /** Undefined before the lab has told. */
  #total: number | undefined

  constructor(context: Context, signal: AbortSignal) {
    const { words } = context
    this.#context = context
    this.#signal = signal
    this.#problems = problemBox(context)
    const list = html('ul', { class: 'mail-messages' })
    this.#rows = new Parts<StoredMessage>(
      list,
      ({ id }) => id,
      (message) => this.#row(message),
    )
    this.#empty = html('p', { class: 'empty', hidden: true }, words.mail.empty)
    this.#more = html(
      'button',
      { type: 'button', hidden: true, onclick: () => void this.#older() },
      words.mail.more,
    )
    this.node = html(
      'section',
      { class: 'mail-list panel', 'aria-label': words.mail.messages },
      html('a', { class: 'mail-back', href: addressOf('mail') }, `‹ ${words.mail.back}`),
      html('div', { class: 'panel-head' }, this.#title, this.#count),
      this.#problems.node,
      this.#empty,
      list,
      this.#more,
    )
  }

  /** Shows an account, with one of its messages marked. */
  async open(account: string | undefined, id: string | undefined): Promise<void> {
    const isOther = account !== this.#account
    this.#account = account
    this.#id = id
    this.node.hidden = account === undefined
    setText(this.#title, account ?? '')
    if (!isOther) {
      this.#draw()
      return
    }
    this.#messages = []
    this.#total = undefined
    this.#empty.hidden = true
    this.#draw()
    await this.refresh()
  }

  focus(): void {
    this.#title.focus()
  }

  /** Asks for the newest messages again; the older ones that were asked for stay. */
  async refresh(): Promise<void> {
    const page = await this.#ask(0)
    if (page === undefined) return
    const known = new Set(page.messages.map(({ id }) => id))
    // With fewer than a page's worth there are no others; of more, those behind the page are as they were.
    const older = page.messages.length < page.total ? this.#messages.filter(({ id }) => !known.has(id)) : []
    this.#take([...page.messages, ...older].slice(0, page.total), page.total)
  }

  async #older(): Promise<void> {
    const page = await this.#ask(this.#messages.length)
    if (page === undefined) return
    const known = new Set(this.#messages.map(({ id }) => id))
    this.#take([...this.#messages, ...page.messages.filter(({ id }) => !known.has(id))], page.total)
  }

  async #ask(from: number): Promise<MailboxPage | undefined> {
    const account = this.#account
    if (account === undefined) return undefined
    try {
      const page = await this.#context.api.call('mailbox', { account, from, limit: PAGE }, this.#signal)
      this.#problems.clear()
      return account === this.#account ? page : undefined
    } catch (error) {
      if (!this.#signal.aborted && account === this.#account) this.#problems.show(error)
      return undefined
    }
  }

  #take(messages: readonly StoredMessage[], total: number): void {
    this.#messages = messages
    this.#total = total
    this.#empty.hidden = total > 0
    this.#draw()
  }

  #draw(): void {
    const { words, format } = this.#context
    this.#rows.show(this.#messages)
    const total = this.#total
    setText(this.#count, total === undefined ? '' : format.count(total, words.mail.one, words.mail.other))
    this.#more.hidden = total === undefined || this.#messages.length >= total
  }

  #row({ id, from, subject, date, receivedAt, octets }: StoredMessage): Part<StoredMessage> {
    const { words, format } = this.#context
    const at = receivedAt ?? (date === null ? Number.NaN : Date.parse(date))
    const unseen = html('span', { class: 'badge is-accent' }, words.mail.unseen)
    const link = html(
      'a',
      { href: addressOf('mail', [this.#account ?? '', id]) },
      html(
        'span',
        { class: 'row' },
        html('span', { class: 'mail-from' }, makeVisible(from)),
        html('span', { class: 'quiet small number push' }, Number.isNaN(at) ? '' : format.moment(at)),
      ),
      html('span', { class: 'mail-subject' }, subject === '' ? words.mail.noSubject : makeVisible(subject)),
      html(
        'span',
        { class: 'row quiet small' },
        html('span', { class: 'number' }, format.octets(octets)),
        unseen,
      ),
    )
    return {
      node: html('li', {}, link),
      update: ({ isSeen }) => {
        unseen.hidden = isSeen
        setAttribute(link, 'aria-current', id === this.#id ? 'true' : undefined)
      },
    }
  }
}
