/** What screen readers are told beside what they read. */
import { html } from './element.ts'

/** Milliseconds between two messages: a reader who hears each of a hundred hears nothing else. */
const PAUSE = 1500

/** A live region; of what comes faster than it can be said, the last is said. */
export class Speaker {
  readonly node = html('p', { class: 'unseen-text', 'aria-live': 'polite' })
  #waiting: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Says a message when those before have been said. */
  say(message: string): void {
    this.#waiting = message
    if (this.#timer === undefined) this.#next()
  }

  #next(): void {
    this.#timer = undefined
    if (this.#waiting === undefined) return
    // The same words again are no change, and would not be said.
    this.node.textContent = this.node.textContent === this.#waiting ? `${this.#waiting}\u00a0` : this.#waiting
    this.#waiting = undefined
    this.#timer = setTimeout(() => this.#next(), PAUSE)
  }
}
