import type { Clock, Timer } from '../service.ts'

/** The longest delay that the system's timers take, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** One call to come, due at a moment of the elapsed time. */
interface Pending {
  due: number
  handle: NodeJS.Timeout
  readonly run: () => void
}

/** A clock that runs with the machine's and can be moved ahead of it; timers fire when the lab's time reaches them. */
export class LabClock implements Clock {
  #ahead = 0
  readonly #pending = new Set<Pending>()

  now(): number {
    return Date.now() + this.#ahead
  }

  /** What timers count by: a wall clock that somebody sets neither fires nor delays them. */
  #elapsed(): number {
    return performance.now() + this.#ahead
  }

  timer(milliseconds: number, run: () => void): Timer {
    const pending: Pending = {
      due: this.#elapsed() + milliseconds,
      handle: setTimeout(() => this.#ring(pending), clip(milliseconds)),
      run,
    }
    let armedAhead = this.#ahead
    this.#pending.add(pending)
    return {
      refresh: () => {
        if (!this.#pending.has(pending)) return
        pending.due = this.#elapsed() + milliseconds
        // A handle that a move of the clock has shortened cannot be refreshed to the full time.
        if (armedAhead === this.#ahead) pending.handle.refresh()
        else this.#arm(pending)
        armedAhead = this.#ahead
      },
      cancel: () => this.#forget(pending),
    }
  }

  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal))
      const stop = (): void => {
        timer.cancel()
        reject(reasonOf(signal))
      }
      const timer = this.timer(milliseconds, () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Moves the lab's time ahead and fires, in order, every timer that it passes. */
  advance(milliseconds: number): void {
    const end = this.#elapsed() + milliseconds
    for (;;) {
      const next = [...this.#pending]
        .filter((pending) => pending.due <= end)
        .toSorted((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#ahead += Math.max(0, next.due - this.#elapsed())
      this.#forget(next)
      next.run()
    }
    this.#ahead += Math.max(0, end - this.#elapsed())
    for (const pending of this.#pending) this.#arm(pending)
  }

  /** Cancels every timer. */
  close(): void {
    for (const pending of this.#pending) clearTimeout(pending.handle)
    this.#pending.clear()
  }

  #ring(pending: Pending): void {
    if (pending.due > this.#elapsed() + 1) return this.#arm(pending)
    this.#forget(pending)
    pending.run()
  }

  #arm(pending: Pending): void {
    clearTimeout(pending.handle)
    pending.handle = setTimeout(() => this.#ring(pending), clip(pending.due - this.#elapsed()))
  }

  #forget(pending: Pending): void {
    clearTimeout(pending.handle)
    this.#pending.delete(pending)
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted')
}

function clip(milliseconds: number): number {
  return Math.min(Math.max(0, milliseconds), LONGEST)
}
