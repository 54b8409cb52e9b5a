/** Certificates to take along: the authority's, and one for a client. */
import type { Context } from '../context.ts'
import { choose, field, panel, problemBox, setChoices } from '../controls.ts'
import { html } from '../element.ts'
import { save } from '../save.ts'
import type { Piece } from './piece.ts'

/** What the lab's authority gives away. */
export function certificatesPanel(context: Context): Piece {
  const { words, api, announce } = context
  const problems = problemBox(context)
  const account = choose([], '', () => undefined)
  const password = html('input', {
    type: 'text',
    class: 'mono',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
    required: true,
  })
  const make = async (): Promise<void> => {
    problems.clear()
    const name = `${account.value}.p12`
    try {
      save(name, await api.make(name, { password: password.value }))
      password.value = ''
      announce(words.certificates.made(name))
    } catch (error) {
      problems.show(error)
    }
  }
  const form = clientForm(context, account, password, () => void make())
  form.append(problems.node)
  return {
    node: panel(
      words.certificates.title,
      [],
      html('p', { class: 'quiet small' }, words.certificates.authority),
      html(
        'div',
        { class: 'row' },
        html(
          'a',
          { class: 'button', href: api.download('ca.pem'), download: 'ca.pem' },
          words.certificates.authorityFile,
        ),
      ),
      form,
    ),
    update: ({ accounts }) => {
      setChoices(
        account,
        accounts.map(({ name }) => ({ value: name, label: name })),
      )
      form.hidden = accounts.length === 0
    },
  }
}

function clientForm(
  { words: { certificates } }: Context,
  account: HTMLElement,
  password: HTMLElement,
  make: () => void,
): HTMLFormElement {
  return html(
    'form',
    {
      class: 'certificate-form',
      autocomplete: 'off',
      onsubmit: (event) => {
        event.preventDefault()
        make()
      },
    },
    html('p', { class: 'quiet small' }, certificates.client),
    html(
      'div',
      { class: 'fault-fields' },
      field(certificates.account, account),
      field(certificates.password, password),
    ),
    html('p', { class: 'quiet small' }, certificates.passwordHint),
    html('div', { class: 'row' }, html('button', {}, certificates.download)),
  )
}
