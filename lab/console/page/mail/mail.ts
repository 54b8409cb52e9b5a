/** The mailboxes: accounts, the messages of one, and a message; read only. */
import type { JournalFact } from '../../schema.ts'
import { problemBox, viewHead } from '../controls.ts'
import { html, perFrame, setAttribute, View } from '../element.ts'
import { AccountList } from './accounts.ts'
import { showLetter } from './letter.ts'
import { MessageList } from './list.ts'

/** Facts that change a mailbox. */
const KINDS = ['smtp.delivered', 'pop3.retrieved', 'pop3.deleted']

/** The panes of the view, from the left to the right; on a phone one is shown at a time. */
interface Panes {
  readonly accounts: AccountList
  readonly messages: MessageList
  readonly letter: HTMLElement
}

class MailView extends View {
  #panes: Panes | undefined
  /** The message that is shown, as its account and id. */
  #shown: string | undefined

  protected show(): void {
    const { context, signal } = this
    const { words } = context
    const problems = problemBox(context)
    const accounts = new AccountList(context)
    const messages = new MessageList(context, signal)
    const letter = html('section', { class: 'letter panel', 'aria-label': words.mail.parts, tabindex: -1 })
    const refresh = async (): Promise<void> => {
      try {
        accounts.show(await context.api.call('mailboxes', {}, signal))
        problems.clear()
      } catch (error) {
        if (!signal.aborted) problems.show(error)
      }
      await messages.refresh()
    }
    this.#panes = { accounts, messages, letter }
    this.classList.add('view', 'view-full')
    this.replaceChildren(
      viewHead(
        words.mail.title,
        html('button', { type: 'button', class: 'push', onclick: () => void refresh() }, words.mail.refresh),
      ),
      problems.node,
      html('div', { class: 'mail' }, accounts.node, messages.node, letter),
    )
    this.#go(this.#panes, this.path)
    void refresh().then(() => this.#follow(refresh))
  }

  override moved(path: readonly string[]): boolean {
    const before = this.path
    this.path = path
    if (this.#panes === undefined) return false
    this.#go(this.#panes, path)
    // Where one pane is shown at a time, the focus goes to the one that came.
    if (path[1] !== undefined) this.#panes.letter.focus()
    else if (path[0] !== before[0] || before[1] !== undefined) this.#panes.messages.focus()
    return true
  }

  /** New mail shows at once; what comes in one frame is asked for together. */
  async #follow(refresh: () => Promise<void>): Promise<void> {
    const { signal } = this
    const { lab, api, announce, words } = this.context
    if (lab.overview === undefined) await lab.refresh()
    const since = lab.overview?.facts ?? 0
    const ask = perFrame(() => void refresh())
    const item = ({ kind, data }: JournalFact): void => {
      const account = data?.['account']
      // What was sent on to another host is delivered too, and into no mailbox here.
      if (kind === 'smtp.delivered' && typeof account === 'string') announce(words.mail.arrived(account))
      ask()
    }
    api.stream('log', { since, kinds: KINDS, follow: true }, { item, lost: ask }, signal)
  }

  #go({ accounts, messages, letter }: Panes, [account, id]: readonly string[]): void {
    setAttribute(this, 'data-pane', account === undefined ? 'boxes' : id === undefined ? 'list' : 'letter')
    accounts.mark(account)
    void messages.open(account, id)
    const shown = account === undefined || id === undefined ? '' : `${account}/${id}`
    if (shown === this.#shown) return
    this.#shown = shown
    if (account !== undefined && id !== undefined)
      void showLetter(this.context, letter, account, id, this.signal)
    else letter.replaceChildren(html('p', { class: 'empty' }, this.context.words.mail.chooseMessage))
  }
}

customElements.define('lab-mail', MailView)
