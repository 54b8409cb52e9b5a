/** What a student is told of the commands and replies of SMTP. */
import { about } from '../../../lab/kit/dissect/about.ts'
import type { About } from '../../../lab/service.ts'

/** The commands by their verbs. */
export const SMTP_COMMANDS: ReadonlyMap<string, About> = new Map([
  [
    'HELO',
    about(
      'RFC 5321 §4.1.1.1',
      'The client says its name, in the old way without extensions.',
      'El cliente dice su nombre, a la manera antigua y sin extensiones.',
    ),
  ],
  [
    'EHLO',
    about(
      'RFC 5321 §4.1.1.1',
      'The client says its name and asks which extensions the server has.',
      'El cliente dice su nombre y pregunta qué extensiones tiene el servidor.',
    ),
  ],
  [
    'MAIL',
    about(
      'RFC 5321 §4.1.1.2',
      'Begins a message: the sender of the envelope, to whom failures are reported. It need not be the one of the From field.',
      'Empieza un mensaje: el remitente del sobre, a quien se avisa de los fallos. No tiene por qué ser el del campo From.',
    ),
  ],
  [
    'RCPT',
    about(
      'RFC 5321 §4.1.1.3',
      'One recipient of the envelope; there is one command for each.',
      'Un destinatario del sobre; hay una orden por cada uno.',
    ),
  ],
  [
    'DATA',
    about(
      'RFC 5321 §4.1.1.4',
      'The message is to follow. Client and server wait for 354 before it.',
      'A continuación irá el mensaje. Antes, el cliente espera el 354 del servidor.',
    ),
  ],
  [
    'BDAT',
    about(
      'RFC 3030 §2',
      'So many octets of the message follow at once; LAST marks the last of them.',
      'A continuación van tantos octetos del mensaje; LAST marca los últimos.',
    ),
  ],
  ['RSET', about('RFC 5321 §4.1.1.5', 'Forgets the message begun.', 'Olvida el mensaje empezado.')],
  [
    'NOOP',
    about('RFC 5321 §4.1.1.9', 'Does nothing but get a reply.', 'No hace nada, salvo obtener una respuesta.'),
  ],
  ['QUIT', about('RFC 5321 §4.1.1.10', 'The client takes its leave.', 'El cliente se despide.')],
  [
    'VRFY',
    about(
      'RFC 5321 §3.5',
      'Asks whether a mailbox exists. Servers mostly do not tell, because of spam.',
      'Pregunta si existe un buzón. Los servidores no suelen decirlo, por el correo basura.',
    ),
  ],
  [
    'EXPN',
    about('RFC 5321 §3.5', 'Asks who is on a mailing list.', 'Pregunta quién está en una lista de correo.'),
  ],
  ['HELP', about('RFC 5321 §4.1.1.8', 'Asks for help.', 'Pide ayuda.')],
  [
    'STARTTLS',
    about(
      'RFC 3207 §4',
      'Asks to go on over TLS. After the handshake everything begins anew with EHLO.',
      'Pide continuar por TLS. Tras la negociación todo vuelve a empezar con EHLO.',
    ),
  ],
  [
    'AUTH',
    about(
      'RFC 4954 §4',
      'The client logs in by a mechanism of SASL. PLAIN and LOGIN carry the password itself, which TLS has to protect.',
      'El cliente inicia sesión con un mecanismo de SASL. PLAIN y LOGIN llevan la propia contraseña, que TLS debe proteger.',
    ),
  ],
  [
    'ETRN',
    about(
      'RFC 1985 §5',
      'Asks the server to send waiting mail now.',
      'Pide al servidor que envíe ya el correo en espera.',
    ),
  ],
])

/** What a line is whose verb is not known. */
export const unknownCommand = about(
  'RFC 5321 §4.2.4',
  'No command of SMTP; the server answers 500. What could be a password is not shown.',
  'No es una orden de SMTP; el servidor responde 500. Lo que podría ser una contraseña no se muestra.',
)

/** By code, and by the command in front of it where that makes the difference. */
const REPLIES: ReadonlyMap<string, About> = new Map([
  ['211', about('RFC 5321 §4.2.3', 'The state of the server.', 'El estado del servidor.')],
  ['214', about('RFC 5321 §4.2.3', 'Help for people.', 'Ayuda para personas.')],
  [
    '220',
    about(
      'RFC 5321 §4.2.3',
      'The greeting: the server is ready, and the client may speak.',
      'El saludo: el servidor está listo y el cliente puede hablar.',
    ),
  ],
  [
    '220 STARTTLS',
    about(
      'RFC 3207 §4',
      'The TLS handshake begins right behind this line.',
      'La negociación de TLS empieza justo tras esta línea.',
    ),
  ],
  ['221', about('RFC 5321 §4.2.3', 'The server closes the connection.', 'El servidor cierra la conexión.')],
  ['235', about('RFC 4954 §6', 'The client is logged in.', 'El cliente ha iniciado sesión.')],
  ['250', about('RFC 5321 §4.2.3', 'Done.', 'Hecho.')],
  [
    '250 EHLO',
    about(
      'RFC 5321 §4.1.1.1',
      'The server says its name and its extensions, one a line.',
      'El servidor dice su nombre y sus extensiones, una por línea.',
    ),
  ],
  ['250 MAIL', about('RFC 5321 §3.3', 'The sender is taken.', 'Se acepta el remitente.')],
  ['250 RCPT', about('RFC 5321 §3.3', 'This recipient is taken.', 'Se acepta este destinatario.')],
  [
    '250 message',
    about(
      'RFC 5321 §4.2.5',
      'The server has the message and is responsible for it from now on: to deliver it, or to report that it could not.',
      'El servidor tiene el mensaje y desde ahora responde de él: lo entregará, o avisará de que no ha podido.',
    ),
  ],
  [
    '251',
    about(
      'RFC 5321 §3.4',
      'The user is elsewhere; the server forwards.',
      'El usuario está en otro sitio; el servidor reenvía.',
    ),
  ],
  [
    '252',
    about(
      'RFC 5321 §3.5.3',
      'The server does not say whether the mailbox exists, but takes mail for it.',
      'El servidor no dice si existe el buzón, pero acepta correo para él.',
    ),
  ],
  [
    '334',
    about(
      'RFC 4954 §4',
      'A challenge in base64, which the client must answer.',
      'Un desafío en base64 al que el cliente debe responder.',
    ),
  ],
  [
    '354',
    about(
      'RFC 5321 §4.1.1.4',
      'The client shall send the message, and end it with a line that has a dot alone.',
      'El cliente debe enviar el mensaje y terminarlo con una línea que solo lleve un punto.',
    ),
  ],
  [
    '421',
    about(
      'RFC 5321 §3.8',
      'The server cannot go on and closes the connection; the client tries again later.',
      'El servidor no puede seguir y cierra la conexión; el cliente lo intentará más tarde.',
    ),
  ],
  [
    '450',
    about(
      'RFC 5321 §4.2.3',
      'Not now: the mailbox is busy, or the server wants the client to come again (greylisting).',
      'Ahora no: el buzón está ocupado, o el servidor quiere que el cliente vuelva (listas grises).',
    ),
  ],
  [
    '451',
    about(
      'RFC 5321 §4.2.3',
      'Something has failed in the server for now.',
      'De momento algo ha fallado en el servidor.',
    ),
  ],
  ['452', about('RFC 5321 §4.2.3', 'There is no room now.', 'Ahora no hay espacio.')],
  [
    '454',
    about(
      'RFC 3207 §4',
      'TLS or login is not possible for now.',
      'De momento no es posible TLS o iniciar sesión.',
    ),
  ],
  ['500', about('RFC 5321 §4.2.4', 'The command is not known.', 'No se conoce la orden.')],
  ['501', about('RFC 5321 §4.2.3', 'The argument is wrong.', 'El argumento es incorrecto.')],
  ['502', about('RFC 5321 §4.2.4', 'The command is not served here.', 'Aquí no se ofrece esa orden.')],
  [
    '503',
    about(
      'RFC 5321 §4.2.3',
      'The command does not belong here: the order is EHLO, MAIL, RCPT, DATA.',
      'La orden no corresponde aquí: el orden es EHLO, MAIL, RCPT, DATA.',
    ),
  ],
  [
    '504',
    about(
      'RFC 5321 §4.2.4',
      'That parameter or mechanism is not served.',
      'No se ofrece ese parámetro o mecanismo.',
    ),
  ],
  ['530', about('RFC 4954 §6', 'First TLS or a login is needed.', 'Antes hace falta TLS o iniciar sesión.')],
  ['535', about('RFC 4954 §6', 'Name or password are wrong.', 'El nombre o la contraseña son incorrectos.')],
  [
    '538',
    about(
      'RFC 4954 §6',
      'This mechanism is served over TLS alone.',
      'Este mecanismo solo se ofrece con TLS.',
    ),
  ],
  [
    '550',
    about(
      'RFC 5321 §4.2.3',
      'Refused for good: there is no such mailbox, or a policy forbids it.',
      'Rechazado definitivamente: no existe el buzón, o una política lo prohíbe.',
    ),
  ],
  [
    '551',
    about(
      'RFC 5321 §3.4',
      'The user is elsewhere; the server does not forward.',
      'El usuario está en otro sitio; el servidor no reenvía.',
    ),
  ],
  [
    '552',
    about(
      'RFC 5321 §4.2.3',
      'The message is too large, or the mailbox full.',
      'El mensaje es demasiado grande, o el buzón está lleno.',
    ),
  ],
  ['553', about('RFC 5321 §4.2.3', 'The address is not allowed.', 'La dirección no está permitida.')],
  [
    '554',
    about(
      'RFC 5321 §4.2.3',
      'It failed for good; the text says why.',
      'Ha fallado definitivamente; el texto dice por qué.',
    ),
  ],
])

const CLASSES: ReadonlyMap<string, About> = new Map([
  ['2', about('RFC 5321 §4.2.1', 'It has succeeded.', 'Ha tenido éxito.')],
  ['3', about('RFC 5321 §4.2.1', 'The server waits for more.', 'El servidor espera algo más.')],
  [
    '4',
    about(
      'RFC 5321 §4.2.1',
      'Failed for now: the client may try again later.',
      'Ha fallado por ahora: el cliente puede intentarlo más tarde.',
    ),
  ],
  [
    '5',
    about(
      'RFC 5321 §4.2.1',
      'Failed for good: to repeat it is of no use.',
      'Ha fallado definitivamente: repetirlo no sirve.',
    ),
  ],
])

const otherReply = about(
  'RFC 5321 §4.2',
  'A code of three digits for programs, and text for people.',
  'Un código de tres cifras para los programas y un texto para las personas.',
)

/** What a reply is, after the command that it answers. */
export function smtpReplyAbout(code: string, verb: string): About {
  return REPLIES.get(`${code} ${verb}`) ?? REPLIES.get(code) ?? CLASSES.get(code.charAt(0)) ?? otherReply
}
