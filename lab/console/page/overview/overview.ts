/** What the lab is now: services, faults, accounts, certificates and time. */
import { viewHead } from '../controls.ts'
import { html, setText, View } from '../element.ts'
import { accountsPanel } from './accounts.ts'
import { certificatesPanel } from './certificates.ts'
import { clockPanel } from './clock.ts'
import { faultsPanel } from './faults.ts'
import { servicesList } from './services.ts'

class OverviewView extends View {
  protected show(): void {
    const { context } = this
    const { lab, words, format } = context
    const place = html('span', { class: 'mono quiet' })
    const facts = html('span', { class: 'quiet number push' })
    const none = html('p', { class: 'empty', hidden: true }, words.services.none)
    const pieces = [
      servicesList(context),
      faultsPanel(context, this.signal),
      accountsPanel(context),
      certificatesPanel(context),
      clockPanel(context),
    ] as const
    const [services, faults, accounts, certificates, clock] = pieces
    const waiting = html('p', { class: 'empty' }, words.loading)
    const body = html(
      'div',
      { class: 'overview', hidden: true },
      html('section', { 'aria-label': words.services.title }, services.node, none),
      html('div', { class: 'overview-side' }, faults.node, accounts.node, certificates.node, clock.node),
    )
    const update = (): void => {
      const { overview } = lab
      if (overview === undefined) {
        if (lab.error !== undefined) setText(waiting, context.problem(lab.error))
        return
      }
      waiting.hidden = true
      body.hidden = false
      none.hidden = overview.services.length > 0
      setText(place, `${overview.domain} · ${overview.address}`)
      setText(facts, format.count(overview.facts, words.services.oneFact, words.services.otherFacts))
      for (const piece of pieces) piece.update(overview)
    }
    this.classList.add('view')
    this.replaceChildren(viewHead(words.views.overview, place, facts), waiting, body)
    lab.addEventListener('change', update, { signal: this.signal })
    update()
  }
}

customElements.define('lab-overview', OverviewView)
