/** What the name services serve, and what they remember of others. */
import type { Service } from '../../schema.ts'
import { every } from '../api.ts'
import { choose, field, problemBox, setChoices, viewHead } from '../controls.ts'
import { html, View } from '../element.ts'
import { addressOf } from '../router.ts'
import { CachePart } from './zone-cache.ts'
import { RecordsPart } from './zone-records.ts'

/** Milliseconds between two questions to the service, and after the last key before a filter is asked for. */
const OFTEN = 3000
const TYPING = 200

/** Records and lookups that one answer may have. */
const MOST_RECORDS = 2000
const MOST_LOOKUPS = 500

class ZoneView extends View {
  #instance = ''
  /** Counts the questions, so that an answer that comes late is not shown. */
  #asked = 0

  protected show(): void {
    const { context, signal } = this
    const { words, lab } = context
    this.#instance = this.path[0] ?? ''
    const problems = problemBox(context)
    const stopped = html('p', { class: 'empty', hidden: true }, words.zone.notRunning)
    const none = html('p', { class: 'empty', hidden: true }, words.zone.none)
    const services = choose([], '', (name) => {
      context.go(addressOf('zone', [name]).slice(1), 'replace')
      this.#instance = name
      void ask()
    })
    const serviceField = field(words.zone.service, services)
    let typing: ReturnType<typeof setTimeout> | undefined
    const records = new RecordsPart(context, serviceField, () => {
      clearTimeout(typing)
      typing = setTimeout(() => void ask(), TYPING)
    })
    const cache = new CachePart(context, signal)
    const body = html('div', { class: 'zone', hidden: true }, records.node, cache.node)
    const ask = (): Promise<void> => this.#ask(records, cache, problems)
    this.classList.add('view', 'view-full')
    this.replaceChildren(viewHead(words.zone.title), problems.node, none, stopped, body)
    const update = (): void => {
      const all = lab.overview?.services
      if (all === undefined) return
      const able = all.filter(tellsOfZones)
      // The operations of a service are known while it runs; a stopped one that was shown stays chosen.
      const chosen = all.find(({ name }) => name === this.#instance) ?? able[0]
      if (chosen !== undefined && this.#instance !== chosen.name) {
        this.#instance = chosen.name
        void ask()
      }
      const isStopped = chosen !== undefined && chosen.state !== 'running'
      stopped.hidden = !isStopped
      none.hidden = isStopped || (chosen !== undefined && tellsOfZones(chosen))
      body.hidden = isStopped || !none.hidden
      serviceField.hidden = able.length < 2
      const choices = able.map(({ name }) => ({ value: name, label: name }))
      setChoices(services, choices, this.#instance)
    }
    lab.addEventListener('change', update, { signal })
    update()
    every(OFTEN, signal, ask)
  }

  async #ask(records: RecordsPart, cache: CachePart, problems: ReturnType<typeof problemBox>): Promise<void> {
    const { lab, api } = this.context
    const service = lab.overview?.services.find(({ name }) => name === this.#instance)
    if (service === undefined || service.state !== 'running' || !tellsOfZones(service)) return
    const { name, operations } = service
    const question = (this.#asked += 1)
    const { zone, text } = records.filter
    const wish = { text, limit: MOST_RECORDS, ...(zone !== '' && { zone }) }
    try {
      const zones = await api.ask(name, 'zones', wish, this.signal)
      if (question !== this.#asked) return
      records.show(zones)
      const { lookups, total } = operations.includes('cache')
        ? await api.ask(name, 'cache', { text, limit: MOST_LOOKUPS }, this.signal)
        : { lookups: [], total: 0 }
      if (question !== this.#asked) return
      cache.show(lookups, total)
      problems.clear()
    } catch (error) {
      if (!this.signal.aborted && question === this.#asked) problems.show(error)
    }
  }
}

function tellsOfZones({ operations }: Service): boolean {
  return operations.includes('zones')
}

customElements.define('lab-zone', ZoneView)
