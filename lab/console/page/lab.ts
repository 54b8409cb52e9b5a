/** What the page knows of its lab: the last overview, whether the lab can be reached, and its time. */
import type { Overview } from '../schema.ts'
import { ApiError, every, type Api } from './api.ts'

/** Whether the lab answers; `strange`: the token is not this lab's, as after a new start. */
export type Connection = 'connecting' | 'there' | 'gone' | 'strange'

/** The lab as it was last heard of; it tells of each change by the event `change`. */
export class Lab extends EventTarget {
  readonly #api: Api
  #overview: Overview | undefined
  #connection: Connection = 'connecting'
  #error: unknown
  /** Numbers of the last question, and of the one that was answered last. */
  #asked = 0
  #answered = 0
  /** Milliseconds that the lab's clock is ahead of the browser's steady one. */
  #ahead = Date.now() - performance.now()

  constructor(api: (reached: (error: ApiError | undefined) => void) => Api) {
    super()
    this.#api = api((error) => this.#heard(error))
  }

  get api(): Api {
    return this.#api
  }

  get overview(): Overview | undefined {
    return this.#overview
  }

  get connection(): Connection {
    return this.#connection
  }

  /** Why the overview could not be read, if the lab answered at all. */
  get error(): unknown {
    return this.#error
  }

  /** Milliseconds since 1970 in the lab's time, now. */
  now(): number {
    return performance.now() + this.#ahead
  }

  /** Asks again and again, until the signal aborts. */
  watch(milliseconds: number, signal: AbortSignal): void {
    every(milliseconds, signal, () => this.refresh())
  }

  /** Asks now; never rejects. */
  async refresh(): Promise<void> {
    const question = (this.#asked += 1)
    try {
      const overview = await this.#api.call('overview', {})
      // What was asked before something was changed may be answered after what was asked since.
      if (question < this.#answered) return
      this.#answered = question
      this.#overview = overview
      this.#error = undefined
      this.#ahead = Date.parse(overview.now) - performance.now()
    } catch (error) {
      this.#error = error
    }
    this.dispatchEvent(new Event('change'))
  }

  #heard(error: ApiError | undefined): void {
    const connection = error === undefined ? 'there' : error.status === 401 ? 'strange' : 'gone'
    if (connection === this.#connection) return
    this.#connection = connection
    this.dispatchEvent(new Event('change'))
  }
}
