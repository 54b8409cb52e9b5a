/** What the operations of the console work on. */
import type { Captures } from '../capture/captures.ts'
import type { Hint } from '../check.ts'
import type { CheckResult } from '../grading/model.ts'
import type { Lab } from '../host/lab.ts'
import type { FactCounts } from './counts.ts'
import type { Task } from './schema.ts'

/** What the process that hosts the lab does itself. */
export interface LabActions {
  /** Reads the scenario again and puts it in place. */
  reload(): Promise<object>
  /** Begins to stop the lab. */
  stop(): void
}

/** Where the tasks of the scenario come from. */
export interface TaskSource {
  /** All of them as they stand now. */
  tasks(): readonly Task[] | Promise<readonly Task[]>
  /** Judges those of the ids, or all; `isQuiet` leaves those out that change the lab for a while. Throws a LabError if there is none of an id. */
  check?(ids: readonly string[], signal: AbortSignal, isQuiet?: boolean): Promise<readonly CheckResult[]>
  /** What helps with a task, from now on at its cost; throws a LabError if there is no such task, or no hint. */
  hint?(id: string): Promise<Hint>
}

/** Where the page of the console is. */
export interface PageAddress {
  /** With its token. */
  readonly url: string
  /** An address that leads there once. */
  ticketUrl(): string
}

/** A lab with what the console knows of it beyond. */
export interface Desk {
  readonly lab: Lab
  readonly actions: LabActions
  readonly counts: FactCounts
  /** None can be made if not given. */
  readonly captures?: Captures
  /** None yet if not given. */
  readonly tasks?: TaskSource
  /** The page; undefined while there is none. */
  page?(): PageAddress | undefined
}
