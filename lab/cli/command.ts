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
  /** Picks the person's language; the commands in the text, which stand in backquotes, become as the person can type them. */
  pick(text: Text): string
  /** A command, as in `lab stop`, as the person can type it. */
  command(line: string): string
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

/** The options that say how a lab is hosted. */
export const hostOptions = {
  ports: {
    type: 'string',
    short: 'p',
    value: 'MODE',
    text: {
      en: 'standard (53, 80 …), fallback (unprivileged ones, the default) or any (free ones)',
      es: 'standard (53, 80 …), fallback (sin privilegios, por defecto) o any (los que estén libres)',
    },
  },
  watch: {
    type: 'boolean',
    short: 'w',
    text: { en: 'follow changes of the scenario file', es: 'seguir los cambios del fichero del escenario' },
  },
  detach: {
    type: 'boolean',
    short: 'd',
    text: { en: 'go on in the background', es: 'continuar en segundo plano' },
  },
  'console-port': {
    type: 'string',
    value: 'PORT',
    text: {
      en: 'where the page of the lab is (8600, or another one where that is taken)',
      es: 'dónde está la página del laboratorio (8600, u otro si está ocupado)',
    },
  },
  'no-console': {
    type: 'boolean',
    text: { en: 'without the page', es: 'sin la página' },
  },
  launch: {
    type: 'string',
    value: 'FILE',
    text: {
      en: 'the launch file of your course: whose lab it is, and its values',
      es: 'el fichero de lanzamiento de tu asignatura: de quién es el laboratorio, y sus valores',
    },
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    text: { en: 'debug, info, warn or error (info)', es: 'debug, info, warn o error (info)' },
  },
} as const satisfies Record<string, Option>

/** The options that say where a capture goes. */
export const captureOptions = {
  pcap: {
    type: 'string',
    value: 'FILE',
    text: {
      en: 'write what crosses the wire to a file for Wireshark, with the keys of TLS',
      es: 'escribir lo que pasa por la red en un fichero para Wireshark, con las claves de TLS',
    },
  },
  ring: {
    type: 'string',
    value: 'SIZE',
    text: {
      en: 'keep only the last of it, in several files: 50MB, 10min, or 50MB,10min',
      es: 'conservar solo lo último, en varios ficheros: 50MB, 10min o 50MB,10min',
    },
  },
} as const satisfies Record<string, Option>

/** The options of a capture of a running lab. */
export const traceOptions = {
  ...captureOptions,
  live: {
    type: 'boolean',
    text: {
      en: 'to programs of this machine, on a port of the loopback (a free one, or PORT)',
      es: 'para programas de esta máquina, en un puerto del loopback (uno libre, o PUERTO)',
    },
  },
  service: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    text: {
      en: 'only this service, or endpoint, as in mail or mail/smtps',
      es: 'solo este servicio o punto de acceso, como mail o mail/smtps',
    },
  },
  client: {
    type: 'string',
    multiple: true,
    value: 'ADDRESS',
    text: {
      en: 'only with this other end: an address or a network',
      es: 'solo con este otro extremo: una dirección o una red',
    },
  },
  student: {
    type: 'string',
    value: 'ID',
    text: {
      en: 'only if the lab is that of this student',
      es: 'solo si el laboratorio es de este estudiante',
    },
  },
  seconds: {
    type: 'string',
    value: 'N',
    text: { en: 'end after so many seconds', es: 'terminar tras tantos segundos' },
  },
} as const satisfies Record<string, Option>

/** The options that choose facts. */
export const logOptions = {
  follow: {
    type: 'boolean',
    short: 'f',
    text: { en: 'go on with what happens', es: 'continuar con lo que ocurra' },
  },
  kind: {
    type: 'string',
    short: 'k',
    multiple: true,
    value: 'KIND',
    text: {
      en: 'only these facts, as in dns.queried or dns',
      es: 'solo estos hechos, como dns.queried o dns',
    },
  },
  fact: {
    type: 'string',
    value: 'N',
    text: { en: 'only the fact of this number', es: 'solo el hecho de este número' },
  },
} as const satisfies Record<string, Option>

/** The options of a course. */
export const courseOptions = {
  course: {
    type: 'string',
    value: 'FOLDER',
    text: { en: 'the folder of the course (course)', es: 'la carpeta de la asignatura (course)' },
  },
  name: {
    type: 'string',
    value: 'TEXT',
    text: { en: 'init: what the course is called', es: 'init: cómo se llama la asignatura' },
  },
  id: {
    type: 'string',
    value: 'COLUMN',
    text: {
      en: 'roster: the column of the ids, where the file has several',
      es: 'roster: la columna de los identificadores, si el fichero tiene varias',
    },
  },
  all: {
    type: 'boolean',
    text: { en: 'launch: for all students', es: 'launch: para todos los estudiantes' },
  },
  ends: {
    type: 'string',
    value: 'DATE',
    text: {
      en: 'launch: what is handed in later is marked as late',
      es: 'launch: lo que se entregue después se marca como tardío',
    },
  },
  out: {
    type: 'string',
    short: 'o',
    value: 'FOLDER',
    text: {
      en: 'launch: also write the files here, to be handed out',
      es: 'launch: escribir los ficheros también aquí, para repartirlos',
    },
  },
} as const satisfies Record<string, Option>

/** The options of what is handed in. */
export const submitOptions = {
  out: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    text: {
      en: 'the file to make (STUDENT-SCENARIO.telelab)',
      es: 'el fichero que se crea (ESTUDIANTE-ESCENARIO.telelab)',
    },
  },
  pcap: {
    type: 'string',
    value: 'FILE',
    text: { en: 'a capture to hand in, too', es: 'una captura que también se entrega' },
  },
} as const satisfies Record<string, Option>
