import {
  close,
  closeSync,
  constants,
  fstatSync,
  openSync,
  read,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs'
import { extname, sep } from 'node:path'
import { promisify } from 'node:util'
import type { HttpBody } from './answer.ts'

/** Why a path of a folder cannot be read. */
export type FolderProblem = 'missing' | 'outside' | 'special' | 'unreadable' | 'no-index' | 'busy'

/** A file as found at this moment. */
export interface FoundFile {
  readonly kind: 'file'
  /** In lower case with its dot, empty without one. */
  readonly extension: string
  /** Pieces for a file that is too large to be kept; they must be closed. */
  readonly body: string | Buffer | HttpBody
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
  /** The pieces of a large file, 8,192 by default. */
  readonly pieceSize?: number
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
const readInto = promisify(read)

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
  readonly #pieceSize: number
  readonly #kept = new Map<string, Kept>()
  #size = 0
  #turn = 0
  #isTurning = false

  constructor(root: string, options: FolderOptions) {
    this.#root = root
    this.#index = options.index
    this.#smallSize = options.smallSize ?? 65_536
    this.#memorySize = options.memorySize ?? 8_388_608
    this.#pieceSize = options.pieceSize ?? 8192
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

  /** Behind a link that leads out all problems are one: nobody learns what is there and what is not. */
  #problem(path: string, problem: FolderProblem): Found {
    let real = ''
    // From the root on, so that it ends where the path does, however many segments a client invents.
    for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
      const parent = realPath(this.#root + path.slice(0, end))
      if (parent === undefined) break
      real = parent
    }
    return { kind: 'problem', problem: real === '' || this.#isInside(real) ? problem : 'outside' }
  }

  #open(name: string, isIndex: boolean): Found {
    const real = realpathSync.native(name)
    if (!this.#isInside(real)) return { kind: 'problem', problem: 'outside' }
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
        return { kind: 'file', extension, body: new FilePieces(file, opened.size, this.#pieceSize) }
      }
      return release(
        file,
        this.#keep(name, {
          kind: 'file',
          extension,
          body: readWhole(file, opened.size),
          stats: opened,
          turn: -1,
        }),
      )
    } catch (error) {
      closeSync(file)
      throw error
    }
  }

  #isInside(real: string): boolean {
    const root = realpathSync.native(this.#root)
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)
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

function isSame(a: Stats, b: Stats): boolean {
  return (
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.ctimeMs === b.ctimeMs &&
    a.dev === b.dev
  )
}

/** Undefined for what does not exist or may not be looked at. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

function problemOf(error: unknown): FolderProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EACCES' || code === 'EPERM') return 'unreadable'
  if (code === 'ENXIO') return 'special'
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return 'missing'
  // No descriptor is left, in this process or in the system.
  if (code === 'EMFILE' || code === 'ENFILE') return 'busy'
  throw error
}

/** An open file, read in pieces from its beginning. */
class FilePieces implements HttpBody {
  readonly length: number
  readonly #file: number
  readonly #pieceSize: number
  #at = 0

  constructor(file: number, length: number, pieceSize: number) {
    this.length = length
    this.#file = file
    this.#pieceSize = pieceSize
  }

  async read(): Promise<Buffer | undefined> {
    const piece = Buffer.allocUnsafeSlow(this.#pieceSize)
    const { bytesRead } = await readInto(this.#file, piece, 0, this.#pieceSize, this.#at)
    this.#at += bytesRead
    return bytesRead === 0 ? undefined : piece.subarray(0, bytesRead)
  }

  close(): void {
    close(this.#file)
  }
}
