import type { CommandForm, Option } from '../command.ts'
import type { Text } from '../service.ts'
import type { Language } from '../words/index.ts'

/** Where a command reads from and writes to. */
export interface Io {
  readonly language: Language
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The folder from which relative paths count. */
  readonly folder: string
  /** Writes a line to standard output. */
  say(line: string | Text): void
  /** Writes a line to standard error. */
  complain(line: string | Text): void
  /** Picks the person's language. */
  pick(text: Text): string
}

/** What a command was called with. */
export interface Call {
  readonly io: Io
  readonly words: readonly string[]
  /** The value of a string option, the last one if it is there several times. */
  text(option: string): string | undefined
  texts(option: string): readonly string[]
  is(option: string): boolean
}

/** One command; its file is `cli/<name>.ts`, or a service brings it. */
export interface Command extends CommandForm {
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>
}

/** The exit codes of every command. */
export const exit = {
  done: 0,
  /** It could not be done: no such lab is running, a port is taken … */
  failed: 1,
  /** The command line or the scenario is wrong. */
  wrong: 2,
  /** A mistake in the program itself. */
  bug: 3,
} as const

/** The options that choose where labs and scenarios are. */
export const placeOptions = {
  state: {
    type: 'string',
    value: 'FOLDER',
    text: {
      en: 'where labs keep what they make (.lab)',
      es: 'dónde guardan los laboratorios lo que crean (.lab)',
    },
  },
} as const satisfies Record<string, Option>

/** The option that names a scenario. */
export const scenarioOptions = {
  scenario: {
    type: 'string',
    short: 's',
    value: 'NAME|FILE',
    text: { en: 'a shipped scenario or a file (sstt)', es: 'un escenario incluido o un fichero (sstt)' },
  },
  services: {
    type: 'string',
    multiple: true,
    value: 'FOLDER',
    text: {
      en: 'another folder of services, beside those shipped',
      es: 'otra carpeta de servicios, además de los incluidos',
    },
  },
} as const satisfies Record<string, Option>

/** The options that say for whom and where a lab is made. */
export const labOptions = {
  ...scenarioOptions,
  student: {
    type: 'string',
    value: 'ID',
    text: {
      en: 'the student for whom the lab is made (9721)',
      es: 'el estudiante para quien se crea el laboratorio (9721)',
    },
  },
  bind: {
    type: 'string',
    value: 'ADDRESS',
    text: { en: 'the address to listen on (127.0.0.1)', es: 'la dirección en la que escuchar (127.0.0.1)' },
  },
} as const satisfies Record<string, Option>
