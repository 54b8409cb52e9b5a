import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs'
import { extname } from 'node:path'
import type { Validators } from './conditional.ts'
import { innerPath, problemOf, tellableProblem, type FolderProblem } from './containment.ts'
import { FileBody } from './file-body.ts'
import { Pace } from './pace.ts'
import { isSame, SharedFiles } from './shared-files.ts'

export type { FolderProblem }

/** A file as found at this moment. */
export interface FoundFile {
  readonly kind: 'file'
  /** Where it really lies, from the root on; another path than the one asked for if a link was followed. */
  readonly path: string
  /** In lower case with its dot, empty without one. */
  readonly extension: string
  /** Pieces for a file that is too large to be kept; they must be closed. */
  readonly body: string | Buffer | FileBody
  readonly validators: Validators
}

/** What stands at a path; `folder` is one that was named without its final slash. */
export type Found =
  | FoundFile
  | { readonly kind: 'folder' }
  | { readonly kind: 'problem'; readonly problem: FolderProblem }

/** How a folder is read; sizes in octets. */
export interface FolderOptions {
  /** The file that stands for its folder. */
  readonly index: string
  /** The largest file kept in memory, 65,536 by default. */
  readonly smallSize?: number
  /** All files kept in memory, 8,388,608 by default. */
  readonly memorySize?: number
  /** Larger files that several clients download at the same time, while they do, 33,554,432 by default. */
  readonly sharedSize?: number
}

interface Kept extends FoundFile {
  readonly body: string | Buffer
  readonly stats: Stats
  /** The turn of the event loop in which the file was last seen to be the same. */
  turn: number
}

// Never waits for the other end of a FIFO; a link is followed only by `realpath`, whose result is checked. Windows lacks both.
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)
/** Up to here one write of head and body as text is cheaper than a gathered one of text and octets. */
const textSize = 4096
const quietly = { throwIfNoEntry: false } as const

/**
 * The files under one folder, and nothing beside it. Small files stay in memory; in each turn of the event loop their
 * first use asks the system whether the file is still the same. A client that sends its request after it knows of a
 * change is read in a later turn, so that nobody can see an old file.
 */
export class Folder {
  readonly #root: string
  readonly #index: string
  readonly #smallSize: number
  readonly #memorySize: number
  readonly #kept = new Map<string, Kept>()
  readonly #shared: SharedFiles
  readonly #pace = new Pace()
  #size = 0
  #turn = 0
  #isTurning = false

  constructor(root: string, options: FolderOptions) {
    this.#root = root
    this.#index = options.index
    this.#smallSize = options.smallSize ?? 65_536
    this.#memorySize = options.memorySize ?? 8_388_608
    this.#shared = new SharedFiles(options.sharedSize ?? 33_554_432)
  }

  /** `path` as `decodePath` gives it. */
  find(path: string): Found {
    const isFolder = path.endsWith('/')
    const name = this.#root + (isFolder ? path + this.#index : path)
    const kept = this.#kept.get(name)
    if (kept?.turn === this.#turn) return kept
    try {
      const stats = statSync(name, quietly)
      if (stats === undefined) return this.#missing(path, isFolder)
      if (kept !== undefined) {
        if (isSame(kept.stats, stats)) return this.#vouch(kept)
        this.#forget(name, kept)
      }
      return this.#open(name, isFolder)
    } catch (error) {
      return this.#problem(path, problemOf(error))
    }
  }

  /** Until the event loop looks for new input again. */
  #vouch(kept: Kept): Kept {
    kept.turn = this.#turn
    if (!this.#isTurning) {
      this.#isTurning = true
      setImmediate(() => {
        this.#isTurning = false
        this.#turn += 1
      })
    }
    return kept
  }

  #missing(path: string, isFolder: boolean): Found {
    const isThere = isFolder && statSync(this.#root + path, quietly)?.isDirectory() === true
    return this.#problem(path, isThere ? 'no-index' : 'missing')
  }

  #problem(path: string, problem: FolderProblem): Found {
    return { kind: 'problem', problem: tellableProblem(this.#root, path, problem) }
  }

  #open(name: string, isIndex: boolean): Found {
    const real = realpathSync.native(name)
    const inner = innerPath(this.#root, real)
    if (inner === undefined) return { kind: 'problem', problem: 'outside' }
    const stats = statSync(real)
    if (stats.isDirectory()) return isIndex ? { kind: 'problem', problem: 'no-index' } : { kind: 'folder' }
    if (!stats.isFile()) return { kind: 'problem', problem: 'special' }
    const file = openSync(real, openFlags)
    try {
      // What was opened counts, not what stood there before.
      const opened = fstatSync(file)
      if (!opened.isFile()) return release(file, { kind: 'problem', problem: 'special' })
      const extension = extname(name).toLowerCase()
      if (opened.size > this.#smallSize) {
        const body = new FileBody(file, opened.size, { pace: this.#pace, ...this.#shared.use(real, opened) })
        return { kind: 'file', path: inner, extension, body, validators: validatorsOf(opened) }
      }
      return release(
        file,
        this.#keep(name, {
          kind: 'file',
          path: inner,
          extension,
          body: readWhole(file, opened.size),
          validators: validatorsOf(opened),
          stats: opened,
          turn: -1,
        }),
      )
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  #keep(name: string, file: Kept): Kept {
    // A file that changes while it is read is not worth keeping.
    if (file.body.length !== file.stats.size) return file
    for (const [oldest, kept] of this.#kept) {
      if (this.#size + file.body.length <= this.#memorySize) break
      this.#forget(oldest, kept)
    }
    this.#kept.set(name, file)
    this.#size += file.body.length
    return file
  }

  #forget(name: string, kept: Kept): void {
    if (this.#kept.delete(name)) this.#size -= kept.body.length
  }
}

function release<Result>(file: number, result: Result): Result {
  closeSync(file)
  return result
}

function readWhole(file: number, size: number): string | Buffer {
  const octets = Buffer.allocUnsafeSlow(size)
  let length = 0
  while (length < size) {
    const count = readSync(file, octets, length, size - length, length)
    if (count === 0) break
    length += count
  }
  return length > textSize ? octets.subarray(0, length) : octets.toString('latin1', 0, length)
}

/** Strong, as far as a change within one tick of the file system's clock can be seen (RFC 9110 §8.8.1). */
function validatorsOf({ mtimeMs, size, ino }: Stats): Validators {
  const tag = [Math.round(mtimeMs * 1000), size, ino].map((part) => part.toString(36)).join('-')
  return { tag: `"${tag}"`, modified: mtimeMs }
}
