/** The exclusive access to a mailbox that a session has (RFC 1939 §4). */
import type { Clock } from '../../../lab/service.ts'

/** Milliseconds that a login waits for the session before it to end. */
const PATIENCE = 10_000

/** One lock for each key; who waits for it gets it in turn. */
export class Locks {
  readonly #clock: Pick<Clock, 'timer'>
  /** Those who wait, for each lock that is held. */
  readonly #queues = new Map<string, Set<() => void>>()

  constructor(clock: Pick<Clock, 'timer'>) {
    this.#clock = clock
  }

  /** Holds the lock until the result is disposed of; undefined if it is not free in time, or `gone` aborts first. */
  take(key: string, gone: AbortSignal): Promise<Disposable | undefined> {
    const queue = this.#queues.get(key)
    if (queue === undefined) {
      this.#queues.set(key, new Set())
      return Promise.resolve(this.#hold(key))
    }
    return new Promise((resolve) => {
      const settle = (lock: Disposable | undefined): void => {
        queue.delete(turn)
        timer.cancel()
        gone.removeEventListener('abort', leave)
        resolve(lock)
      }
      const turn = (): void => settle(this.#hold(key))
      const leave = (): void => settle(undefined)
      const timer = this.#clock.timer(PATIENCE, leave)
      gone.addEventListener('abort', leave)
      queue.add(turn)
    })
  }

  #hold(key: string): Disposable {
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return
        isHeld = false
        this.#pass(key)
      },
    }
  }

  #pass(key: string): void {
    const [next] = this.#queues.get(key) ?? []
    if (next === undefined) this.#queues.delete(key)
    else next()
  }
}
