/** What the traffic views say, in both languages. */
import type { LadderStep } from '../../traffic/schema.ts'
import type { Context, Language } from '../context.ts'
import type { Captions } from './ladder-svg.ts'
import type { State } from './rows.ts'

type Kind = LadderStep['kind']

const en = {
  title: 'Traffic',
  lead: 'Every conversation with a service of this lab, as it happens. Open one to see its messages in order.',
  service: 'Service',
  all: 'all',
  client: 'Client',
  clientHint: 'address',
  account: 'Student (account)',
  text: 'Text',
  textHint: 'a name, a command, an address…',
  refusedOnly: 'Only with failures',
  clear: 'Clear filters',
  order: 'Newest first',
  pause: 'Pause',
  resume: 'Resume',
  paused: 'Paused',
  arrived: (count: string) => `${count} came meanwhile`,
  shown: (count: string, all: string) => `${count} shown of ${all}`,
  skipped: (count: string) => `${count} told of by number only: too many at once`,
  earlier: 'Load earlier ones',
  filtersLegend: 'Filters',
  columns: {
    time: 'Time',
    service: 'Service',
    peers: 'Client → server',
    account: 'Account',
    summary: 'About',
    octets: 'Octets',
    state: 'State',
  },
  list: 'Conversations',
  outbound: 'opened by the service',
  states: {
    open: 'open',
    closed: 'ended',
    tls: 'TLS',
    refused: 'failure',
    'reset-client': 'RST client',
    'reset-server': 'RST server',
  } satisfies Record<State, string>,
  empty: 'No conversation yet',
  emptyTry: 'Ask a service something in a terminal, and it appears here:',
  emptyFiltered: 'No conversation fits these filters.',
  newOnes: (count: string) => `${count} new conversations`,
  back: 'All conversations',
  heading: (id: string) => `Conversation ${id}`,
  clientSide: 'Client',
  serverSide: 'Server',
  began: 'Began',
  lasted: 'Lasted',
  stillOpen: 'still open: it is drawn as it goes on',
  sent: (client: string, server: string) => `${client} from the client, ${server} from the server`,
  notWhole: 'Some octets were left out, because there were too many.',
  left: (count: string) => `${count} more steps are not drawn.`,
  noSteps: 'Nothing has been said in it yet.',
  save: 'Save as',
  legend: 'Legend',
  steps: 'Steps in order',
  details: 'Details of the step',
  choose: 'Choose a step to see what is in it. With the keyboard: arrows, then Enter.',
  close: 'Close',
  what: 'What is this?',
  since: 'since the start',
  after: 'after the step before',
  octets: 'Octets',
  network: 'On the network',
  enciphered: 'inside TLS: others see only cipher text',
  plain: 'as plain text: anybody on the way can read it',
  inTls: 'inside TLS',
  silence: (time: string) => `${time} of silence`,
  from: (from: LadderStep['from']) =>
    ({ client: 'client → server', server: 'server → client', lab: 'noted by the lab' })[from],
  kinds: {
    request: 'Request',
    reply: 'Reply',
    refusal: 'Refusal or failure',
    data: 'Data',
    event: 'Event of the connection',
    tls: 'TLS handshake',
    fact: 'Fact of the journal',
  } satisfies Record<Kind, string>,
  gone: 'This conversation is no longer kept: the lab remembers only the newest ones.',
  madeBy: 'Drawn by telelab',
}

/** The words of the traffic views; English is the type, and Spanish must fit it. */
export type TrafficWords = typeof en

const es: TrafficWords = {
  title: 'Tráfico',
  lead: 'Cada conversación con un servicio de este laboratorio, según ocurre. Abre una para ver sus mensajes en orden.',
  service: 'Servicio',
  all: 'todos',
  client: 'Cliente',
  clientHint: 'dirección',
  account: 'Estudiante (cuenta)',
  text: 'Texto',
  textHint: 'un nombre, una orden, una dirección…',
  refusedOnly: 'Solo con fallos',
  clear: 'Quitar filtros',
  order: 'Primero las nuevas',
  pause: 'Pausar',
  resume: 'Continuar',
  paused: 'En pausa',
  arrived: (count) => `${count} han llegado entretanto`,
  shown: (count, all) => `${count} mostradas de ${all}`,
  skipped: (count) => `${count} contadas sin mostrarse: demasiadas a la vez`,
  earlier: 'Cargar anteriores',
  filtersLegend: 'Filtros',
  columns: {
    time: 'Hora',
    service: 'Servicio',
    peers: 'Cliente → servidor',
    account: 'Cuenta',
    summary: 'De qué trata',
    octets: 'Octetos',
    state: 'Estado',
  },
  list: 'Conversaciones',
  outbound: 'abierta por el servicio',
  states: {
    open: 'abierta',
    closed: 'terminada',
    tls: 'TLS',
    refused: 'fallo',
    'reset-client': 'RST cliente',
    'reset-server': 'RST servidor',
  },
  empty: 'Todavía no hay conversaciones',
  emptyTry: 'Pregunta algo a un servicio desde un terminal y aparecerá aquí:',
  emptyFiltered: 'Ninguna conversación cumple estos filtros.',
  newOnes: (count) => `${count} conversaciones nuevas`,
  back: 'Todas las conversaciones',
  heading: (id) => `Conversación ${id}`,
  clientSide: 'Cliente',
  serverSide: 'Servidor',
  began: 'Comenzó',
  lasted: 'Duró',
  stillOpen: 'sigue abierta: se dibuja según avanza',
  sent: (client, server) => `${client} del cliente, ${server} del servidor`,
  notWhole: 'Faltan algunos octetos, porque eran demasiados.',
  left: (count) => `Hay ${count} pasos más que no se dibujan.`,
  noSteps: 'Todavía no se ha dicho nada en ella.',
  save: 'Guardar como',
  legend: 'Leyenda',
  steps: 'Pasos en orden',
  details: 'Detalles del paso',
  choose: 'Elige un paso para ver qué contiene. Con el teclado: flechas y después Intro.',
  close: 'Cerrar',
  what: '¿Qué es esto?',
  since: 'desde el comienzo',
  after: 'tras el paso anterior',
  octets: 'Octetos',
  network: 'En la red',
  enciphered: 'dentro de TLS: los demás solo ven texto cifrado',
  plain: 'como texto claro: cualquiera en el camino puede leerlo',
  inTls: 'dentro de TLS',
  silence: (time) => `${time} de silencio`,
  from: (from) =>
    ({ client: 'cliente → servidor', server: 'servidor → cliente', lab: 'anotado por el laboratorio' })[from],
  kinds: {
    request: 'Petición',
    reply: 'Respuesta',
    refusal: 'Rechazo o fallo',
    data: 'Datos',
    event: 'Suceso de la conexión',
    tls: 'Negociación TLS',
    fact: 'Hecho del registro',
  },
  gone: 'Esta conversación ya no se guarda: el laboratorio solo recuerda las más recientes.',
  madeBy: 'Dibujado por telelab',
}

/** The words in a language. */
export function trafficWords(language: Language): TrafficWords {
  return language === 'es' ? es : en
}

/** How a language writes the times of a ladder. */
export interface Times {
  /** As in `12.345 ms` or, from a second on, `1.203 s`. */
  readonly exact: (milliseconds: number) => string
  /** As in `808 ms`, `2.3 s`, `14 s`. */
  readonly rough: (milliseconds: number) => string
}

/** The times of a ladder in a language. */
export function timesOf(language: Language): Times {
  const locale = language === 'es' ? 'es-ES' : 'en-GB'
  const [none, one, three] = [0, 1, 3].map(
    (digits) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  )
  const write = (format: Intl.NumberFormat | undefined, value: number, unit: string): string =>
    `${format?.format(value)} ${unit}`
  return {
    exact: (milliseconds) => {
      if (Math.abs(milliseconds) < 999.9995) return write(three, milliseconds, 'ms')
      const seconds = milliseconds / 1000
      return write(Math.abs(seconds) < 100 ? three : one, seconds, 's')
    },
    rough: (milliseconds) =>
      milliseconds < 999.5
        ? write(none, milliseconds, 'ms')
        : write(milliseconds < 9950 ? one : none, milliseconds / 1000, 's'),
  }
}

/** The words in the picture of a ladder. */
export function captionsOf({ language }: Pick<Context, 'language'>): Captions {
  const { exact, rough } = timesOf(language)
  const { silence } = trafficWords(language)
  return { time: exact, silence: (milliseconds) => silence(rough(milliseconds)) }
}
