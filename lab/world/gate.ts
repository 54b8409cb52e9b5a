/** Keeps heavy work from taking all the threads that files need too. */

import { BusyError } from '../kit/busy.ts'

/** Runs a task as soon as fewer than the allowed number run; rejects at once, with a BusyError, if too many wait. */
export type Gate = <Result>(task: () => Promise<Result>) => Promise<Result>

/** Makes a gate that lets `width` tasks run at a time and `waiting` more wait, in order; `full` is the message of a refusal. */
export function createGate(width: number, waiting: number, full: string): Gate {
  const queue: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running < width) running += 1
    else if (queue.length >= waiting) throw new BusyError(full)
    else await new Promise<void>((resolve) => void queue.push(resolve))
    try {
      return await task()
    } finally {
      // The place goes straight to the next one, so that a newcomer cannot slip in between.
      const next = queue.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
