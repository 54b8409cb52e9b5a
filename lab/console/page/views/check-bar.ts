/** Tasks that are judged when somebody asks: the button for all of them, what is under way, and its end. */
import type { Task } from '../../schema.ts'
import type { Context } from '../context.ts'
import { html, setAttribute, setText } from '../element.ts'

/** Milliseconds that the reader waits for all tasks together, as on the command line. */
const PATIENCE = 600_000

/** What the view does for its bar. */
export interface CheckDesk {
  /** Aborts with the view. */
  readonly signal: AbortSignal
  /** Shows the tasks as they stand now. */
  readonly refresh: () => Promise<void>
  /** A run begins. */
  readonly begin: () => void
  /** Shows again which tasks are being judged. */
  readonly show: () => void
  readonly failed: (error: unknown) => void
}

/** Has tasks judged, one run at a time. */
export class CheckBar {
  readonly #context: Context
  readonly #desk: CheckDesk
  readonly #said = html('p', { class: 'quiet', role: 'status' })
  readonly #start: HTMLElement
  readonly #stop: HTMLElement
  readonly nodes: readonly HTMLElement[]
  /** Those that wait to be asked for. */
  #wanted: readonly Task[] = []
  #run: Run | undefined

  constructor(context: Context, desk: CheckDesk) {
    this.#context = context
    this.#desk = desk
    const { check, checkAll, checkAbout, stop, stopByKey, stopWhat } = context.words.tasks
    const start = {
      type: 'button',
      class: 'button-main',
      'aria-label': checkAll,
      onclick: () => void this.check(this.#wanted),
    }
    const end = {
      type: 'button',
      title: stopByKey,
      'aria-label': stopWhat,
      'aria-keyshortcuts': 'Escape',
      hidden: true,
      onclick: () => this.stop(),
    }
    this.#start = html('button', start, check)
    this.#stop = html('button', end, stop)
    this.nodes = [
      html('p', { class: 'quiet small', hidden: true }, checkAbout),
      html('div', { class: 'check-bar row', hidden: true }, this.#start, this.#stop, this.#said),
    ]
  }

  get isBusy(): boolean {
    return this.#run !== undefined
  }

  /** Whether this one is being judged. */
  isChecking(id: string): boolean {
    return this.#run?.ids.has(id) === true
  }

  /** Judges these; nothing while others are judged. Never rejects. */
  async check(tasks: readonly Task[]): Promise<void> {
    if (this.isBusy || tasks.length === 0) return
    const { words, format } = this.#context
    const run: Run = { stop: new AbortController(), ids: new Set(tasks.map(({ id }) => id)) }
    this.#desk.begin()
    this.#turn(run)
    const count = format.count(tasks.length, words.tasks.oneTask, words.tasks.otherTasks)
    setText(this.#said, words.tasks.checkingSome(count))
    setText(this.#said, await judged(this.#context, this.#desk, run))
    this.#turn(undefined)
  }

  /** Ends what is under way, if anything is. */
  stop(): void {
    this.#run?.stop.abort()
  }

  /** Shows itself if any of the tasks waits to be asked for. */
  update(tasks: readonly Task[]): void {
    this.#wanted = tasks.filter(({ isOnDemand = false }) => isOnDemand)
    for (const node of this.nodes) node.hidden = this.#wanted.length === 0
  }

  #turn(run: Run | undefined): void {
    this.#run = run
    setBusy(this.#start, this.isBusy)
    // A button that goes away must not take the focus with it.
    if (!this.isBusy && document.activeElement === this.#stop) this.#start.focus()
    this.#stop.hidden = !this.isBusy
    this.#desk.show()
  }
}

/** A button that waits keeps the focus, which a disabled one would lose. */
export function setBusy(button: HTMLElement, isBusy: boolean): void {
  setAttribute(button, 'aria-disabled', isBusy ? 'true' : undefined)
}

interface Run {
  readonly stop: AbortController
  readonly ids: ReadonlySet<string>
}

/** Has the lab judge, and says how it ended. */
async function judged(
  { api, words, format }: Context,
  { signal, refresh, failed }: CheckDesk,
  { stop, ids }: Run,
): Promise<string> {
  const bound = AbortSignal.timeout(PATIENCE)
  try {
    const both = AbortSignal.any([signal, stop.signal, bound])
    const { results } = await api.call('check', { tasks: [...ids] }, both)
    await refresh()
    // What they need was judged with them.
    const own = results.filter(({ id }) => ids.has(id))
    const passed = own.filter(({ outcome }) => outcome === 'passed')
    return words.tasks.result(format.number(passed.length), format.number(own.length))
  } catch (error) {
    if (signal.aborted) return ''
    if (stop.signal.aborted) return words.tasks.stopped
    if (bound.aborted) return words.tasks.slow
    failed(error)
    return ''
  }
}
