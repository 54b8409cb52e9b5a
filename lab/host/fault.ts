import type { Fault, Random } from '../service.ts'

/** A fault as a scenario writes it: where, how often, on what, and the service's own fields of what happens. */
export interface PlannedFault extends Fault {
  /** How many times it happens; without it, always. */
  readonly times?: number
  /** From 0 to 1. */
  readonly probability?: number
  /** It happens only where every field of the subject equals this, letter case ignored. */
  readonly match?: Readonly<Record<string, string>>
  /** Students are to find it: neither console nor command line tell of it, or switch it off. */
  readonly hidden?: boolean
}

/** A fault with what became of it. */
export interface FaultStatus {
  readonly id: number
  readonly fault: PlannedFault
  /** Who planned it: the scenario, or somebody while the lab ran. */
  readonly origin: 'scenario' | 'live'
  readonly isOn: boolean
  /** How often it has happened. */
  readonly committed: number
}

/** How many faults may be planned while the lab runs. */
const MOST_LIVE = 1000

interface Entry extends FaultStatus {
  isOn: boolean
  committed: number
}

/** What is broken: the faults of the scenario, those that were planned live, and how often each has happened. */
export class Faults {
  #planned: readonly Entry[] = []
  /** The newest first: what somebody breaks now is what they want to see. */
  #live: readonly Entry[] = []
  #last = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Puts another plan of the scenario in place; a fault that stays the same keeps its number, its count and whether it is on. */
  plan(faults: readonly PlannedFault[]): void {
    const before = Map.groupBy(this.#planned, ({ fault }) => JSON.stringify(fault))
    this.#planned = faults.map(
      (fault) => before.get(JSON.stringify(fault))?.shift() ?? this.#entry(fault, 'scenario'),
    )
  }

  /** All faults: those of the scenario, then the live ones in the order in which they were added. */
  list(): readonly FaultStatus[] {
    return [...this.#planned, ...this.#live.toReversed()]
  }

  /** Those that a person may see and switch: all but what the scenario hides. */
  shown(): readonly FaultStatus[] {
    return this.list().filter(({ fault, origin }) => origin === 'live' || fault.hidden !== true)
  }

  /** Plans a fault, which goes before all others, until it is removed or the lab ends; undefined if there are too many. */
  add(fault: PlannedFault): FaultStatus | undefined {
    if (this.#live.length >= MOST_LIVE) return undefined
    const entry = this.#entry(fault, 'live')
    this.#live = [entry, ...this.#live]
    return entry
  }

  /** Switches a fault on or off; undefined if there is none of that number. */
  set(id: number, isOn: boolean): FaultStatus | undefined {
    const entry = this.#find(id)
    if (entry !== undefined) entry.isOn = isOn
    return entry
  }

  /** Takes a live fault away; false if there is none of that number. */
  remove(id: number): boolean {
    const left = this.#live.filter((entry) => entry.id !== id)
    const isFound = left.length < this.#live.length
    this.#live = left
    return isFound
  }

  /** The first fault of the point that is on, fits the subject, has times left and wins its draw. */
  take(point: string, subject: Readonly<Record<string, string>> = {}): Fault | undefined {
    const commits = (entry: Entry): boolean => this.#commits(entry, point, subject)
    return (this.#live.find(commits) ?? this.#planned.find(commits))?.fault
  }

  #commits(entry: Entry, point: string, subject: Readonly<Record<string, string>>): boolean {
    const { fault, isOn, committed } = entry
    const { times, probability } = fault
    if (fault.at !== point || !isOn || !fits(fault, subject)) return false
    if (times !== undefined && committed >= times) return false
    if (probability !== undefined && this.#random.integer(0, 1_000_000) >= probability * 1_000_000)
      return false
    entry.committed += 1
    return true
  }

  #find(id: number): Entry | undefined {
    return [...this.#planned, ...this.#live].find((entry) => entry.id === id)
  }

  #entry(fault: PlannedFault, origin: FaultStatus['origin']): Entry {
    this.#last += 1
    return { id: this.#last, fault, origin, isOn: true, committed: 0 }
  }
}

function fits(fault: PlannedFault, subject: Readonly<Record<string, string>>): boolean {
  return Object.entries(fault.match ?? {}).every(
    ([field, value]) => subject[field]?.toLowerCase() === value.toLowerCase(),
  )
}
