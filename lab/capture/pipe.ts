/** A capture for one reader that asks for it piece by piece. */
import { Chunks, octetsIn, type Chunk } from './arena.ts'
import { Intake, type Section, type Sink } from './sink.ts'

/** Keeps blocks until the reader takes them. */
export class CapturePipe implements Sink {
  readonly #intake = new Intake()
  readonly #section: Section
  readonly #chunks = new Chunks()
  #taken: Chunk[] = []
  #isOver = false

  constructor(section: Section) {
    this.#section = section
    this.#chunks.add(section.preamble())
  }

  get dropped(): number {
    return this.#intake.total
  }

  write(block: Buffer): void {
    if (!this.#isOver && this.#intake.takes(block, this.#chunks.octets)) this.#chunks.add(block)
  }

  async close(): Promise<void> {
    if (!this.#isOver) this.#chunks.add(this.#section.epilogue(this.#intake.dropped))
    this.#isOver = true
  }

  /** Gives some whole blocks to `use`, which may not keep them; undefined if there are none. */
  take<Result>(use: (blocks: Buffer) => Result): Result | undefined {
    if (this.#taken.length === 0) this.#taken = this.#chunks.take()
    const chunk = this.#taken.shift()
    if (chunk === undefined) return undefined
    const result = use(octetsIn(chunk))
    this.#chunks.release(chunk)
    return result
  }
}
