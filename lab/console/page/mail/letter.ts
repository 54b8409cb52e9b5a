/** One message: who, what and when, and its text, HTML, header fields, structure and source. */
import type { Letter } from '../../mail/schema.ts'
import type { Context } from '../context.ts'
import { problemBox } from '../controls.ts'
import { html, type Child } from '../element.ts'
import { addressOf } from '../router.ts'
import { visibleLines } from '../lines.ts'
import { tabs } from '../tabs.ts'
import { makeVisible } from '../visible.ts'
import { partTree } from './tree.ts'

/** Asks for a message and shows it in a section. */
export async function showLetter(
  context: Context,
  section: HTMLElement,
  account: string,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { words, api } = context
  const back = html(
    'a',
    { class: 'mail-back', href: addressOf('mail', [account]) },
    `‹ ${words.mail.backToList}`,
  )
  section.replaceChildren(back, html('p', { class: 'empty' }, words.loading))
  const waiting = section.lastChild
  try {
    const letter = await api.call('message', { account, id }, signal)
    // The reader may have gone to another one meanwhile.
    if (waiting?.parentNode !== section) return
    section.replaceChildren(back, letterHead(context, letter), letterTabs(context, letter, account, id))
  } catch (error) {
    if (signal.aborted || waiting?.parentNode !== section) return
    const problems = problemBox(context)
    section.replaceChildren(back, problems.node)
    problems.show(error)
  }
}

function letterHead({ words, format }: Context, { message }: Letter): HTMLElement {
  const { subject, from, to, date, receivedAt, octets } = message
  const pairs: readonly (readonly [string, string])[] = [
    [words.mail.from, makeVisible(from)],
    [words.mail.to, makeVisible(to)],
    [words.mail.date, date === null ? '' : format.moment(Date.parse(date))],
    [words.mail.received, receivedAt === null ? '' : format.moment(receivedAt)],
    [words.mail.size, format.octets(octets)],
  ]
  return html(
    'div',
    { class: 'letter-head' },
    html('h2', {}, subject === '' ? words.mail.noSubject : makeVisible(subject)),
    html(
      'dl',
      {},
      pairs
        .filter(([, value]) => value !== '')
        .map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value))),
    ),
  )
}

function letterTabs(context: Context, letter: Letter, account: string, id: string): HTMLElement {
  const { words, api } = context
  const { text, html: markup, headers, tree, source, isCut } = letter
  const page = {
    text: (): Child =>
      text === null
        ? html('p', { class: 'empty' }, words.mail.noText)
        : html('pre', { class: 'wrap letter-text', tabindex: 0 }, text),
    html: (): Child =>
      markup === null
        ? html('p', { class: 'empty' }, words.mail.noHtml)
        : [
            html('p', { class: 'quiet small' }, words.mail.sandboxed),
            // Nothing of it runs, and it has no origin: neither by this attribute nor by what the server says.
            html('iframe', { sandbox: '', title: words.mail.htmlOf, src: api.markup(account, id) }),
          ],
    headers: (): Child => headerTable(headers),
    structure: (): Child => partTree(context, tree, (place) => api.download('mail', account, id, place)),
    source: (): Child => [
      html(
        'p',
        { class: 'row' },
        isCut && html('span', { class: 'quiet small' }, words.mail.cut),
        html(
          'a',
          { class: 'button', href: api.download('mail', account, id, 'source.eml'), download: `${id}.eml` },
          words.mail.download,
        ),
      ),
      html('pre', { class: 'wrap letter-source', tabindex: 0 }, visibleLines(source)),
    ],
  }
  return tabs(
    words.mail.parts,
    [
      { id: 'text', name: words.mail.text, show: page.text },
      { id: 'html', name: words.mail.html, show: page.html },
      { id: 'headers', name: words.mail.headers, show: page.headers },
      { id: 'structure', name: words.mail.structure, show: page.structure },
      { id: 'source', name: words.mail.source, show: page.source },
    ],
    text === null && markup !== null ? 'html' : 'text',
  )
}

function headerTable(headers: Letter['headers']): HTMLElement {
  return html(
    'div',
    { class: 'letter-headers' },
    html(
      'table',
      {},
      html(
        'tbody',
        {},
        headers.map(({ name, value }) =>
          html(
            'tr',
            {},
            html('th', { scope: 'row' }, html('code', {}, makeVisible(name))),
            html('td', {}, html('code', {}, visibleLines(value))),
          ),
        ),
      ),
    ),
  )
}
