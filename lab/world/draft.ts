/** A message on its way to disk: CRLF becomes LF, and what it measures is counted. */
import { closeSync, constants, fsync, write } from 'node:fs'
import { promisify } from 'node:util'
import { removeFile } from '../kit/files.ts'
import type { MessageDraft } from '../service.ts'
import { CR, LF } from './line-ends.ts'

/** The most octets handled before the event loop has its turn. */
const PORTION = 64 * 1024

/** The room that a message has at first, in octets. */
const ROOM = 8 * 1024

/** Has a write wait for the disk; elsewhere the flag is missing, or promises less than `sync` does (macOS). */
const SYNCED = process.platform === 'linux' ? constants.O_DSYNC : 0

/** What a written message measures. */
export interface Measures {
  /** Octets on disk. */
  readonly size: number
  /** Octets with lines ended by CR LF; undefined where the last line has no end, so that readers differ on them. */
  readonly octets: number | undefined
}

const writeTo = promisify(write)
const sync = promisify(fsync)

/** Creates the file of a draft, which must not be there, with more flags of `open`; resolves with its descriptor. */
export type CreateFile = (path: string, flags: number) => Promise<number>

/**
 * The file of a message that is being written. A small one is held in memory until it is whole, and then opened, written
 * and made durable in two steps.
 */
export class DraftFile {
  readonly path: string
  readonly #create: CreateFile
  #file: number | undefined
  #flushing: Promise<void> | undefined
  #isRemoved = false
  #portion = Buffer.alloc(0)
  #used = 0
  /** Octets that have left the portion. */
  #flushed = 0
  /** Octets as they would be with CR LF; grows by each octet that comes, and by a CR for each LF that has none. */
  #octets = 0
  /** What came last: a CR that is an octet of the message only if no LF follows, or a CR of several, which all stay. */
  #last: 'other' | 'line end' | 'held CR' | 'CR' = 'other'

  constructor(path: string, create: CreateFile) {
    this.path = path
    this.#create = create
  }

  /** Resolves when the octets are no longer needed. */
  async write(piece: Buffer): Promise<void> {
    this.#makeRoom(piece.length)
    let from = 0
    while (from < piece.length) {
      from = this.#fill(piece, from)
      if (from < piece.length) await this.#flush()
    }
  }

  /** Makes the whole durable and closes the file. */
  async finish(): Promise<Measures> {
    if (this.#last === 'held CR') {
      if (this.#used === this.#portion.length) await this.#flush()
      this.#portion[this.#used++] = CR
    }
    const size = this.#flushed + this.#used
    const isEnded = size === 0 || this.#last === 'line end'
    // One write makes it durable; of an empty message there is none.
    const isSynced = this.#file === undefined && SYNCED !== 0 && size > 0
    const file = (this.#file ??= await this.#create(this.path, isSynced ? SYNCED : 0))
    await this.#flush()
    if (!isSynced) await sync(file)
    this.#close()
    return { size, octets: isEnded ? this.#octets : undefined }
  }

  /** Leaves no file behind. */
  async remove(): Promise<void> {
    this.#isRemoved = true
    // A descriptor that is closed under a write may be another file's before the write is done.
    await Promise.allSettled([this.#flushing])
    this.#portion = Buffer.alloc(0)
    try {
      this.#close()
    } finally {
      await removeFile(this.path)
    }
  }

  /** Without another thread: nothing is left to be written. */
  #close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) closeSync(file)
  }

  #makeRoom(octets: number): void {
    // Two octets more, for `fill` keeps room for a CR that was held back.
    const wanted = Math.min(this.#used + octets + 2, PORTION)
    if (wanted <= this.#portion.length) return
    const portion = Buffer.allocUnsafeSlow(Math.min(Math.max(wanted, this.#used * 2, ROOM), PORTION))
    this.#portion.copy(portion, 0, 0, this.#used)
    this.#portion = portion
  }

  /** Takes over octets from `from` on and returns where it stopped; the portion is then full or the piece at its end. */
  #fill(piece: Buffer, from: number): number {
    const portion = this.#portion
    const full = portion.length - 1
    let used = this.#used
    let last = this.#last
    let bare = 0
    let at = from
    for (; at < piece.length && used < full; at++) {
      const octet = piece[at] ?? 0
      if (octet === LF) {
        if (last === 'other' || last === 'line end') bare += 1
        last = 'line end'
      } else {
        if (last === 'held CR') portion[used++] = CR
        if (octet !== CR) last = 'other'
        else if (last === 'held CR' || last === 'CR') last = 'CR'
        else {
          last = 'held CR'
          continue
        }
      }
      portion[used++] = octet
    }
    this.#used = used
    this.#last = last
    this.#octets += at - from + bare
    return at
  }

  #flush(): Promise<void> {
    return (this.#flushing = this.#put())
  }

  async #put(): Promise<void> {
    if (this.#isRemoved) throw new Error('the draft of a message was removed while it was written')
    const file = (this.#file ??= await this.#create(this.path, 0))
    let from = 0
    while (from < this.#used) {
      const { bytesWritten } = await writeTo(file, this.#portion, from, this.#used - from)
      from += bytesWritten
    }
    this.#flushed += this.#used
    this.#used = 0
  }
}

/** A draft whose file goes as soon as anything has failed, for it may be the disk that is full. */
export class Draft implements MessageDraft {
  readonly #file: DraftFile
  readonly #store: (file: DraftFile) => Promise<string>
  #failure: unknown
  #isOver = false

  /** `store` puts the finished file in its place. */
  constructor(file: DraftFile, store: (file: DraftFile) => Promise<string>) {
    this.#file = file
    this.#store = store
  }

  async write(octets: Buffer): Promise<void> {
    this.#check()
    try {
      await this.#file.write(octets)
    } catch (error) {
      await this.#fail(error)
      throw error
    }
  }

  async commit(): Promise<string> {
    this.#check()
    this.#isOver = true
    try {
      return await this.#store(this.#file)
    } catch (error) {
      await this.#fail(error)
      throw error
    }
  }

  async abort(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#file.remove()
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isOver) throw new Error('the draft of a message is used after its end')
  }

  async #fail(error: unknown): Promise<void> {
    this.#failure ??= error
    this.#isOver = true
    await this.#file.remove()
  }
}
