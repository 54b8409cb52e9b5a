import type { Fault, Random } from '../service.ts'

/** A fault as a scenario writes it: where, how often, on what, and the service's own fields of what happens. */
export interface PlannedFault extends Fault {
  /** How many times it happens; without it, always. */
  readonly times?: number
  /** From 0 to 1. */
  readonly probability?: number
  /** It happens only where every field of the subject equals this, letter case ignored. */
  readonly match?: Readonly<Record<string, string>>
}

/** The faults of a scenario, and how often each has happened. */
export class Faults {
  #plan: readonly PlannedFault[] = []
  readonly #happened = new Map<PlannedFault, number>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Puts another plan in place; a fault that stays the same keeps its count. */
  plan(faults: readonly PlannedFault[]): void {
    const before = Map.groupBy(this.#plan, (old) => JSON.stringify(old))
    this.#plan = faults.map((fault) => before.get(JSON.stringify(fault))?.shift() ?? fault)
    for (const old of [...before.values()].flat()) this.#happened.delete(old)
  }

  /** The first fault of the point that fits the subject, has times left and wins its draw. */
  take(point: string, subject: Readonly<Record<string, string>> = {}): Fault | undefined {
    for (const fault of this.#plan) {
      if (fault.at !== point || !fits(fault, subject)) continue
      const happened = this.#happened.get(fault) ?? 0
      if (fault.times !== undefined && happened >= fault.times) continue
      if (
        fault.probability !== undefined &&
        this.#random.integer(0, 1_000_000) >= fault.probability * 1_000_000
      )
        continue
      this.#happened.set(fault, happened + 1)
      return fault
    }
    return undefined
  }
}

function fits(fault: PlannedFault, subject: Readonly<Record<string, string>>): boolean {
  return Object.entries(fault.match ?? {}).every(
    ([field, value]) => subject[field]?.toLowerCase() === value.toLowerCase(),
  )
}
