import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stackOf } from '../host/error.ts'
import { scopes } from '../host/scope.ts'
import type { Logger } from '../service.ts'

/** Keeps the process alive when a service's code throws where nothing could catch it; calls `fatal` when the host's own code does. */
export function containErrors(
  folders: readonly string[],
  log: Logger,
  fatal: (error: unknown) => void,
): void {
  const settle = (error: unknown): void => {
    const scope = scopes.getStore()
    if (scope !== undefined) return scope.fail(error)
    const stack = stackOf(error)
    // Nothing says on whose behalf it ran, but the stack may say whose code it is.
    if (!folders.some((folder) => runsIn(stack, folder))) return fatal(error)
    log.error({ error: stack }, 'internal error of a service; the lab goes on')
  }
  process.on('unhandledRejection', settle)
  process.on('uncaughtException', settle)
}

/** True if the innermost frame that is neither Node's nor a package's lies in the folder. */
function runsIn(stack: string, folder: string): boolean {
  const frames = stack
    .split('\n')
    .flatMap((line) => /(?:\(|at )((?:file:\/\/|\/|[A-Za-z]:\\).*?):\d+:\d+\)?$/.exec(line)?.[1] ?? [])
  const own = frames
    .map((frame) => (frame.startsWith('file:') ? fileURLToPath(frame) : frame))
    .find((frame) => !frame.includes('node_modules'))
  return own?.startsWith(`${resolve(folder)}${sep}`) === true
}
