import type { Changes } from '../host/change.ts'
import type { Io } from './command.ts'

/** What a reload did, in one line. */
export function changesLine(changes: Changes, io: Io): string {
  const parts = [
    [io.pick({ en: 'started', es: 'arrancado' }), changes.started],
    [io.pick({ en: 'restarted', es: 'reiniciado' }), changes.restarted],
    [io.pick({ en: 'stopped', es: 'detenido' }), changes.stopped],
    [io.pick({ en: 'unchanged', es: 'sin cambios' }), changes.unchanged],
  ] as const
  const told = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`)
  return `${io.pick({ en: 'reloaded', es: 'recargado' })}; ${told.join('; ') || io.pick({ en: 'no services', es: 'sin servicios' })}`
}
