/** What keeps requests within the folder that a site is made of. */
import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { errorCode } from '../files.ts'

/** Why a path of a folder cannot be read. */
export type FolderProblem = 'missing' | 'outside' | 'special' | 'unreadable' | 'no-index' | 'busy'

/** The path from the root on of something with this real path, with slashes, beginning with one; undefined if it lies outside. */
export function innerPath(root: string, real: string): string | undefined {
  const realRoot = realpathSync.native(root)
  const folder = realRoot.endsWith(sep) ? realRoot : realRoot + sep
  if (real !== realRoot && !real.startsWith(folder)) return undefined
  return `/${real.slice(folder.length).replaceAll(sep, '/')}`
}

/** Whether something with this real path lies under the root, or is it. */
export function isInside(root: string, real: string): boolean {
  return innerPath(root, real) !== undefined
}

/** A path with its links followed as far as anything is there, from the root on; undefined if that lies outside. */
export function followedPath(root: string, path: string): string | undefined {
  let real: string | undefined
  let end = 0
  // From the root on, so that it ends where what is there does, however many segments a client invents.
  while (end < path.length) {
    const slash = path.indexOf('/', end + 1)
    const next = slash === -1 ? path.length : slash
    const found = realPath(root + path.slice(0, next))
    if (found === undefined) break
    real = found
    end = next
  }
  if (real === undefined) return path
  const inner = innerPath(root, real)
  const rest = path.slice(end)
  return inner === '/' && rest !== '' ? rest : inner && inner + rest
}

/** The problem that may be told of a path: behind a link that leads out all problems are one, so that nobody learns what is there and what is not. */
export function tellableProblem(root: string, path: string, problem: FolderProblem): FolderProblem {
  return followedPath(root, path) === undefined ? 'outside' : problem
}

/** Undefined for what does not exist or may not be looked at. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

/** What a system error says of a path; rethrows any other error. */
export function problemOf(error: unknown): FolderProblem {
  const code = errorCode(error)
  if (code === 'EACCES' || code === 'EPERM') return 'unreadable'
  if (code === 'ENXIO') return 'special'
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return 'missing'
  // No descriptor is left, in this process or in the system.
  if (code === 'EMFILE' || code === 'ENFILE') return 'busy'
  throw error
}
