/** The accounts that have a mailbox. */
import type { MailboxSummary, Mailboxes } from '../../mail/schema.ts'
import type { Context } from '../context.ts'
import { html, Parts, setAttribute, setText, type Part } from '../element.ts'
import { addressOf } from '../router.ts'

/** A list of accounts, of which one may be marked. */
export class AccountList {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #rows: Parts<MailboxSummary>
  readonly #none
  readonly #skipped = html('p', { class: 'mail-skipped quiet small', hidden: true })
  #account: string | undefined

  constructor(context: Context) {
    const { words } = context
    this.#context = context
    const list = html('ul', { class: 'mail-accounts' })
    this.#rows = new Parts<MailboxSummary>(
      list,
      ({ account }) => account,
      (mailbox) => this.#row(mailbox),
    )
    this.#none = html('p', { class: 'empty', hidden: true }, words.mail.none)
    this.node = html(
      'nav',
      { class: 'mail-boxes panel', 'aria-label': words.mail.accounts },
      list,
      this.#skipped,
      this.#none,
    )
  }

  /** Shows the mailboxes. */
  show({ mailboxes, skipped }: Mailboxes): void {
    const { words, format } = this.#context
    this.#rows.show(mailboxes)
    this.#none.hidden = mailboxes.length > 0
    this.#skipped.hidden = skipped === 0
    setText(this.#skipped, words.mail.skipped(format.number(skipped)))
  }

  /** Marks an account, or none. */
  mark(account: string | undefined): void {
    this.#account = account
    for (const link of this.node.querySelectorAll('a')) this.#markLink(link)
  }

  #row({ account }: MailboxSummary): Part<MailboxSummary> {
    const { words, format } = this.#context
    const count = html('span', { class: 'quiet small number' })
    const link = html(
      'a',
      { href: addressOf('mail', [account]), 'data-account': account },
      html('span', { class: 'mail-account' }, account),
      count,
    )
    return {
      node: html('li', {}, link),
      update: ({ messages }) => {
        setText(count, format.count(messages, words.mail.one, words.mail.other))
        this.#markLink(link)
      },
    }
  }

  #markLink(link: Element): void {
    const isMarked = link.getAttribute('data-account') === this.#account
    setAttribute(link, 'aria-current', isMarked ? 'true' : undefined)
  }
}
