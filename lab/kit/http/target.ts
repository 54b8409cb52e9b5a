import { HttpRefusal } from './refusal.ts'

/** A request target taken apart; nothing is decoded. */
export interface Target {
  /** Undefined in origin-form. */
  readonly host: string | undefined
  readonly path: string
  readonly query: string | undefined
}

/** Takes origin-form and absolute-form apart; the authority and asterisk forms belong to CONNECT and OPTIONS (RFC 9112 §3.2). */
export function splitTarget(target: string): Target {
  if (target.charCodeAt(0) === 47) return withQuery(undefined, target)
  const match = /^https?:\/\/([^/?]+)(.*)$/i.exec(target)
  if (match === null) throw new HttpRefusal('target-syntax')
  const [, host, rest = ''] = match
  // RFC 9110 §4.2.3: an empty path means the root.
  return withQuery(host, rest.startsWith('/') ? rest : `/${rest}`)
}

function withQuery(host: string | undefined, rest: string): Target {
  const mark = rest.indexOf('?')
  if (mark < 0) return { host, path: rest, query: undefined }
  return { host, path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

// What must never reach a file system: controls, a backslash.
const unsafe = /[^ -~\x80-\uffff]|\\/

/** Why a path names nothing that may be visited. */
export type PathProblem = 'path-syntax' | 'path-hidden' | 'path-missing'

/**
 * Decodes the path of a request once (RFC 3986 §2.4) and proves that it cannot climb: the result begins with a slash,
 * holds no empty, dot or hidden segment, no backslash or control character, and no colon where Windows reads a drive or a stream in it.
 */
export function decodePath(
  path: string,
  platform = process.platform,
): { readonly path: string } | { readonly problem: PathProblem } {
  let decoded = path
  if (path.includes('%')) {
    // An encoded slash would move the border of a segment.
    if (/%2f/i.test(path)) return { problem: 'path-syntax' }
    try {
      decoded = decodeURIComponent(path)
    } catch {
      return { problem: 'path-syntax' }
    }
  }
  if (unsafe.test(decoded) || (platform === 'win32' && decoded.includes(':')))
    return { problem: 'path-syntax' }
  if (decoded.includes('//')) return { problem: 'path-missing' }
  // RFC 8615: the one dotted name that is meant to be seen.
  if (decoded.includes('/.') && /\/\.(?!well-known(?:\/|$))/.test(decoded)) return { problem: 'path-hidden' }
  return { path: decoded }
}
