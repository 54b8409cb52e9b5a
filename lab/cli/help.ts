import { styleText } from 'node:util'
import type { Command, Io } from './command.ts'

/** The help of one command. */
export function helpOf(name: string, command: Command, io: Io): string {
  const options = Object.entries(command.options).map(([option, { short, value, text }]) => {
    const shown = value === undefined ? '' : ` ${localized(value, io)}`
    const left = `${short === undefined ? '    ' : `-${short}, `}--${option}${shown}`
    return [left, io.pick(text)] as const
  })
  return [
    `lab ${name} ${localized(command.usage, io)}`.trimEnd(),
    '',
    `  ${io.pick(command.summary)}`,
    '',
    heading(io.pick({ en: 'Options', es: 'Opciones' })),
    ...columns(options),
    '',
    heading(io.pick({ en: 'Examples', es: 'Ejemplos' })),
    ...columns(command.examples.map((example) => [io.command(example.line), io.pick(example.text)])),
  ].join('\n')
}

/** The help of the whole program. */
export function overviewOf(commands: readonly (readonly [string, Command])[], io: Io): string {
  return [
    io.pick({
      en: 'telelab: the laboratory for teaching the services of the Internet, in one process',
      es: 'telelab: el laboratorio para enseñar los servicios de Internet, en un solo proceso',
    }),
    '',
    heading(io.pick({ en: 'Commands', es: 'Órdenes' })),
    ...columns(
      commands.map(([name, command]) => [
        `lab ${name} ${localized(command.usage, io)}`.trimEnd(),
        io.pick(command.summary),
      ]),
    ),
    '',
    heading(io.pick({ en: 'Begin with', es: 'Empieza con' })),
    ...columns([
      [
        io.command('lab start'),
        io.pick({ en: 'start the default scenario', es: 'arrancar el escenario por defecto' }),
      ],
      [
        io.command('lab start --help'),
        io.pick({
          en: 'how to choose services, ports, student',
          es: 'cómo elegir servicios, puertos, estudiante',
        }),
      ],
      [
        io.command('lab list'),
        io.pick({ en: 'what scenarios and services there are', es: 'qué escenarios y servicios hay' }),
      ],
    ]),
    '',
    heading(io.pick({ en: 'Exit codes', es: 'Códigos de salida' })),
    ...columns([
      ['0', io.pick({ en: 'done', es: 'hecho' })],
      [
        '1',
        io.pick({
          en: 'could not be done (no such lab, a port is taken …)',
          es: 'no se pudo hacer (no hay tal laboratorio, puerto ocupado …)',
        }),
      ],
      [
        '2',
        io.pick({ en: 'wrong command line or scenario', es: 'línea de órdenes o escenario incorrectos' }),
      ],
      ['3', io.pick({ en: 'a mistake in the program itself', es: 'un error del propio programa' })],
    ]),
  ].join('\n')
}

/** What stands for a value in a usage line, in Spanish. */
const stand: Readonly<Record<string, string>> = {
  SERVICE: 'SERVICIO',
  SCENARIO: 'ESCENARIO',
  NAME: 'NOMBRE',
  FILE: 'FICHERO',
  FOLDER: 'CARPETA',
  ADDRESS: 'DIRECCIÓN',
  TEXT: 'TEXTO',
  MODE: 'MODO',
  LEVEL: 'NIVEL',
  KIND: 'TIPO',
  SIZE: 'TAMAÑO',
  PORT: 'PUERTO',
  COLUMN: 'COLUMNA',
  DATE: 'FECHA',
  SUITE: 'BATERÍA',
  SUBMISSION: 'ENTREGA',
  STUDENT: 'ESTUDIANTE',
  ENDPOINT: 'PUNTO',
  HOST: 'MÁQUINA',
  COMMAND: 'ORDEN',
  CASE: 'CASO',
  SECONDS: 'SEGUNDOS',
  DOMAIN: 'DOMINIO',
  PASSWORD: 'CONTRASEÑA',
  REASON: 'MOTIVO',
  PATH: 'RUTA',
  TASK: 'TAREA',
  options: 'opciones',
}

function localized(usage: string, io: Io): string {
  return io.language === 'en'
    ? usage
    : usage.replace(/\b(?:[A-Z]{2,}|options)\b/g, (word) => stand[word] ?? word)
}

function heading(text: string): string {
  return styleText('bold', text)
}

/** Lines of two columns, the second aligned; one that is too long for its column starts the text on the next line. */
export function columns(rows: readonly (readonly [string, string])[], widest = 46): string[] {
  const width = Math.min(widest, Math.max(0, ...rows.map(([left]) => left.length)))
  return rows.flatMap(([left, right]) =>
    left.length > width
      ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`]
      : [`  ${left.padEnd(width)}  ${right}`.trimEnd()],
  )
}
