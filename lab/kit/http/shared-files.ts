import type { Stats } from 'node:fs'

/** The unit in which octets are known to be there. */
const BLOCK = 64 * 1024

/** The octets of one file as far as somebody has read them. */
export class SharedOctets {
  readonly #octets: Buffer
  readonly #isThere: Uint8Array

  /** `length` in octets; memory that nobody reads into is not taken from the system. */
  constructor(length: number) {
    this.#octets = Buffer.allocUnsafeSlow(length)
    this.#isThere = new Uint8Array(Math.ceil(length / BLOCK))
  }

  /** What is there from `from` on, at most `most` octets; undefined if it must be read first. */
  known(from: number, most: number): Buffer | undefined {
    const end = Math.min(from + most, this.#octets.length)
    let at = from
    while (at < end && this.#isThere[Math.floor(at / BLOCK)] === 1) at = (Math.floor(at / BLOCK) + 1) * BLOCK
    return at > from ? this.#octets.subarray(from, Math.min(at, end)) : undefined
  }

  /** Where the blocks around `most` octets from `from` on are to be read into, and where in the file they begin. */
  gap(from: number, most: number): { readonly start: number; readonly into: Buffer } {
    const start = from - (from % BLOCK)
    const end = Math.min(Math.ceil((from + most) / BLOCK) * BLOCK, this.#octets.length)
    return { start, into: this.#octets.subarray(start, end) }
  }

  /** All of `gap(from, …)` was read, which is so many octets. */
  fill(start: number, length: number): void {
    this.#isThere.fill(1, start / BLOCK, Math.ceil((start + length) / BLOCK))
  }
}

/**
 * Files that several download at the same time. The second who asks for a file that is still being sent begins to share:
 * what one has read the others need not read. With the last of them the memory goes.
 */
export class SharedFiles {
  readonly #memorySize: number
  readonly #used = new Map<string, Use>()
  #size = 0

  /** `memorySize` bounds what all files take, in octets. */
  constructor(memorySize: number) {
    this.#memorySize = memorySize
  }

  /** Notes a download of the file as it is now; `done` must be called once when it ends. */
  use(name: string, stats: Stats): { readonly octets: SharedOctets | undefined; readonly done: () => void } {
    const last = this.#used.get(name)
    const use =
      last !== undefined && isSame(last.stats, stats) ? last : { stats, users: 0, octets: undefined }
    use.users += 1
    this.#used.set(name, use)
    if (use.users > 1 && use.octets === undefined && this.#size + stats.size <= this.#memorySize) {
      use.octets = new SharedOctets(stats.size)
      this.#size += stats.size
    }
    return { octets: use.octets, done: () => this.#done(name, use) }
  }

  #done(name: string, use: Use): void {
    use.users -= 1
    if (use.users > 0) return
    if (this.#used.get(name) === use) this.#used.delete(name)
    if (use.octets !== undefined) this.#size -= use.stats.size
  }
}

interface Use {
  readonly stats: Stats
  users: number
  octets: SharedOctets | undefined
}

/** The file was not changed between the two, as far as a file system can tell. */
export function isSame(a: Stats, b: Stats): boolean {
  return (
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.ctimeMs === b.ctimeMs &&
    a.dev === b.dev
  )
}
