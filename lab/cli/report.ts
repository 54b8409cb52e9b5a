import { styleText } from 'node:util'
import type { Status } from '../console/schema.ts'
import { addressText } from '../kit/address.ts'
import type { Io } from './command.ts'
import { columns } from './help.ts'

const states = {
  stopped: { en: 'stopped', es: 'detenido' },
  starting: { en: 'starting', es: 'arrancando' },
  running: { en: 'running', es: 'en marcha' },
  stopping: { en: 'stopping', es: 'deteniéndose' },
  failed: { en: 'failed', es: 'con error' },
} as const

/** The state of a lab, for a person. */
export function statusReport(status: Status, io: Io): string {
  const lines = status.services.map(({ name, state, addresses, connections, trouble }) => {
    // Of several ports each has to be told which it is.
    const where = addresses
      .map((address) => (addresses.length === 1 ? '' : `${address.endpoint} `) + addressText(address))
      .join(', ')
    const open =
      connections === 0
        ? ''
        : io.pick({
            en: `, ${connections} open`,
            es: `, ${connections} ${connections === 1 ? 'abierta' : 'abiertas'}`,
          })
    const wrong = trouble === undefined ? '' : `: ${io.pick(trouble)}`
    return [name, `${io.pick(states[state])}${wrong}${where === '' ? '' : `  ${where}`}${open}`] as const
  })
  const facts = io.pick({
    en: `${status.facts} ${status.facts === 1 ? 'fact' : 'facts'}`,
    es: `${status.facts} ${status.facts === 1 ? 'hecho' : 'hechos'}`,
  })
  const lost =
    status.dropped === 0
      ? ''
      : io.pick({
          en: `, ${status.dropped} dropped`,
          es: `, ${status.dropped} ${status.dropped === 1 ? 'perdido' : 'perdidos'}`,
        })
  const who = io.pick({
    en: `student ${status.student}, process ${status.pid}`,
    es: `estudiante ${status.student}, proceso ${status.pid}`,
  })
  return [
    `${styleText('bold', io.pick(status.title))} (${status.scenario}, ${who}; ${facts}${lost})`,
    ...columns(lines),
  ].join('\n')
}
