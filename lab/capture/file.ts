/** Blocks in a file, or in a ring of files. */
import { unlink } from 'node:fs/promises'
import { messageOf } from '../host/error.ts'
import { errorCode } from '../kit/files.ts'
import type { Logger } from '../service.ts'
import { openDraft, type Draft } from './draft.ts'
import { interfaceOf } from './pcapng.ts'
import { PARTS, ringName, type Ring } from './ring.ts'
import { Chunks, octetsIn, type Chunk } from './arena.ts'
import { Intake, type Section, type Sink } from './sink.ts'

/** Milliseconds that a block waits for others, until they fill a chunk: one write takes them all. */
const INTERVAL = 50
/** Milliseconds that the end of a capture waits for the disk. */
const PATIENCE = 3000

/** How a file is written. */
export interface FileOptions {
  readonly path: string
  readonly ring?: Ring | undefined
  readonly section: Section
  readonly log: Logger
  /** Called once if the file cannot be written any more. */
  readonly failed: () => void
}

/** Takes blocks and writes them in order, whole ones at a time. */
export class CaptureFile implements Sink {
  readonly #options: FileOptions
  readonly #intake: Intake
  #draft: Draft
  readonly #chunks = new Chunks()
  /** What is to be written, and where the next file of a ring begins. */
  #queue: (Chunk | 'next')[] = []
  #timer: NodeJS.Timeout | undefined
  /** Whether what is there is written, little as it may be. */
  #isDue = false
  #writing: Promise<void> | undefined
  #isOver = false
  /** Where the current file of the ring is, when all that is queued is written. */
  readonly #current = { octets: 0, least: 0, since: 0 }
  #number = 1
  readonly #earlier: { readonly path: string; readonly octets: number; readonly endedAt: number }[] = []

  private constructor(options: FileOptions, draft: Draft) {
    this.#options = options
    this.#draft = draft
    this.#intake = new Intake(() =>
      options.log.warn(
        { file: options.path },
        'the disk is too slow for the capture; packets are left out and counted',
      ),
    )
    this.#begin()
  }

  /** Creates the file; throws a `LabError` if that cannot be, or would destroy something else. */
  static async open(options: FileOptions): Promise<CaptureFile> {
    const { path, ring } = options
    return new CaptureFile(
      options,
      await openDraft(ring === undefined ? path : ringName(path, 1, new Date())),
    )
  }

  /** The file that is written now. */
  get path(): string {
    return this.#draft.path
  }

  get dropped(): number {
    return this.#intake.total
  }

  write(block: Buffer): void {
    if (this.#isOver || !this.#intake.takes(block, this.#chunks.octets)) return
    if (interfaceOf(block) !== undefined && this.#isFull(block.length)) {
      this.#push(this.#options.section.epilogue(this.#intake.dropped))
      this.#queue.push(...this.#chunks.take(), 'next')
      this.#begin()
    }
    this.#push(block)
    if (this.#chunks.hasFull) this.#start()
    this.#timer ??= setTimeout(() => this.#startAll(), INTERVAL)
  }

  async close(): Promise<void> {
    if (this.#isOver) return
    this.#push(this.#options.section.epilogue(this.#intake.dropped))
    this.#isOver = true
    this.#startAll()
    const late = new Promise<void>((resolve) => void setTimeout(resolve, PATIENCE).unref())
    await Promise.race([this.#writing?.then(() => this.#draft.close()), late])
  }

  #begin(): void {
    const preamble = this.#options.section.preamble()
    Object.assign(this.#current, { octets: 0, least: preamble.length, since: performance.now() })
    this.#push(preamble)
  }

  #push(octets: Buffer): void {
    this.#chunks.add(octets)
    this.#current.octets += octets.length
  }

  /** Whether the next file of the ring is due. */
  #isFull(more: number): boolean {
    const { octets, milliseconds } = this.#options.ring ?? {}
    const { octets: size, least, since } = this.#current
    // A part that many open flows begin shall hold something beside their secrets.
    if (octets !== undefined && size > least && size + more > Math.max(octets / PARTS, 2 * least)) return true
    return milliseconds !== undefined && performance.now() - since > milliseconds / PARTS
  }

  #startAll(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = true
    this.#start()
  }

  #start(): void {
    if (!this.#chunks.isEmpty || this.#queue.length > 0) this.#writing ??= this.#run()
  }

  async #run(): Promise<void> {
    try {
      for (let piece = this.#take(); piece !== undefined; piece = this.#take())
        await (piece === 'next' ? this.#next() : this.#put(piece))
    } catch (error) {
      await this.#abandon(error)
    }
    this.#writing = undefined
  }

  /** As many chunks as there are: a busy loop does not come back for each. */
  #take(): readonly Chunk[] | 'next' | undefined {
    if (this.#queue.length === 0) {
      if (this.#isDue) this.#chunks.seal()
      this.#isDue = false
      this.#queue.push(...this.#chunks.takeFull())
    }
    if (this.#queue[0] === 'next') {
      this.#queue.shift()
      return 'next'
    }
    const end = this.#queue.indexOf('next')
    const chunks = this.#queue
      .splice(0, end < 0 ? this.#queue.length : end)
      .filter((piece) => piece !== 'next')
    return chunks.length === 0 ? undefined : chunks
  }

  async #put(chunks: readonly Chunk[]): Promise<void> {
    try {
      await this.#draft.append(chunks.map(octetsIn))
    } finally {
      for (const chunk of chunks) this.#chunks.release(chunk)
    }
  }

  async #next(): Promise<void> {
    const { path, octets } = this.#draft
    await this.#draft.close()
    const now = performance.now()
    this.#earlier.push({ path, octets, endedAt: now })
    const { octets: most = Infinity, milliseconds = Infinity } = this.#options.ring ?? {}
    // The new file will have its part, too.
    const room = most * (1 - 1 / PARTS)
    for (let sum = this.#earlier.reduce((all, file) => all + file.octets, 0); ;) {
      const [oldest] = this.#earlier
      if (oldest === undefined || (sum <= room && now - oldest.endedAt <= milliseconds)) break
      this.#earlier.shift()
      sum -= oldest.octets
      // What somebody has taken away is away.
      await unlink(oldest.path).catch(() => undefined)
    }
    this.#number += 1
    this.#draft = await openDraft(ringName(this.#options.path, this.#number, new Date()))
  }

  async #abandon(reason: unknown): Promise<void> {
    this.#isOver = true
    this.#queue = []
    clearTimeout(this.#timer)
    this.#chunks.take()
    try {
      await this.#draft.close()
    } catch {
      // What could not be written is told below.
    }
    const fields = { file: this.#draft.path, reason: messageOf(reason) }
    this.#options.log.error(
      fields,
      errorCode(reason) === 'ENOSPC'
        ? 'the disk is full: the capture has ended, what was written can be read; the lab goes on'
        : 'the capture cannot be written any more and has ended; the lab goes on',
    )
    this.#options.failed()
  }
}
