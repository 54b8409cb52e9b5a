import { styleText } from 'node:util'
import type { Lab } from '../host/lab.ts'
import { tryLine } from '../console/try.ts'
import { addressText } from '../kit/address.ts'
import { hasGuide } from '../scenario/guide.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Text } from '../service.ts'
import { columns } from './help.ts'
import type { Io } from './command.ts'

/** How many accounts are shown; a class has more. */
const SHOWN = 10

/** What else there is: the address of the lab's page, the command that reads its capture, and whether its work is handed in. */
interface Places {
  readonly page?: string | undefined
  readonly capture?: string | undefined
  readonly isHandedIn?: boolean
  /** Whether the lab holds no terminal. */
  readonly isDetached?: boolean
}

/** What a student needs next: each service with its address and a command to try, the domain, the accounts, the page of the console and the capture. */
export function greeting(lab: Lab, io: Io, places: Places = {}): string {
  const { title, name, student, domain, accounts } = lab.scenario
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
      lab.status().flatMap(({ name: instance, addresses }) =>
        addresses.flatMap(({ endpoint, address }) => {
          const line = tryLine(lab.scenario, instance, endpoint, address.port)
          return line === undefined ? [] : [`  ${line}`]
        }),
      ),
    ),
    ...section(io.pick({ en: 'Next', es: 'Después' }), columns(nextSteps(lab.scenario, io, places))),
  ].join('\n')
}

/** Commands to go on with, each with what it is for. */
function nextSteps(
  scenario: Scenario,
  io: Io,
  { page, capture, isHandedIn = false, isDetached = false }: Places,
): (readonly [string, string])[] {
  const { name, tasks, suites } = scenario
  const step = (line: string, text: Text): readonly [string, string] => [io.command(line), io.pick(text)]
  const order = io.pick({ en: 'COMMAND', es: 'ORDEN' })
  const inWireshark = { en: 'read what crosses the wire', es: 'leer lo que pasa por la red' }
  return [
    ...(hasGuide(scenario)
      ? [step('lab guide', { en: 'what there is to do', es: 'lo que hay que hacer' })]
      : []),
    ...(tasks.length > 0
      ? [step('lab check', { en: 'what of it is done', es: 'lo que ya está hecho' })]
      : []),
    ...(isHandedIn && tasks.length > 0
      ? [step('lab submit', { en: 'make the file to hand in', es: 'preparar el fichero que se entrega' })]
      : []),
    ...(suites.length > 0
      ? [
          step(`lab grade ${name} --run ${order}`, {
            en: 'grade your own server',
            es: 'corregir tu propio servidor',
          }),
        ]
      : []),
    ...(page === undefined
      ? []
      : [
          step('lab console --open', {
            en: `see it all in a browser: ${page}`,
            es: `verlo todo en un navegador: ${page}`,
          }),
        ]),
    ...(capture === undefined ? [] : [[capture, io.pick(inWireshark)] as const]),
    step('lab log --follow', { en: 'see what happens', es: 'ver lo que ocurre' }),
    step(
      'lab stop',
      isDetached
        ? { en: 'stop', es: 'detener' }
        : { en: 'stop (or Ctrl-C here)', es: 'detener (o Ctrl-C aquí)' },
    ),
  ]
}
