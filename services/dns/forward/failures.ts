/** Failed questions, remembered for a short time so that they are not asked over and over (RFC 9520 §3.2). */
import type { ExtendedError } from '../wire/extended-error.ts'

/** A remembered failure. */
interface Failure {
  readonly error: ExtendedError
  /** Milliseconds since 1970. */
  readonly since: number
  /** Milliseconds for which the question is not asked again. */
  readonly pause: number
}

const LIMIT = 5000
/** Milliseconds; each failure in a row doubles the pause (RFC 9520 §3.2: at least a second, 5 s to begin with). */
const FIRST_PAUSE = 5000
const LONGEST_PAUSE = 30_000
/** Milliseconds after the pause for which a failure counts as one in a row. */
const ROW = 60_000

/** A bounded memory of failures; the oldest goes first. */
export class Failures {
  private readonly entries = new Map<string, Failure>()

  /** The error and the milliseconds until the question may be asked again; undefined if it may be now. */
  get(key: string, now: number): { readonly error: ExtendedError; readonly rest: number } | undefined {
    const failure = this.entries.get(key)
    // A clock set back must not make failures last.
    if (failure === undefined || now < failure.since) return undefined
    const rest = failure.since + failure.pause - now
    return rest > 0 ? { error: failure.error, rest } : undefined
  }

  /** Remembers one more failure, for `atLeast` milliseconds. */
  put(key: string, error: ExtendedError, now: number, atLeast = 0): void {
    const before = this.entries.get(key)
    const isInRow = before !== undefined && now - before.since < before.pause + ROW
    const pause = isInRow ? Math.min(before.pause * 2, LONGEST_PAUSE) : FIRST_PAUSE
    this.entries.delete(key)
    this.entries.set(key, { error, since: now, pause: Math.max(pause, atLeast) })
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= LIMIT) break
      this.entries.delete(oldest)
    }
  }

  /** The question was answered. */
  delete(key: string): void {
    this.entries.delete(key)
  }

  /** The reason for all of them may be gone. */
  clear(): void {
    this.entries.clear()
  }
}
