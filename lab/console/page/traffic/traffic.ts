/** The conversations of the lab as they happen: a list with filters, a pause, and its end kept in sight. */
import { problemBox, viewHead, type ProblemBox } from '../controls.ts'
import { html, setText, View } from '../element.ts'
import { virtualList, type VirtualList } from '../virtual-list.ts'
import { Cells } from './cells.ts'
import { drawEmpty } from './empty.ts'
import { Follower } from './follower.ts'
import { filterOf, isEmpty, noFilter, queryOf, type Filter } from './filter.ts'
import { Rows, type Row } from './rows.ts'
import { Toolbar, type Shown } from './toolbar.ts'
import { trafficWords, type TrafficWords } from './words.ts'

/** Milliseconds between two drawings of what comes in. */
const DRAW = 150
/** Milliseconds between two messages to screen readers about what came. */
const TELL = 10_000

/** The view of all conversations, `#/traffic`. */
export class Traffic extends View {
  #rows = new Rows()
  #filter: Filter = noFilter
  #isNewestFirst = false
  #shown: readonly Row[] = []
  #list: VirtualList<Row> | undefined
  #cells: Cells | undefined
  #problem: ProblemBox | undefined
  #toolbar: Toolbar | undefined
  readonly #status = html('p', { class: 'quiet small traffic-status' })
  readonly #empty = html('div', { class: 'traffic-empty panel', hidden: true })
  #emptySeen = ''
  #follower: Follower | undefined
  #drawing: ReturnType<typeof setTimeout> | undefined
  #told = { at: 0, total: 0 }

  protected override show(): void {
    const { context, signal } = this
    const words = this.#words
    this.#rows = new Rows()
    this.#shown = []
    this.#emptySeen = ''
    this.#read(this.query)
    this.#cells = new Cells(words, context.format)
    this.#problem = problemBox(context)
    this.#follower = this.#makeFollower(this.#problem)
    this.#toolbar = this.#makeToolbar()
    this.#list = this.#makeList(words, this.#cells)
    this.replaceChildren(
      html(
        'div',
        { class: 'view view-full traffic' },
        viewHead(words.title, html('p', { class: 'quiet traffic-lead' }, words.lead)),
        this.#toolbar.node,
        this.#problem.node,
        this.#list,
        this.#empty,
        html('div', { class: 'row traffic-foot' }, this.#status, this.#toolbar.earlier),
      ),
    )
    context.lab.addEventListener('change', () => this.#drawLater(), { signal })
    signal.addEventListener('abort', () => this.#end(), { once: true })
    this.#list.isFollowing = !this.#isNewestFirst
    this.#toolbar.write(this.#state())
    this.#follower.follow(this.#filter)
    this.#draw()
  }

  /** Another address of this view has other filters; what is known stays. */
  override moved(_path: readonly string[], query: URLSearchParams): boolean {
    this.query = query
    this.#read(query)
    this.#toolbar?.write(this.#state())
    this.#follower?.follow(this.#filter)
    this.#draw()
    return true
  }

  get #words(): TrafficWords {
    return trafficWords(this.context.language)
  }

  #end(): void {
    clearTimeout(this.#drawing)
    this.#drawing = undefined
  }

  #makeList(words: TrafficWords, cells: Cells): VirtualList<Row> {
    const { columns } = words
    const list = virtualList<Row>({
      label: words.list,
      columns: [
        { name: columns.time, className: 'cell-time number' },
        { name: columns.service, className: 'cell-service' },
        { name: columns.peers, className: 'cell-peers mono' },
        { name: columns.account, className: 'cell-account' },
        { name: columns.summary, className: 'cell-summary mono' },
        { name: columns.octets, className: 'cell-octets number' },
        { name: columns.state, className: 'cell-state' },
      ],
      cells: (row) => cells.make(row),
      open: (row) => this.#open(row),
      empty: '',
    })
    list.classList.add('traffic-list')
    return list
  }

  /** Opens a conversation; on the way back the list stands at it again. */
  #open({ id }: Row): void {
    this.context.go(this.#address({ at: String(id) }), 'replace')
    this.context.go(`/traffic/${id}`)
  }

  #makeFollower(problem: ProblemBox): Follower {
    return new Follower(this.context, this.signal, {
      told: (piece, text) => {
        this.#update(this.#rows.take(piece, text))
        this.#tell()
      },
      found: (piece, text) => {
        problem.clear()
        this.#update(this.#rows.add(piece, text))
      },
      caughtUp: () => {
        this.#draw()
        this.#goBack()
      },
      failed: (error) => problem.show(error),
    })
  }

  #makeToolbar(): Toolbar {
    return new Toolbar(this.context, {
      filter: (change) => this.#filterBy(change),
      clear: () => this.#clear(),
      order: (isNewestFirst) => this.#turn(isNewestFirst),
      earlier: () => void this.#loadEarlier(),
      pause: () => this.#pause(),
    })
  }

  /** What the toolbar shows; its services are those of the lab and those that have had conversations. */
  #state(): Shown {
    const names = (this.context.lab.overview?.services ?? []).map(({ name }) => name)
    const { isPaused, arrived, services, accounts } = this.#rows
    return {
      filter: this.#filter,
      isNewestFirst: this.#isNewestFirst,
      hasEarlier: this.#follower?.hasEarlier ?? false,
      services: [...names, ...services],
      accounts,
      isPaused,
      arrived,
    }
  }

  #read(query: URLSearchParams): void {
    this.#filter = filterOf(query)
    this.#isNewestFirst = query.get('order') === 'newest'
  }

  #address(more: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      ...queryOf(this.#filter),
      ...(this.#isNewestFirst && { order: 'newest' }),
      ...more,
    }).toString()
    return `/traffic${query === '' ? '' : `?${query}`}`
  }

  #filterBy(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change }
    this.context.go(this.#address(), 'replace')
    this.#follower?.followLater(this.#filter)
    this.#draw()
    this.context.announce(this.#count())
  }

  #clear(): void {
    this.#filterBy(noFilter)
    this.#toolbar?.write(this.#state())
    // The button has gone, and the focus must not go with it.
    this.#toolbar?.focus()
  }

  #turn(isNewestFirst: boolean): void {
    this.#isNewestFirst = isNewestFirst
    this.context.go(this.#address(), 'replace')
    this.#shown = []
    this.#draw()
    const list = this.#list
    if (list === undefined) return
    list.isFollowing = !isNewestFirst
    if (isNewestFirst) list.querySelector('.list-grid')?.scrollTo(0, 0)
  }

  #pause(): void {
    if (this.#rows.isPaused) this.#update(this.#rows.resume())
    else this.#rows.pause()
    this.context.announce(this.#rows.isPaused ? this.#words.paused : this.#count())
    this.#draw()
  }

  async #loadEarlier(): Promise<void> {
    const before = (this.#isNewestFirst ? this.#shown.at(-1) : this.#shown[0])?.id
    if (this.#list) this.#list.isFollowing = false
    await this.#follower?.fetchEarlier(before)
    if (this.signal.aborted) return
    this.#draw()
    this.context.announce(this.#count())
    // Its button may have gone.
    if (this.#follower?.hasEarlier !== true) this.#list?.focus()
  }

  /** After a ladder the list stands where the reader left it. */
  #goBack(): void {
    const at = Number(this.query.get('at') ?? Number.NaN)
    const row = this.#shown.find(({ id }) => id === at)
    if (row === undefined || this.#list === undefined) return
    this.query.delete('at')
    this.#list.isFollowing = false
    this.#list.activate(row)
    this.#list.focus()
  }

  #update(changed: readonly Row[]): void {
    for (const row of changed) this.#cells?.update(row)
    this.#drawLater()
  }

  #drawLater(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined
      this.#draw()
    }, DRAW)
  }

  #draw(): void {
    const list = this.#list
    if (list === undefined || this.signal.aborted) return
    const before = this.#shown
    const rows = this.#rows.select(this.#filter)
    this.#shown = this.#isNewestFirst ? rows.toReversed() : rows
    list.show(this.#shown, shiftOf(before, this.#shown))
    list.hidden = this.#shown.length === 0
    this.#toolbar?.draw(this.#state())
    setText(this.#status, this.#count())
    this.#drawEmpty()
  }

  #drawEmpty(): void {
    this.#empty.hidden = this.#shown.length > 0
    const { overview } = this.context.lab
    const tries =
      overview?.services.flatMap(({ state, endpoints }) => (state === 'running' ? endpoints : [])) ?? []
    const seen = JSON.stringify([tries, isEmpty(this.#filter)])
    if (this.#empty.hidden || seen === this.#emptySeen) return
    this.#emptySeen = seen
    this.#empty.replaceChildren(...drawEmpty(this.context, !isEmpty(this.#filter)))
  }

  /** How many are shown, of how many. */
  #count(): string {
    const words = this.#words
    const number = (value: number): string => this.context.format.number(value)
    const skipped = this.#rows.skipped
    const told = words.shown(number(this.#shown.length), number(Math.max(this.#rows.total, this.#rows.size)))
    return skipped > 0 ? `${told} · ${words.skipped(number(skipped))}` : told
  }

  #tell(): void {
    const { total } = this.#rows
    const now = performance.now()
    if (this.#told.total === 0) this.#told = { at: now, total }
    if (this.#rows.isPaused || total <= this.#told.total || now - this.#told.at < TELL) return
    this.context.announce(this.#words.newOnes(this.context.format.number(total - this.#told.total)))
    this.#told = { at: now, total }
  }
}

/** How many rows went from the front; below zero, how many came there. */
function shiftOf(before: readonly Row[], now: readonly Row[]): number {
  const [old, next] = [before[0], now[0]]
  if (old === undefined || next === undefined || old === next) return 0
  const place = now.indexOf(old)
  return place > 0 ? -place : Math.max(0, before.indexOf(next))
}

customElements.define('lab-traffic', Traffic)
