/** Octets that come in pieces and leave from the front, each moved a few times at most however small the pieces are. */
export class Gathering {
  #octets = Buffer.alloc(0)
  #start = 0
  #end = 0

  get size(): number {
    return this.#end - this.#start
  }

  add(piece: Buffer): void {
    if (this.#end + piece.length > this.#octets.length) this.#grow(piece.length)
    piece.copy(this.#octets, this.#end)
    this.#end += piece.length
  }

  /** What is there, good until the next `add`. */
  peek(): Buffer {
    return this.#octets.subarray(this.#start, this.#end)
  }

  /** Takes octets from the front, good until the next `add`. */
  take(count: number): Buffer {
    const taken = this.#octets.subarray(this.#start, Math.min(this.#start + count, this.#end))
    this.#start += taken.length
    return taken
  }

  #grow(more: number): void {
    const { size } = this
    const octets = Buffer.alloc(Math.max(512, 2 * (size + more)))
    this.peek().copy(octets)
    this.#octets = octets
    this.#start = 0
    this.#end = size
  }
}

/** A message that is shorter than what its lengths say. */
export class ShortError extends Error {
  constructor() {
    super('the message ends too early')
    this.name = 'ShortError'
  }
}

/** Reads numbers and vectors (RFC 8446 §3.4) one behind the other; throws a ShortError where there are none. */
export class Cursor {
  readonly #octets: Buffer
  #place = 0

  constructor(octets: Buffer) {
    this.#octets = octets
  }

  get left(): number {
    return this.#octets.length - this.#place
  }

  take(count: number): Buffer {
    if (count > this.left) throw new ShortError()
    this.#place += count
    return this.#octets.subarray(this.#place - count, this.#place)
  }

  number(octets: 1 | 2 | 3 | 4): number {
    return this.take(octets).readUIntBE(0, octets)
  }

  /** What stands after its length, which itself has so many octets. */
  vector(octets: 1 | 2 | 3): Buffer {
    return this.take(this.number(octets))
  }
}

/** A vector of numbers with so many octets each; a rest that is too short is left out. */
export function numbersOf(vector: Buffer, octets: 1 | 2): readonly number[] {
  const cursor = new Cursor(vector)
  const numbers: number[] = []
  while (cursor.left >= octets) numbers.push(cursor.number(octets))
  return numbers
}
