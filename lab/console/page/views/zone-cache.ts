/** The lookups that a name service remembers, each with the time that it has left. */
import type { Cache } from '../../schema.ts'
import type { Context } from '../context.ts'
import { html, setText } from '../element.ts'
import { virtualList } from '../virtual-list.ts'

type Lookup = Cache['lookups'][number]

/** Milliseconds between two steps of the countdown. */
const TICK = 1000

/** The cache, counting down by the lab's own clock. */
export class CachePart {
  readonly node: HTMLElement
  readonly #context: Context
  readonly #count = html('span', { class: 'quiet small number push' })
  readonly #list
  /** The cells that count down. */
  #lefts = new Map<Lookup, HTMLElement>()
  /** When the lab told what is left, in its time. */
  #at = 0

  constructor(context: Context, signal: AbortSignal) {
    const { words } = context
    this.#context = context
    this.#list = virtualList<Lookup>({
      label: words.zone.cache,
      columns: [
        { name: words.zone.name, className: 'zone-name' },
        { name: words.zone.left, className: 'zone-ttl' },
        { name: words.zone.type, className: 'zone-type' },
        { name: words.zone.data, className: 'zone-data' },
      ],
      cells: (lookup) => [lookup.name, this.#left(lookup), lookup.type, dataOf(lookup)],
      empty: words.zone.cacheNone,
    })
    this.#list.classList.add('zone-list')
    this.node = html(
      'section',
      { class: 'zone-part', 'aria-label': words.zone.cache },
      html('div', { class: 'row' }, html('h2', {}, words.zone.cache), this.#count),
      this.#list,
    )
    const ticking = setInterval(() => {
      for (const [lookup, cell] of this.#lefts) if (cell.isConnected) this.#tell(lookup, cell)
    }, TICK)
    signal.addEventListener('abort', () => clearInterval(ticking), { once: true })
  }

  /** Shows what the service has just told. */
  show(lookups: readonly Lookup[], total: number): void {
    const { format, lab, words } = this.#context
    this.#at = lab.now()
    this.#lefts = new Map()
    this.#list.show(lookups)
    const [some, all] = [format.number(lookups.length), format.number(total)]
    setText(this.#count, lookups.length === total ? all : words.zone.shown(some, all))
  }

  #left(lookup: Lookup): HTMLElement {
    const cell = html('span', { class: 'number' })
    this.#lefts.set(lookup, cell)
    this.#tell(lookup, cell)
    return cell
  }

  #tell({ left }: Lookup, cell: HTMLElement): void {
    const { format, lab, words } = this.#context
    const rest = left - (lab.now() - this.#at) / 1000
    setText(cell, rest > 0 ? format.duration(rest) : words.zone.stale)
  }
}

function dataOf({ outcome, records }: Lookup): string {
  if (outcome !== 'NOERROR') return outcome
  // RFC 2308 §2.2: the name is there, and has nothing of that type.
  return records.length === 0 ? 'NODATA' : records.join(' · ')
}
