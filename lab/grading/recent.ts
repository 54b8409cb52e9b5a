/** A map that forgets the oldest half of what it holds when it is full. */
export class Recent<Key, Value> {
  readonly #most: number
  /** Two generations: to look for the oldest entry of one map at each step would cost more and more. */
  #newer = new Map<Key, Value>()
  #older: ReadonlyMap<Key, Value> = new Map()

  /** The newest `most` entries are always there, and never more than twice as many. */
  constructor(most: number) {
    this.#most = most
  }

  get(key: Key): Value | undefined {
    return this.#newer.get(key) ?? this.#older.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.#newer.size >= this.#most) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, value)
  }
}
