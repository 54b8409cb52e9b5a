/** The records that a name service serves. */
import type { ZoneRecord, Zones } from '../../schema.ts'
import type { Context } from '../context.ts'
import { choose, field, setChoices } from '../controls.ts'
import { html, setText } from '../element.ts'
import { virtualList } from '../virtual-list.ts'

/** Filters, and the records that they let through. */
export class RecordsPart {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #zone
  readonly #text
  readonly #count = html('span', { class: 'quiet small number' })
  readonly #list
  /** The record that was opened, in full. */
  readonly #record = html('pre', { class: 'record panel wrap', tabindex: 0, hidden: true })
  /** What was last answered: the list is made anew only if something differs. */
  #told = ''

  /** `changed` is called when other records are wanted. */
  constructor(context: Context, before: HTMLElement, changed: () => void) {
    const { words } = context
    this.#context = context
    this.#zone = choose([{ value: '', label: words.zone.all }], '', changed)
    this.#text = html('input', {
      type: 'search',
      placeholder: words.zone.filterHint,
      spellcheck: 'false',
      autocapitalize: 'off',
      oninput: changed,
    })
    this.#list = virtualList<ZoneRecord>({
      label: words.zone.records,
      columns: [
        { name: words.zone.name, className: 'zone-name' },
        { name: words.zone.ttl, className: 'zone-ttl' },
        { name: words.zone.type, className: 'zone-type' },
        { name: words.zone.data, className: 'zone-data' },
      ],
      cells: ({ name, ttl, type, data }) => [name, String(ttl), type, data],
      open: (record) => this.#open(record),
      empty: words.zone.recordsNone,
    })
    this.#list.classList.add('zone-list')
    const wide = field(words.zone.filter, this.#text)
    wide.classList.add('is-wide')
    this.node = html(
      'section',
      { class: 'zone-part', 'aria-label': words.zone.records },
      html(
        'div',
        { class: 'toolbar', role: 'search' },
        before,
        field(words.zone.zone, this.#zone),
        wide,
        html('div', { class: 'toolbar-end' }, this.#count),
      ),
      this.#list,
      this.#record,
    )
  }

  /** Which records are wanted. */
  get filter(): { readonly zone: string; readonly text: string } {
    return { zone: this.#zone.value, text: this.#text.value.trim() }
  }

  /** Shows an answer of the service. */
  show(zones: Zones): void {
    const told = JSON.stringify(zones)
    if (told === this.#told) return
    this.#told = told
    const { words, format } = this.#context
    const choices = zones.zones.map(({ name, serial }) => ({
      value: name,
      label: `${name} · ${words.zone.serial(String(serial))}`,
    }))
    setChoices(this.#zone, [{ value: '', label: words.zone.all }, ...choices])
    this.#list.show(zones.records)
    const [some, all] = [format.number(zones.records.length), format.number(zones.total)]
    setText(
      this.#count,
      zones.records.length === zones.total
        ? format.count(zones.total, words.zone.oneRecord, words.zone.otherRecords)
        : words.zone.shown(some, all),
    )
  }

  #open({ name, ttl, type, data }: ZoneRecord): void {
    setText(this.#record, `${name} ${ttl} IN ${type} ${data}`)
    this.#record.hidden = false
  }
}
