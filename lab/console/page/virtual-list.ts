/** A list of thousands of rows of which only those in sight are elements; for traffic, facts and records. */
import { arrange, html, perFrame, setAttribute, type Child } from './element.ts'

/** One column: what its head says, and a class for its cells. */
export interface Column {
  readonly name: string
  readonly className: string
}

/** What a list shows, and what it does with it. */
export interface VirtualListOptions<Item> {
  /** What the list is, for screen readers. */
  readonly label: string
  readonly columns: readonly Column[]
  /** The cells of an item's row, one for each column; asked once for as long as the same object stays in sight. */
  cells(item: Item): readonly Child[]
  /** Classes for the row, such as one for what was refused. */
  rowClass?(item: Item): string
  /** Enter or a click on a row. */
  open?(item: Item): void
  /** What is shown where there are no rows. */
  readonly empty: string
}

/** Rows beyond each edge of what is in sight. */
const MARGIN = 8

let lists = 0

/**
 * A grid of rows that are all as high as the custom property `--row` of this element says: pixels, without the unit. Arrows, Home, End and
 * the page keys move the active row; while the end is in sight, new rows keep it there.
 */
export class VirtualList<Item extends object = object> extends HTMLElement {
  #options: VirtualListOptions<Item> | undefined
  #items: readonly Item[] = []
  #active = -1
  #isFollowing = false
  /** Where the rows were scrolled to when that was last known. */
  #top = 0
  #rowHeight = 28
  readonly #id = `list-${(lists += 1)}`
  readonly #head = html('div', { role: 'row', class: 'list-head', 'aria-rowindex': 1 })
  readonly #rows = html('div', { role: 'rowgroup', class: 'list-rows' })
  readonly #grid = html(
    'div',
    { role: 'grid', class: 'list-grid', tabindex: 0 },
    html('div', { role: 'rowgroup', class: 'list-top' }, this.#head),
    this.#rows,
  )
  readonly #empty = html('p', { class: 'empty', hidden: true })
  #drawn = new Map<Item, HTMLElement>()
  readonly #draw = perFrame(() => this.#render())
  readonly #size = new ResizeObserver(() => {
    this.#measure()
    this.#keepEnd()
    this.#draw()
  })

  /** Says what to show; called once, before the first `show`. */
  set options(options: VirtualListOptions<Item>) {
    this.#options = options
    this.#grid.setAttribute('aria-label', options.label)
    this.#grid.setAttribute('aria-colcount', String(options.columns.length))
    this.#head.replaceChildren(
      ...options.columns.map(({ name, className }) =>
        html('div', { role: 'columnheader', class: `cell ${className}` }, name),
      ),
    )
    this.#empty.textContent = options.empty
  }

  get items(): readonly Item[] {
    return this.#items
  }

  /** The row that the keys are at; undefined before anybody came to one. */
  get active(): Item | undefined {
    return this.#items[this.#active]
  }

  /** Whether the end is kept in sight while rows come in. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** Goes to the end and stays there, or stays where it is. */
  set isFollowing(isFollowing: boolean) {
    this.#isFollowing = isFollowing
    this.#keepEnd()
    this.#draw()
  }

  /** Shows these items; `removed` says how many went from the front of the last ones (below zero: came there), so that what is in sight stays there. */
  show(items: readonly Item[], removed = 0): void {
    const active = this.active
    this.#items = items
    if (active !== undefined) {
      const shifted = this.#active - removed
      this.#active = items[shifted] === active ? shifted : items.indexOf(active)
    }
    this.#rows.style.height = `${items.length * this.#rowHeight}px`
    this.#empty.hidden = items.length > 0
    // Who is at the very top sees what comes there.
    if (removed !== 0 && !this.#isFollowing && this.#grid.scrollTop > 0)
      this.#grid.scrollTop -= removed * this.#rowHeight
    this.#keepEnd()
    this.#draw()
  }

  /** Draws again the rows of items that have changed inside. */
  refresh(): void {
    this.#drawn.clear()
    this.#draw()
  }

  /** Makes an item's row the active one and brings it into sight. */
  activate(item: Item): void {
    this.#move(this.#items.indexOf(item))
  }

  connectedCallback(): void {
    this.append(this.#grid, this.#empty)
    this.#grid.addEventListener('scroll', this.#scrolled, { passive: true })
    this.#grid.addEventListener('keydown', this.#pressed)
    this.#rows.addEventListener('click', this.#clicked)
    this.#size.observe(this.#grid)
    this.#measure()
    this.#draw()
  }

  disconnectedCallback(): void {
    this.#size.disconnect()
  }

  override focus(options?: FocusOptions): void {
    this.#grid.focus(options)
  }

  #measure(): void {
    const height = Number.parseFloat(getComputedStyle(this).getPropertyValue('--row'))
    if (!(height > 0) || height === this.#rowHeight) return
    this.#rowHeight = height
    this.#rows.style.height = `${this.#items.length * height}px`
  }

  #keepEnd(): void {
    if (this.#isFollowing) this.#grid.scrollTop = this.#grid.scrollHeight
    this.#top = this.#grid.scrollTop
  }

  readonly #scrolled = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = this.#grid
    if (scrollTop + clientHeight >= scrollHeight - 4) this.#isFollowing = scrollHeight > clientHeight
    // That the end went further away is no wish to stay behind; only a way back is.
    else if (scrollTop < this.#top) this.#isFollowing = false
    this.#top = scrollTop
    this.#draw()
  }

  readonly #clicked = (event: Event): void => {
    const row = event.target instanceof Element ? event.target.closest('[role=row]') : null
    const index = Number(row?.getAttribute('aria-rowindex') ?? 0) - 2
    if (index < 0) return
    this.#move(index)
    // Words may be marked with the mouse, to copy them.
    if (getSelection()?.isCollapsed !== false) this.#open()
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor((this.#height() - this.#rowHeight) / this.#rowHeight))
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active < 0 ? this.#items.length - 1 : this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#items.length - 1,
    }
    const target = steps[event.key]
    if (target !== undefined) this.#move(Math.min(Math.max(target, 0), this.#items.length - 1))
    else if (event.key === 'Enter' || event.key === ' ') this.#open()
    else return
    event.preventDefault()
  }

  #open(): void {
    const { active } = this
    if (active !== undefined) this.#options?.open?.(active)
  }

  /** What of the grid's height rows are seen in: the head stays on top of them. */
  #height(): number {
    return this.#grid.clientHeight - this.#rows.offsetTop
  }

  #move(index: number): void {
    if (index < 0 || index >= this.#items.length) return
    this.#active = index
    const top = index * this.#rowHeight
    const { scrollTop } = this.#grid
    if (top < scrollTop) this.#grid.scrollTop = top
    else if (top + this.#rowHeight > scrollTop + this.#height())
      this.#grid.scrollTop = top + this.#rowHeight - this.#height()
    if (index < this.#items.length - 1 && top + this.#rowHeight < scrollTop + this.#height() - 4)
      this.#isFollowing = false
    this.#render()
  }

  #render(): void {
    const options = this.#options
    if (options === undefined || !this.isConnected) return
    const { scrollTop } = this.#grid
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - MARGIN)
    const end = Math.min(
      this.#items.length,
      Math.ceil((scrollTop + this.#height()) / this.#rowHeight) + MARGIN,
    )
    const before = this.#drawn
    this.#drawn = new Map()
    const rows: HTMLElement[] = []
    for (let index = first; index < end; index += 1) {
      const item = this.#items[index]
      if (item === undefined || this.#drawn.has(item)) continue
      const row = before.get(item) ?? this.#row(options, item)
      this.#place(row, index)
      this.#drawn.set(item, row)
      rows.push(row)
    }
    arrange(this.#rows, rows)
    setAttribute(this.#grid, 'aria-rowcount', String(this.#items.length + 1))
    const isActiveDrawn = this.#active >= first && this.#active < end
    setAttribute(
      this.#grid,
      'aria-activedescendant',
      isActiveDrawn ? `${this.#id}-${this.#active}` : undefined,
    )
  }

  #row(options: VirtualListOptions<Item>, item: Item): HTMLElement {
    const cells = options.cells(item)
    return html(
      'div',
      { role: 'row', class: `list-row ${options.rowClass?.(item) ?? ''}` },
      options.columns.map(({ className }, index) =>
        html('div', { role: 'gridcell', class: `cell ${className}` }, cells[index]),
      ),
    )
  }

  #place(row: HTMLElement, index: number): void {
    const isActive = index === this.#active
    row.style.transform = `translateY(${index * this.#rowHeight}px)`
    row.id = `${this.#id}-${index}`
    setAttribute(row, 'aria-rowindex', String(index + 2))
    setAttribute(row, 'aria-selected', isActive ? 'true' : 'false')
    row.classList.toggle('is-active', isActive)
    row.classList.toggle('is-odd', index % 2 === 1)
  }
}

customElements.define('lab-list', VirtualList)

/** A list of rows with its options. */
export function virtualList<Item extends object>(options: VirtualListOptions<Item>): VirtualList<Item> {
  const list = new VirtualList<Item>()
  list.options = options
  return list
}
