/** What a POP3 session says to a person, in the languages of LANG (RFC 6856 §3). */
import type { Text } from '../../../lab/service.ts'

/** A language of LANG. */
export type Language = keyof Text

/** The languages, each by its own name. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' }

/** The texts that follow +OK; those of logging in and out are the ones of Dovecot, which the coursework shows. */
export const OK = {
  loggedIn: { en: 'Logged in.', es: 'Sesión iniciada.' },
  loggedOut: { en: 'Logging out.', es: 'Cerrando la sesión.' },
  updated: { en: 'Logging out, messages deleted.', es: 'Cerrando la sesión, mensajes borrados.' },
  marked: { en: 'Marked to be deleted.', es: 'Marcado para borrar.' },
  tls: { en: 'Begin TLS negotiation now.', es: 'Empieza ahora la negociación de TLS.' },
  languages: { en: 'Language listing follows:', es: 'Sigue la lista de idiomas:' },
  language: { en: 'The language is now English.', es: 'El idioma es ahora el español.' },
  messages: { en: 'messages:', es: 'mensajes:' },
  octets: { en: 'octets', es: 'octetos' },
} as const satisfies Record<string, Text>

/** The texts that follow -ERR. */
export const ERR = {
  busy: { en: 'Too many connections, try again later.', es: 'Demasiadas conexiones, inténtalo más tarde.' },
  unknown: { en: 'Unknown command.', es: 'Orden desconocida.' },
  early: { en: 'Log in first.', es: 'Inicia antes la sesión.' },
  late: { en: 'You have logged in already.', es: 'Ya has iniciado la sesión.' },
  arguments: { en: 'Wrong arguments.', es: 'Argumentos incorrectos.' },
  long: { en: 'The line is too long.', es: 'La línea es demasiado larga.' },
  errors: { en: 'Too many wrong commands.', es: 'Demasiadas órdenes incorrectas.' },
  internal: { en: 'Internal error.', es: 'Error interno.' },
  noName: { en: 'Give a name with USER first.', es: 'Da antes un nombre con USER.' },
  clear: {
    en: 'Plaintext authentication is not allowed without TLS; use STLS.',
    es: 'No se permite autenticarse en claro sin TLS; usa STLS.',
  },
  mechanism: { en: 'Unknown authentication mechanism.', es: 'Mecanismo de autenticación desconocido.' },
  malformed: { en: 'Wrong authentication data.', es: 'Datos de autenticación incorrectos.' },
  cancelled: { en: 'Authentication cancelled.', es: 'Autenticación cancelada.' },
  rejected: { en: 'Authentication failed.', es: 'Autenticación fallida.' },
  logins: {
    en: 'Too many logins wait, try again later.',
    es: 'Hay demasiados inicios de sesión en espera, inténtalo más tarde.',
  },
  locked: { en: 'Another session is using this mailbox.', es: 'Otra sesión está usando este buzón.' },
  unreadable: { en: 'The mailbox cannot be read now.', es: 'El buzón no se puede leer en este momento.' },
  missing: { en: 'There is no such message.', es: 'No existe ese mensaje.' },
  deleted: { en: 'The message is marked to be deleted.', es: 'El mensaje está marcado para borrar.' },
  gone: {
    en: 'The message cannot be read: another program may have removed it.',
    es: 'El mensaje no se puede leer: puede haberlo eliminado otro programa.',
  },
  kept: {
    en: 'Logging out, some messages could not be deleted.',
    es: 'Cerrando la sesión, algunos mensajes no se han podido borrar.',
  },
  noTls: { en: 'TLS is not offered here.', es: 'Aquí no se ofrece TLS.' },
  secure: { en: 'TLS is on already.', es: 'TLS ya está activado.' },
  utf8Tls: { en: 'STLS cannot follow UTF8.', es: 'STLS no puede ir después de UTF8.' },
  behindTls: {
    en: 'Nothing may follow STLS before its answer.',
    es: 'Nada puede seguir a STLS antes de su respuesta.',
  },
  language: { en: 'That language is not available.', es: 'Ese idioma no está disponible.' },
} as const satisfies Record<string, Text>

/** A text that follows +OK. */
export type OkText = keyof typeof OK
/** A text that follows -ERR. */
export type ErrText = keyof typeof ERR
