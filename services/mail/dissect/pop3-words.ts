/** What a student is told of the commands and replies of POP3. */
import { about } from '../../../lab/kit/dissect/about.ts'
import type { About } from '../../../lab/service.ts'

/** The commands by their verbs. */
export const POP3_COMMANDS: ReadonlyMap<string, About> = new Map([
  ['USER', about('RFC 1939 §7', 'Whose mailbox it is; PASS follows.', 'De quién es el buzón; sigue PASS.')],
  [
    'PASS',
    about(
      'RFC 1939 §7',
      'The password, in clear: without TLS everybody on the way can read it. It is not shown here.',
      'La contraseña, en claro: sin TLS puede leerla cualquiera por el camino. Aquí no se muestra.',
    ),
  ],
  [
    'APOP',
    about(
      'RFC 1939 §7',
      "A login by an MD5 digest of the greeting's timestamp and the password, which so does not cross the wire.",
      'Inicio de sesión con un resumen MD5 de la marca de tiempo del saludo y la contraseña, que así no cruza la red.',
    ),
  ],
  [
    'AUTH',
    about(
      'RFC 5034 §4',
      'The client logs in by a mechanism of SASL, or asks for those that there are. PLAIN carries the password itself.',
      'El cliente inicia sesión con un mecanismo de SASL, o pregunta cuáles hay. PLAIN lleva la propia contraseña.',
    ),
  ],
  ['CAPA', about('RFC 2449 §5', 'Asks what the server can do.', 'Pregunta qué sabe hacer el servidor.')],
  ['STLS', about('RFC 2595 §4', 'Asks to go on over TLS.', 'Pide continuar por TLS.')],
  [
    'STAT',
    about(
      'RFC 1939 §5',
      'Asks how many messages there are, and how many octets.',
      'Pregunta cuántos mensajes hay y cuántos octetos ocupan.',
    ),
  ],
  [
    'LIST',
    about(
      'RFC 1939 §5',
      'Asks for the size of each message, or of one.',
      'Pide el tamaño de cada mensaje, o de uno.',
    ),
  ],
  [
    'UIDL',
    about(
      'RFC 1939 §7',
      'Asks for a name of each message that stays the same in every session, so that the client knows which are new.',
      'Pide un nombre de cada mensaje que no cambia entre sesiones, para que el cliente sepa cuáles son nuevos.',
    ),
  ],
  ['RETR', about('RFC 1939 §5', 'Asks for a whole message.', 'Pide un mensaje completo.')],
  [
    'TOP',
    about(
      'RFC 1939 §7',
      'Asks for the header of a message and so many lines of its body.',
      'Pide la cabecera de un mensaje y tantas líneas de su cuerpo.',
    ),
  ],
  [
    'DELE',
    about(
      'RFC 1939 §5',
      'Marks a message to be deleted; QUIT deletes it.',
      'Marca un mensaje para borrarlo; lo borra QUIT.',
    ),
  ],
  ['RSET', about('RFC 1939 §5', 'Takes all marks back.', 'Retira todas las marcas.')],
  [
    'NOOP',
    about('RFC 1939 §5', 'Does nothing but get a reply.', 'No hace nada, salvo obtener una respuesta.'),
  ],
  [
    'QUIT',
    about(
      'RFC 1939 §6',
      'Ends the session; only now the marked messages are deleted.',
      'Termina la sesión; solo ahora se borran los mensajes marcados.',
    ),
  ],
  [
    'LANG',
    about(
      'RFC 6856 §3',
      'Asks for, or chooses, the language of the replies.',
      'Pregunta o elige el idioma de las respuestas.',
    ),
  ],
  [
    'UTF8',
    about(
      'RFC 6856 §2',
      'The client takes messages with UTF-8 in their header.',
      'El cliente admite mensajes con UTF-8 en la cabecera.',
    ),
  ],
])

/** What a line is whose verb is not known. */
export const unknownCommand = about(
  'RFC 1939 §3',
  'No command of POP3; the server answers -ERR. It is not shown, for it could be a password.',
  'No es una orden de POP3; el servidor responde -ERR. No se muestra, porque podría ser una contraseña.',
)

const REPLIES: ReadonlyMap<string, About> = new Map([
  [
    'CAPA',
    about(
      'RFC 2449 §5',
      'What the server can do, one thing a line.',
      'Lo que sabe hacer el servidor, una cosa por línea.',
    ),
  ],
  [
    'STAT',
    about('RFC 1939 §5', 'The number of messages, and their octets.', 'El número de mensajes y sus octetos.'),
  ],
  [
    'LIST',
    about(
      'RFC 1939 §5',
      'The number of each message and its octets.',
      'El número de cada mensaje y sus octetos.',
    ),
  ],
  [
    'UIDL',
    about(
      'RFC 1939 §7',
      'The number of each message and its lasting name.',
      'El número de cada mensaje y su nombre permanente.',
    ),
  ],
  [
    'RETR',
    about(
      'RFC 1939 §5',
      'The message follows, up to a line with a dot alone.',
      'Sigue el mensaje, hasta una línea que solo lleva un punto.',
    ),
  ],
  [
    'TOP',
    about(
      'RFC 1939 §7',
      'The header and some lines follow, up to a line with a dot alone.',
      'Siguen la cabecera y algunas líneas, hasta una línea que solo lleva un punto.',
    ),
  ],
  [
    'STLS',
    about(
      'RFC 2595 §4',
      'The TLS handshake begins right behind this line.',
      'La negociación de TLS empieza justo tras esta línea.',
    ),
  ],
  [
    'PASS',
    about(
      'RFC 1939 §4',
      'The client is logged in, and the mailbox locked for it.',
      'El cliente ha iniciado sesión y el buzón queda bloqueado para él.',
    ),
  ],
  ['QUIT', about('RFC 1939 §6', 'The server closes the connection.', 'El servidor cierra la conexión.')],
])

const success = about('RFC 1939 §3', 'It has succeeded.', 'Ha tenido éxito.')

/** What +OK to a command is. */
export function successAbout(verb: string): About {
  return REPLIES.get(verb === 'AUTH' || verb === 'APOP' ? 'PASS' : verb) ?? success
}

/** What the server says first. */
export const greetingAbout = about(
  'RFC 1939 §4',
  'The greeting. Where APOP is served it has a timestamp in angle brackets.',
  'El saludo. Si se ofrece APOP lleva una marca de tiempo entre ángulos.',
)

/** What -ERR is. */
export const failureAbout = about(
  'RFC 1939 §3',
  'It has failed; the text says why, and a word in square brackets says it to programs (RFC 2449 §8).',
  'Ha fallado; el texto dice por qué, y una palabra entre corchetes se lo dice a los programas (RFC 2449 §8).',
)

/** What a line with a plus sign alone begins. */
export const challengeAbout = about(
  'RFC 5034 §4',
  'A challenge in base64, which the client must answer.',
  'Un desafío en base64 al que el cliente debe responder.',
)
