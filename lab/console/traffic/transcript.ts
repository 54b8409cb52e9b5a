/** A conversation as text, for a report. */
import { visible } from '../../kit/dissect/text.ts'
import type { Language } from '../../words/index.ts'
import type { Conversation, Ladder, LadderStep } from './schema.ts'

const WORDS = {
  en: {
    title: (id: number) => `Conversation ${id}`,
    service: 'Service',
    client: 'Client',
    account: 'Account',
    server: 'Server',
    opened: 'Opened',
    closed: 'Closed',
    open: 'still open',
    sent: 'Octets sent',
    by: (client: number, server: number) => `${client} by the client, ${server} by the server`,
    about: 'About',
    cut: 'Octets were left out, because there were too many.',
    left: (steps: number) =>
      steps === 1 ? 'One more step is not shown.' : `${steps} more steps are not shown.`,
    from: { client: 'client → server', server: 'client ← server', lab: 'lab' },
    tls: 'TLS',
  },
  es: {
    title: (id: number) => `Conversación ${id}`,
    service: 'Servicio',
    client: 'Cliente',
    account: 'Cuenta',
    server: 'Servidor',
    opened: 'Abierta',
    closed: 'Cerrada',
    open: 'sigue abierta',
    sent: 'Octetos enviados',
    by: (client: number, server: number) => `${client} por el cliente, ${server} por el servidor`,
    about: 'Trata de',
    cut: 'Se omitieron octetos, porque eran demasiados.',
    left: (steps: number) =>
      steps === 1 ? 'No se muestra un paso más.' : `No se muestran ${steps} pasos más.`,
    from: { client: 'cliente → servidor', server: 'cliente ← servidor', lab: 'laboratorio' },
    tls: 'TLS',
  },
} as const

/** What was said, step by step, with times in seconds since the conversation began. */
export function transcript({ conversation, steps, left }: Ladder, language: Language): string {
  const words = WORDS[language]
  const width = Math.max(...Object.values(words.from).map((text) => text.length))
  const lines = steps.flatMap((step) => stepLines(step, conversation.openedAt, language, width))
  const notes = [...(conversation.isWhole ? [] : [words.cut]), ...(left > 0 ? [words.left(left)] : [])]
  return [
    ...headLines(conversation, language),
    '',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n')
}

function headLines(conversation: Conversation, language: Language): readonly string[] {
  const words = WORDS[language]
  const { id, service, endpoint, transport, account, openedAt, closedAt, octets, summary } = conversation
  const rows = [
    [words.service, `${service}${endpoint === '' ? '' : `, ${endpoint}`} (${transport.toUpperCase()})`],
    [words.client, conversation.client],
    ...(account === null ? [] : [[words.account, visible(account)]]),
    [words.server, conversation.server],
    [words.opened, timeText(openedAt)],
    [words.closed, closedAt === null ? words.open : timeText(closedAt)],
    [words.sent, words.by(octets.client, octets.server)],
    ...(summary === '' ? [] : [[words.about, summary]]),
  ]
  const width = Math.max(...rows.map(([name = '']) => name.length))
  const title = words.title(id)
  return [
    title,
    '='.repeat(title.length),
    '',
    ...rows.map(([name = '', value]) => `${name.padEnd(width)}  ${value}`),
  ]
}

function stepLines(step: LadderStep, openedAt: number, language: Language, width: number): readonly string[] {
  const words = WORDS[language]
  const time = ((step.at - openedAt) / 1000).toFixed(4).padStart(9)
  const from = words.from[step.from].padEnd(width)
  const margin = ' '.repeat(time.length + width + 4)
  return [
    `${time}  ${from}  ${step.isEnciphered ? `[${words.tls}] ` : ''}${step.text}`,
    ...step.parts.flatMap(({ name, lines }) => [
      `${margin}  ${name}:`,
      ...lines.map((line) => `${margin}    ${line}`),
    ]),
  ]
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
