import type { Option } from '../command.ts'
import { formatNames } from '../grading/formats/names.ts'
import { courseOptions, scenarioOptions } from './command.ts'

const names = formatNames.join(', ')

const target = {
  target: {
    type: 'string',
    short: 't',
    multiple: true,
    value: '[STUDENT/][ENDPOINT=]HOST[:PORT]',
    text: {
      en: 'the server, endpoint by endpoint; a host alone has the usual ports. Several servers are a class',
      es: 'el servidor, punto por punto; una máquina sola tiene los puertos habituales. Varios servidores son una clase',
    },
  },
  run: {
    type: 'string',
    value: 'COMMAND',
    text: {
      en: 'start this server in a copy of the folder, with the files of the suite and with limits, and end it; {port} or PORT is its port',
      es: 'arrancar este servidor en una copia de la carpeta, con los ficheros de la batería y con límites, y terminarlo; {port} o PORT es su puerto',
    },
  },
  folder: {
    type: 'string',
    value: 'FOLDER',
    text: { en: 'the folder of --run (this one)', es: 'la carpeta de --run (esta)' },
  },
  time: {
    type: 'string',
    value: 'SECONDS',
    text: { en: 'for one server (120)', es: 'para un servidor (120)' },
  },
  memory: {
    type: 'string',
    value: 'MB',
    text: {
      en: 'for each process of --run, where the system can tell (1024)',
      es: 'para cada proceso de --run, donde el sistema lo permite (1024)',
    },
  },
} as const satisfies Record<string, Option>

const world = {
  domain: {
    type: 'string',
    value: 'DOMAIN',
    text: { en: 'what the server is asked for (example.org)', es: 'por lo que se le pregunta (example.org)' },
  },
  account: {
    type: 'string',
    multiple: true,
    value: 'NAME:PASSWORD',
    text: { en: 'an account of the server', es: 'una cuenta del servidor' },
  },
  ca: {
    type: 'string',
    value: 'FILE',
    text: { en: 'the root to be trusted, as PEM', es: 'la raíz de confianza, como PEM' },
  },
  identity: {
    type: 'string',
    value: 'FILE',
    text: {
      en: 'a client certificate with its key, as PEM or PKCS #12',
      es: 'un certificado de cliente con su clave, como PEM o PKCS #12',
    },
  },
  password: {
    type: 'string',
    value: 'TEXT',
    text: { en: 'of that file (LAB_PASSWORD)', es: 'de ese fichero (LAB_PASSWORD)' },
  },
} as const satisfies Record<string, Option>

const cases = {
  only: {
    type: 'string',
    multiple: true,
    value: 'CASE',
    text: { en: 'only this case, and what it needs', es: 'solo este caso y lo que necesita' },
  },
  skip: {
    type: 'string',
    multiple: true,
    value: 'CASE',
    text: { en: 'without this case', es: 'sin este caso' },
  },
  seed: {
    type: 'string',
    value: 'TEXT',
    text: {
      en: 'repeat what an earlier run left to chance',
      es: 'repetir lo que una ejecución anterior dejó al azar',
    },
  },
  list: {
    type: 'boolean',
    text: {
      en: 'only list the cases, with points and references',
      es: 'solo enumerar los casos, con puntos y referencias',
    },
  },
  files: {
    type: 'string',
    value: 'FOLDER',
    text: {
      en: 'only write what the server must serve (a zone, a site) into a new folder',
      es: 'solo escribir lo que el servidor debe servir (una zona, un sitio) en una carpeta nueva',
    },
  },
} as const satisfies Record<string, Option>

const results = {
  format: {
    type: 'string',
    short: 'f',
    multiple: true,
    value: 'NAME[=FILE]',
    text: { en: `${names} (text); again for another`, es: `${names} (text); otra vez para otro` },
  },
  worksheet: {
    type: 'string',
    value: 'FILE',
    text: {
      en: 'the worksheet from Moodle that the format moodle fills in',
      es: 'la hoja de Moodle que rellena el formato moodle',
    },
  },
  student: {
    type: 'string',
    value: 'ID',
    text: { en: 'whose server it is', es: 'de quién es el servidor' },
  },
  'no-fail': {
    type: 'boolean',
    text: {
      en: 'end with 0 whenever there are results',
      es: 'terminar con 0 siempre que haya resultados',
    },
  },
} as const satisfies Record<string, Option>

/** The options of `lab grade`. */
export const gradeOptions = {
  ...target,
  ...world,
  ...cases,
  ...results,
  course: courseOptions.course,
  services: scenarioOptions.services,
} as const satisfies Record<string, Option>
