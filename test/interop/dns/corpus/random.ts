/** Chance that comes out the same in each run. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed
  }

  /** A whole number from 0 to below `limit`, by a linear congruential generator whose upper bits are used. */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.state / 2 ** 32) * limit)
  }

  /** Whether an event of this chance, from 0 to 1, has come. */
  happens(chance: number): boolean {
    return this.below(1_000_000) < chance * 1_000_000
  }

  /** One of the values, which must not be none. */
  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('there is nothing to pick from')
    return value
  }
}
