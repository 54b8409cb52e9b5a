import { styleText } from 'node:util'
import { z } from 'zod'
import { addressText } from '../kit/address.ts'
import type { Io } from './command.ts'
import { columns } from './help.ts'

const told = z.object({ en: z.string(), es: z.string() })

/** The answer of the operation `status`. */
export const statusSchema = z.object({
  scenario: z.string(),
  title: told,
  student: z.string(),
  domain: z.string(),
  pid: z.number(),
  now: z.string(),
  facts: z.number(),
  dropped: z.number(),
  services: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      state: z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']),
      connections: z.number(),
      trouble: told.optional(),
      addresses: z.array(
        z.object({ endpoint: z.string(), transport: z.string(), host: z.string(), port: z.number() }),
      ),
    }),
  ),
})

const states = {
  stopped: { en: 'stopped', es: 'detenido' },
  starting: { en: 'starting', es: 'arrancando' },
  running: { en: 'running', es: 'en marcha' },
  stopping: { en: 'stopping', es: 'deteniéndose' },
  failed: { en: 'failed', es: 'con error' },
} as const

/** The state of a lab, for a person. */
export function statusReport(status: z.infer<typeof statusSchema>, io: Io): string {
  const lines = status.services.map(({ name, state, addresses, connections, trouble }) => {
    const where = addresses.map(addressText).join(', ')
    const open =
      connections === 0 ? '' : io.pick({ en: `, ${connections} open`, es: `, ${connections} abiertas` })
    const wrong = trouble === undefined ? '' : `: ${io.pick(trouble)}`
    return [name, `${io.pick(states[state])}${wrong}${where === '' ? '' : `  ${where}`}${open}`] as const
  })
  const facts = io.pick({ en: `${status.facts} facts`, es: `${status.facts} hechos` })
  const lost =
    status.dropped === 0
      ? ''
      : io.pick({ en: `, ${status.dropped} dropped`, es: `, ${status.dropped} perdidos` })
  const who = io.pick({
    en: `student ${status.student}, process ${status.pid}`,
    es: `estudiante ${status.student}, proceso ${status.pid}`,
  })
  return [
    `${styleText('bold', io.pick(status.title))} (${status.scenario}, ${who}; ${facts}${lost})`,
    ...columns(lines),
  ].join('\n')
}
