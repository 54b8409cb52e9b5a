/** The accounts of the scenario, with the passwords that the student needs to log in. */
import type { Overview } from '../../schema.ts'
import type { Context } from '../context.ts'
import { copyButton, panel } from '../controls.ts'
import { html, Parts, setAttribute, setText, type Part } from '../element.ts'
import { addressOf } from '../router.ts'
import type { Piece } from './piece.ts'

type Account = Overview['accounts'][number]

/** As many dots whatever the password: its length says something of it. */
const DOTS = '••••••••'

/** The accounts, passwords hidden until they are asked for. */
export function accountsPanel(context: Context): Piece {
  const { words, format } = context
  const body = html('tbody')
  const table = html(
    'table',
    {},
    html(
      'thead',
      {},
      html(
        'tr',
        {},
        [words.accounts.name, words.accounts.password].map((name) => html('th', { scope: 'col' }, name)),
      ),
    ),
    body,
  )
  const none = html('p', { class: 'quiet' }, words.accounts.none)
  const more = html('p', { class: 'quiet small', hidden: true })
  const rows = new Parts<Account>(
    body,
    ({ name, password }) => `${name} ${password}`,
    (account) => accountRow(context, account),
  )
  return {
    node: panel(words.accounts.title, [], html('div', { class: 'accounts' }, table), more, none),
    update: ({ accounts, moreAccounts }) => {
      rows.show(accounts)
      more.hidden = moreAccounts === 0
      setText(more, words.mail.skipped(format.number(moreAccounts)))
      table.hidden = accounts.length === 0
      none.hidden = accounts.length > 0
    },
  }
}

function accountRow(context: Context, { name, password }: Account): Part<Account> {
  const { words } = context
  const shown = html('code', {}, DOTS)
  let isShown = false
  const reveal = html('button', {
    type: 'button',
    class: 'button-small',
    'aria-label': words.accounts.showWhat(name),
    onclick: () => {
      isShown = !isShown
      setAttribute(
        reveal,
        'aria-label',
        isShown ? words.accounts.hideWhat(name) : words.accounts.showWhat(name),
      )
      setText(reveal, isShown ? words.accounts.hide : words.accounts.show)
      setText(shown, isShown ? password : DOTS)
    },
  })
  setText(reveal, words.accounts.show)
  const mail = words.accounts.mailOf(name)
  const address = addressOf('mail', [name])
  return {
    node: html(
      'tr',
      {},
      html(
        'th',
        { scope: 'row', class: 'account' },
        html(
          'span',
          { class: 'secret' },
          html('a', { class: 'mono', href: address, title: mail, 'aria-label': mail }, name),
          copyButton(context, () => name, name),
        ),
      ),
      html(
        'td',
        {},
        html(
          'span',
          { class: 'secret' },
          shown,
          reveal,
          copyButton(context, () => password, words.accounts.passwordOf(name)),
        ),
      ),
    ),
    update: () => undefined,
  }
}
