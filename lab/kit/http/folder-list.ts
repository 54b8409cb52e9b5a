/** What a folder holds, as far as it would be served. */
import type { Dirent, Stats } from 'node:fs'
import { access, constants, opendir, realpath, stat } from 'node:fs/promises'
import { innerPath, isInside, problemOf, tellableProblem, type FolderProblem } from './containment.ts'
import { decodePath } from './target.ts'

/** Entries of one list. */
const MOST = 5000
/** Names that are looked at for one list, those that are left out included. */
const MOST_NAMES = 50_000
/** Names whose files are asked about at once: a long list must not keep files of others waiting. */
const TOGETHER = 16

/** One name in a folder. */
export interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Octets; of a folder it means nothing. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** The entries of a folder in no order; `isWhole` is false if it holds more of them. */
export interface Listing {
  readonly entries: readonly Entry[]
  readonly isWhole: boolean
}

type IsServed = (name: string, kind: Entry['kind']) => boolean

/** How a folder is listed. */
export interface ListOptions {
  /** Whether the entry of that name would be served; all are by default. */
  readonly isServed?: IsServed
  /** Whether a link at the second path may show what really lies at the first, both from the root on; any may by default. */
  readonly isOpen?: (real: string, path: string) => boolean
  /** 5,000 by default. */
  readonly most?: number
}

/**
 * Lists the folder at `path`, which is as `decodePath` gives it and ends with a slash. Left out is what a request for it
 * would be refused: hidden names, those that no target can spell, links that lead out, special files, what may not be read.
 */
export async function listFolder(
  root: string,
  path: string,
  { isServed = () => true, isOpen = () => true, most = MOST }: ListOptions = {},
): Promise<Listing | FolderProblem> {
  try {
    const real = await realpath(root + path)
    if (!isInside(root, real)) return 'outside'
    const { names, isWhole } = await readNames(real, isServed, most)
    const entries: Entry[] = []
    for (let at = 0; at < names.length; at += TOGETHER) {
      const some = names.slice(at, at + TOGETHER)
      const found = await Promise.all(some.map((name) => entryOf(root, path + name, isServed, isOpen)))
      entries.push(...found.filter((entry) => entry !== undefined))
    }
    return { entries, isWhole }
  } catch (error) {
    return tellableProblem(root, path, problemOf(error))
  }
}

async function readNames(
  real: string,
  isServed: IsServed,
  most: number,
): Promise<{ readonly names: readonly string[]; readonly isWhole: boolean }> {
  const names: string[] = []
  let count = 0
  // `for await` closes it.
  for await (const item of await opendir(real, { bufferSize: 256 })) {
    count += 1
    if (count > MOST_NAMES) return { names, isWhole: false }
    if (!isReachable(item.name) || !isLikely(item, isServed)) continue
    if (names.length === most) return { names, isWhole: false }
    names.push(item.name)
  }
  return { names, isWhole: true }
}

/** Whether the name is for all to see, and a link to it would lead to it. */
function isReachable(name: string): boolean {
  // U+FFFD stands for octets that are not UTF-8, and such a file cannot be opened by this name.
  if (name.startsWith('.') || name.includes('\ufffd') || !name.isWellFormed()) return false
  const decoded = decodePath(`/${encodeURIComponent(name)}`)
  return 'path' in decoded && decoded.path === `/${name}`
}

/** Spares the question to the system where the kind of file is known. */
function isLikely(item: Dirent, isServed: IsServed): boolean {
  if (item.isFile()) return isServed(item.name, 'file')
  if (item.isDirectory()) return isServed(item.name, 'folder')
  return !(item.isFIFO() || item.isSocket() || item.isBlockDevice() || item.isCharacterDevice())
}

/** Undefined for what would not be served; what is gone again or may not be looked at is no error of the folder's. */
async function entryOf(
  root: string,
  path: string,
  isServed: IsServed,
  isOpen: NonNullable<ListOptions['isOpen']>,
): Promise<Entry | undefined> {
  let stats: Stats
  try {
    const real = await realpath(root + path)
    const inner = innerPath(root, real)
    if (inner === undefined || (inner !== path && !isOpen(inner, path))) return undefined
    stats = await stat(real)
    await access(real, stats.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK)
  } catch (error) {
    // A process without descriptors must not show an empty folder.
    if (problemOf(error) === 'busy') throw error
    return undefined
  }
  const kind = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : undefined
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (kind === undefined || !isServed(name, kind)) return undefined
  return { name, kind, size: stats.size, modified: stats.mtimeMs }
}
