import { styleText } from 'node:util'
import type { Lab } from '../host/lab.ts'
import { addressText, hostText } from '../kit/address.ts'
import { fillText } from '../scenario/fill.ts'
import { columns } from './help.ts'
import type { Io } from './command.ts'

/** How many accounts are shown; a class has more. */
const SHOWN = 10

/** What a student needs next: each service with its address and a command to try, the domain and the accounts. */
export function greeting(lab: Lab, io: Io): string {
  const { title, name, student, domain, accounts, instances } = lab.scenario
  const services = lab.status().map(({ name: instance, state, addresses }) => {
    const where = addresses.map(({ endpoint, transport, address }) => {
      const label = endpoint === instance ? '' : `${endpoint} `
      return `${label}${addressText(address)}${transport === 'tcp' ? '' : transport === 'udp' ? ' (udp)' : ' (udp, tcp)'}`
    })
    return [
      instance,
      state === 'running' ? where.join(', ') : io.pick({ en: 'not started', es: 'sin arrancar' }),
    ] as const
  })
  const people = accounts.slice(0, SHOWN).map((account) => {
    return [
      account.name,
      io.pick({ en: `password ${account.password}`, es: `contraseña ${account.password}` }),
    ] as const
  })
  if (accounts.length > SHOWN)
    people.push(['…', io.pick({ en: `${accounts.length} in all`, es: `${accounts.length} en total` })])
  const section = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', styleText('bold', heading), ...lines]
  return [
    `${styleText('bold', io.pick(title))} (${name}, ${io.pick({ en: 'student', es: 'estudiante' })} ${student})`,
    ...section(io.pick({ en: 'Services', es: 'Servicios' }), columns(services)),
    ...section(io.pick({ en: 'Domain', es: 'Dominio' }), [`  ${domain}`]),
    ...section(io.pick({ en: 'Accounts', es: 'Cuentas' }), columns(people)),
    ...section(
      io.pick({ en: 'Try', es: 'Prueba' }),
      lab.status().flatMap((status) => {
        const instance = instances.find((other) => other.name === status.name)
        return status.addresses.flatMap(({ endpoint, address }) => {
          const line = instance?.service.endpoints[endpoint]?.try
          const { address: own } = lab.scenario
          const host = line?.includes('://') === true ? hostText(own) : own
          const variables = { ...lab.scenario.variables, host, port: address.port }
          return line === undefined
            ? []
            : [`  ${fillText(line, variables, { file: '', line: 1, column: 1 }).text}`]
        })
      }),
    ),
    ...section(
      io.pick({ en: 'Next', es: 'Después' }),
      columns([
        [io.command('lab log --follow'), io.pick({ en: 'see what happens', es: 'ver lo que ocurre' })],
        [io.command('lab stop'), io.pick({ en: 'stop (or Ctrl-C here)', es: 'detener (o Ctrl-C aquí)' })],
      ]),
    ),
  ].join('\n')
}
