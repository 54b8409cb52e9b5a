/** What befalls a connection, and what the journal says of it, as steps. */
import { about } from '../../kit/dissect/about.ts'
import { firstOf, mapped, say } from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { About, FactData, Json, StepPart, Text } from '../../service.ts'
import { isRefusal } from '../../journal/identity.ts'
import type { Rung } from './rung.ts'
import { reasonOf } from './tls-failure.ts'

type EventName =
  | 'opened'
  | 'asked'
  | 'ended'
  | 'reset'
  | 'refused'
  | 'failed'
  | 'silent'
  | 'gap'
  | 'upgrading'

interface Told {
  readonly text: string | Text
  readonly about: About
  /** Somebody has to do without what was wanted. */
  readonly isTrouble?: boolean
}

/** What can befall a connection. */
const EVENTS: Readonly<Record<EventName, Told>> = {
  opened: {
    text: {
      en: 'TCP open (SYN, SYN-ACK, ACK)',
      es: 'TCP: conexión abierta (SYN, SYN-ACK, ACK)',
    },
    about: about(
      'RFC 9293 §3.5',
      'The client asks for a connection and the server takes it: three segments before the first octet.',
      'El cliente pide una conexión y el servidor la acepta: tres segmentos antes del primer octeto.',
    ),
  },
  asked: {
    text: 'TCP SYN',
    about: about('RFC 9293 §3.5', 'The lab asks for a connection.', 'El laboratorio pide una conexión.'),
  },
  ended: {
    text: { en: 'TCP end (FIN)', es: 'TCP: fin (FIN)' },
    about: about(
      'RFC 9293 §3.6',
      'This end will send nothing more; the other one may still go on.',
      'Este extremo no enviará nada más; el otro aún puede seguir.',
    ),
  },
  reset: {
    text: { en: 'TCP reset (RST)', es: 'TCP: conexión abortada (RST)' },
    isTrouble: true,
    about: about(
      'RFC 9293 §3.5.2',
      'This end breaks the connection off at once; what was on its way is lost.',
      'Este extremo corta la conexión de golpe; lo que estaba en camino se pierde.',
    ),
  },
  refused: {
    text: { en: 'TCP refused (RST)', es: 'TCP: conexión rechazada (RST)' },
    isTrouble: true,
    about: about(
      'RFC 9293 §3.10.7.1',
      'Nothing listens there, or a firewall forbids it: no connection.',
      'Allí no escucha nadie, o un cortafuegos lo impide: no hay conexión.',
    ),
  },
  failed: {
    text: { en: 'no connection', es: 'sin conexión' },
    isTrouble: true,
    about: about(
      undefined,
      'The connection did not come about: nobody answered, or the system knew no way there.',
      'La conexión no llegó a existir: nadie respondió, o el sistema no sabía llegar.',
    ),
  },
  silent: {
    text: { en: 'no answer', es: 'sin respuesta' },
    isTrouble: true,
    about: about(
      undefined,
      'The exchange ended without an answer: the server sent none, or it was lost.',
      'El intercambio terminó sin respuesta: el servidor no envió ninguna, o se perdió.',
    ),
  },
  gap: {
    text: { en: '… octets that were not kept', es: '… octetos que no se guardaron' },
    about: about(
      undefined,
      'The conversation is longer than what the console keeps of one: its beginning and its end.',
      'La conversación es más larga que lo que la consola guarda de cada una: el principio y el final.',
    ),
  },
  upgrading: {
    text: { en: 'TLS begins', es: 'empieza TLS' },
    about: about(
      'RFC 8446 §2',
      'What was spoken in clear so far goes on inside TLS.',
      'Lo que hasta aquí se hablaba en claro sigue dentro de TLS.',
    ),
  },
}

/** Lines of a fact, and characters of one. */
const [LINES, CHARACTERS] = [50, 400]

/** A step for what befalls a connection. */
export function eventRung(name: EventName, from: Rung['from']): Rung {
  const { text, about: told, isTrouble = false } = EVENTS[name]
  return {
    from,
    kind: 'event',
    text,
    octets: 0,
    isEnciphered: false,
    parts: [],
    about: told,
    // A client may well break off what it has no more use for.
    isTrouble: isTrouble && from !== 'client',
  }
}

/** A step for a fact of the journal, with its reason in the line where it tells of a refusal. */
export function factRung({ kind, data }: { readonly kind: string; readonly data: FactData }): Rung {
  const lines = Object.entries(data).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : linesOf(name, value),
  )
  const why = isRefusal(kind) ? (data['problem'] ?? data['why'] ?? data['reason']) : undefined
  const parts: readonly StepPart[] =
    lines.length === 0 ? [] : [{ name: { en: 'Data', es: 'Datos' }, lines: firstOf(lines, LINES) }]
  const reason = typeof why === 'string' ? mapped(reasonOf(why), (text) => visible(text, 200)) : undefined
  const text = reason === undefined ? kind : say`${kind}: ${reason}`
  return {
    from: 'lab',
    kind: 'fact',
    text,
    octets: 0,
    isEnciphered: false,
    parts,
    isTrouble: isRefusal(kind),
  }
}

function linesOf(name: string, value: Json): readonly string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return [visible(`${name}: ${text}`, CHARACTERS)]
}
