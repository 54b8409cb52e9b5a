/** The journal of the lab as it is written. */
import type { JournalFact } from '../../schema.ts'
import { viewHead } from '../controls.ts'
import { html, perFrame, View } from '../element.ts'
import { addressOf } from '../router.ts'
import { visibleLines } from '../lines.ts'
import { virtualList, type VirtualList } from '../virtual-list.ts'
import { LogToolbar } from './log-toolbar.ts'
import { dataText, Facts, type FactFilter } from './facts.ts'

/** Facts from before the page was opened: the lab tells no more at once without leaving some out. */
const BEFORE = 400

class LogView extends View {
  readonly #facts = new Facts()
  #list: VirtualList<JournalFact> | undefined
  #detail = html('div')

  protected show(): void {
    const { context, query, signal } = this
    const { words, api } = context
    this.#facts.filter = {
      service: query.get('service') ?? '',
      kind: query.get('kind') ?? '',
      text: query.get('text') ?? '',
    }
    const list = this.#makeList()
    this.#list = list
    const frame = perFrame(() => {
      const removed = this.#facts.take()
      list.show(this.#facts.shown, removed)
      toolbar.update()
    })
    const toolbar = new LogToolbar(context, this.#facts, {
      filter: (filter) => {
        this.#filter(filter)
        toolbar.update()
      },
      pause: (isPaused) => {
        this.#facts.isPaused = isPaused
        frame()
      },
      end: () => {
        list.isFollowing = true
      },
    })
    this.#detail = html('div', { class: 'detail panel', hidden: true })
    this.classList.add('view', 'view-full')
    this.replaceChildren(
      viewHead(words.log.title),
      toolbar.node,
      html('div', { class: 'with-detail' }, list, this.#detail),
    )
    list.isFollowing = true
    void this.#begin().then((since) => {
      if (signal.aborted) return
      const reader = {
        item: (fact: JournalFact) => {
          this.#facts.add(fact)
          frame()
        },
        lost: (count: number) => {
          this.#facts.lose(count)
          frame()
        },
      }
      api.stream('log', { since, follow: true }, reader, signal)
    })
  }

  /** The number after which to begin; the lab may not have told it yet. */
  async #begin(): Promise<number> {
    const { lab } = this.context
    if (lab.overview === undefined) await lab.refresh()
    return Math.max(0, (lab.overview?.facts ?? 0) - BEFORE)
  }

  #makeList(): VirtualList<JournalFact> {
    const { words, format } = this.context
    const list = virtualList<JournalFact>({
      label: words.log.title,
      columns: [
        { name: words.log.number, className: 'log-number' },
        { name: words.log.time, className: 'log-time' },
        { name: words.log.service, className: 'log-service' },
        { name: words.log.connection, className: 'log-connection' },
        { name: words.log.what, className: 'log-what' },
      ],
      cells: (fact) => [
        String(fact.seq),
        format.clock(fact.at),
        fact.service,
        fact.connection === undefined || fact.connection === 0 ? '' : String(fact.connection),
        [html('span', { class: 'log-kind' }, fact.kind), ' ', dataText(fact)],
      ],
      rowClass: ({ kind }) =>
        /\.(?:refused|failed|rejected|malformed|broken|bounced|denied|dropped)$/.test(kind)
          ? 'is-trouble'
          : '',
      open: (fact) => this.#showDetail(fact),
      empty: words.log.empty,
    })
    list.classList.add('log-list')
    return list
  }

  /** Shows other facts, and keeps the filter in the address, so that it can be handed on. */
  #filter(filter: FactFilter): void {
    this.#facts.filter = filter
    this.#list?.show(this.#facts.shown)
    const query = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))
    this.context.go(addressOf('log', [], query).slice(1), 'replace')
  }

  #showDetail(fact: JournalFact): void {
    const { words, format } = this.context
    const title = words.log.detail(String(fact.seq))
    const close = html(
      'button',
      {
        type: 'button',
        class: 'button-small push',
        onclick: () => {
          this.#detail.hidden = true
          this.#list?.focus()
        },
      },
      words.close,
    )
    this.#detail.replaceChildren(
      html('div', { class: 'panel-head' }, html('h2', {}, title), close),
      html(
        'div',
        { class: 'panel-body', tabindex: 0, role: 'region', 'aria-label': title },
        html('p', {}, html('code', { class: 'strong' }, fact.kind), ' ', fact.service),
        html('p', { class: 'quiet number' }, format.moment(fact.at)),
        fact.connection !== undefined &&
          fact.connection > 0 &&
          html(
            'p',
            {},
            html('a', { href: addressOf('traffic', [String(fact.connection)]) }, words.log.openTraffic),
          ),
        html('pre', { class: 'wrap' }, visibleLines(JSON.stringify(fact.data ?? {}, null, 2))),
      ),
    )
    this.#detail.hidden = false
  }
}

customElements.define('lab-log', LogView)
