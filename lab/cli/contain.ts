import { sep } from 'node:path'
import type { Logger } from '../service.ts'
import { scopes } from '../host/scope.ts'

/** Keeps the process alive when a service's code throws where nothing could catch it; calls `fatal` when the host's own code does. */
export function containErrors(log: Logger, fatal: (error: unknown) => void): void {
  process.on('unhandledRejection', (reason) => {
    const scope = scopes.getStore()
    if (scope !== undefined) scope.fail(reason)
    else settle(reason)
  })
  process.on('uncaughtException', (error) => settle(error))
  const settle = (error: unknown): void => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    // Nothing says on whose behalf it ran, but the innermost frame says whose code it is.
    const frame = stack
      .split('\n')
      .find((line) => line.trimStart().startsWith('at ') && !line.includes('node:'))
    const culprit =
      frame === undefined ? undefined : new RegExp(`services\\${sep}([^\\${sep}]+)\\${sep}`).exec(frame)?.[1]
    if (culprit === undefined) return fatal(error)
    log.error({ service: culprit, error: stack }, 'internal error; the service goes on')
  }
}
