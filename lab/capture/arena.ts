/** Memory that is used again and again: new memory costs many times what is written into it. */

/** Octets of an arena, and of a chunk: several of the largest packets fit. */
const ARENA = 1024 * 1024
const CHUNK = 256 * 1024
/** Chunks that are kept for their next use. */
const SPARE = 16

/** Memory for blocks that are short-lived and end all together. */
export class Arena {
  #memory: Buffer | undefined
  #used = 0

  /** A block of that size; from memory of its own if there is no room. */
  take(size: number): Buffer {
    this.#memory ??= Buffer.allocUnsafeSlow(ARENA)
    if (this.#used + size > ARENA) return Buffer.allocUnsafe(size)
    const block = this.#memory.subarray(this.#used, this.#used + size)
    // So that the words of the next block lie where the machine reads them fastest.
    this.#used = (this.#used + size + 7) & ~7
    return block
  }

  /** Takes all back. */
  clear(): void {
    this.#used = 0
  }
}

/** Blocks one behind the other. */
export interface Chunk {
  readonly memory: Buffer
  length: number
}

/** Whole blocks, copied into chunks in their order. */
export class Chunks {
  #full: Chunk[] = []
  #filling: Chunk | undefined
  readonly #spare: Buffer[] = []
  #octets = 0

  /** Octets in all chunks that have not been released. */
  get octets(): number {
    return this.#octets
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#filling === undefined
  }

  /** Copies a block; it may be overwritten afterwards. */
  add(block: Buffer): void {
    let chunk = this.#filling
    if (chunk === undefined || chunk.length + block.length > chunk.memory.length) {
      this.seal()
      const memory =
        (block.length <= CHUNK && this.#spare.pop()) || Buffer.allocUnsafeSlow(Math.max(CHUNK, block.length))
      chunk = { memory, length: 0 }
      this.#filling = chunk
    }
    block.copy(chunk.memory, chunk.length)
    chunk.length += block.length
    this.#octets += block.length
  }

  /** Lets the next block begin a chunk. */
  seal(): void {
    if (this.#filling !== undefined) this.#full.push(this.#filling)
    this.#filling = undefined
  }

  /** Whether a chunk is full. */
  get hasFull(): boolean {
    return this.#full.length > 0
  }

  /** Takes out all chunks, to be released one by one. */
  take(): Chunk[] {
    this.seal()
    return this.takeFull()
  }

  /** Takes out those that are full or sealed. */
  takeFull(): Chunk[] {
    const taken = this.#full
    this.#full = []
    return taken
  }

  /** Has the memory of a chunk used again. */
  release({ memory, length }: Chunk): void {
    this.#octets -= length
    if (memory.length === CHUNK && this.#spare.length < SPARE) this.#spare.push(memory)
  }
}

/** What is in a chunk. */
export function octetsIn({ memory, length }: Chunk): Buffer {
  return memory.subarray(0, length)
}
