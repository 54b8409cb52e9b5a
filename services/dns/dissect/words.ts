/** What a student is told of the answers of DNS, and of what cannot be read. */
import { about } from '../../../lab/kit/dissect/about.ts'
import type { About } from '../../../lab/service.ts'
import { OPCODE, printCode } from '../wire/codes.ts'
import { FLAG, type Message } from '../wire/message.ts'
import { TYPE } from '../records/types.ts'

const CODES: ReadonlyMap<string, About> = new Map([
  [
    'FORMERR',
    about(
      'RFC 1035 §4.1.1',
      'Format error: the server could not make sense of the question.',
      'Error de formato: el servidor no ha entendido la pregunta.',
    ),
  ],
  [
    'SERVFAIL',
    about(
      'RFC 1035 §4.1.1',
      'Server failure: it could not find out now, as when the servers it asks do not answer or DNSSEC fails. The name may well exist.',
      'Fallo del servidor: ahora no lo ha podido averiguar, por ejemplo porque no responden los servidores a los que pregunta o falla DNSSEC. El nombre puede existir.',
    ),
  ],
  [
    'NXDOMAIN',
    about(
      'RFC 2308 §2.1',
      'The name does not exist, with any type. The SOA record says how long that may be remembered.',
      'El nombre no existe, con ningún tipo. El registro SOA indica cuánto tiempo puede recordarse.',
    ),
  ],
  [
    'NOTIMP',
    about(
      'RFC 1035 §4.1.1',
      'Not implemented: the server does not know this kind of request.',
      'No implementado: el servidor no conoce este tipo de petición.',
    ),
  ],
  [
    'REFUSED',
    about(
      'RFC 1035 §4.1.1',
      'The server does not want to answer: the zone is not its own, or the client is not allowed to ask it.',
      'El servidor no quiere responder: la zona no es suya, o el cliente no tiene permiso para preguntarle.',
    ),
  ],
  [
    'NOTAUTH',
    about(
      'RFC 2136 §2.2',
      'The server is not authoritative for that zone.',
      'El servidor no es autoritativo para esa zona.',
    ),
  ],
  [
    'BADVERS',
    about(
      'RFC 6891 §9',
      'The server does not know that version of EDNS; it says which one it knows.',
      'El servidor no conoce esa versión de EDNS; indica cuál conoce.',
    ),
  ],
  [
    'BADCOOKIE',
    about(
      'RFC 7873 §5.2.3',
      'The client shall ask again with the cookie that comes with this answer, so that it shows its address to be true.',
      'El cliente debe volver a preguntar con la cookie que llega en esta respuesta; así demuestra que su dirección es auténtica.',
    ),
  ],
])

const failure = about(
  'RFC 1035 §4.1.1',
  'The server could not, or would not, do what it was asked for.',
  'El servidor no ha podido, o no ha querido, hacer lo que se le pedía.',
)
const found = about(
  'RFC 1035 §4.1.3',
  'The records that were asked for. Each may be kept for as many seconds as its TTL says.',
  'Los registros pedidos. Cada uno puede guardarse tantos segundos como diga su TTL.',
)
const authoritative = about(
  'RFC 1034 §4.3.1',
  'The records that were asked for, from a server that is responsible for the zone. Each may be kept for its TTL in seconds.',
  'Los registros pedidos, de un servidor responsable de la zona. Cada uno puede guardarse los segundos que diga su TTL.',
)
const alias = about(
  'RFC 1034 §3.6.2',
  'The name is an alias: CNAME leads to the name that has the records.',
  'El nombre es un alias: CNAME lleva al nombre que tiene los registros.',
)
const truncated = about(
  'RFC 2181 §9',
  'The answer did not fit in one datagram. The client asks again over TCP.',
  'La respuesta no cabía en un datagrama. El cliente vuelve a preguntar por TCP.',
)
const referral = about(
  'RFC 1034 §4.3.1',
  'The server does not know, but names those that know more: a referral.',
  'El servidor no lo sabe, pero indica quiénes saben más: una referencia.',
)
const nothing = about(
  'RFC 2308 §2.2',
  'The name exists, but has no record of that type.',
  'El nombre existe, pero no tiene registros de ese tipo.',
)
const done = about(
  'RFC 1035 §4.1.1',
  'The server has done what it was asked for.',
  'El servidor ha hecho lo que se le pedía.',
)

/** What an answer is. */
export function replyAbout({ opcode, rcode, flags, questions, answer, authority }: Message): About {
  if (rcode !== 0) return CODES.get(printCode(rcode)) ?? failure
  if (opcode !== OPCODE.query) return done
  if ((flags & FLAG.truncated) !== 0) return truncated
  const asked = questions[0]?.type
  if (answer.length > 0) {
    if (answer[0]?.type === TYPE.cname && asked !== TYPE.cname) return alias
    return (flags & FLAG.authoritative) === 0 ? found : authoritative
  }
  const isReferral =
    (flags & FLAG.authoritative) === 0 &&
    authority.some(({ type }) => type === TYPE.ns) &&
    !authority.some(({ type }) => type === TYPE.soa)
  return isReferral ? referral : nothing
}

/** What the messages of a transfer are. */
export const transferAbout = about(
  'RFC 5936 §2.2',
  'All records of a zone in as many messages as they need; the SOA record comes first and again at the end.',
  'Todos los registros de una zona en tantos mensajes como hagan falta; el registro SOA llega el primero y de nuevo al final.',
)

/** What octets that cannot be decoded are. */
export const malformedAbout = about(
  'RFC 1035 §4.1',
  'These octets are no message of DNS: what is wrong, and up to which octet they could be read, is shown.',
  'Estos octetos no son un mensaje de DNS: se muestra qué está mal y hasta qué octeto se han podido leer.',
)

/** What a stream ends with that is no whole message. */
export const cutAbout = about(
  'RFC 1035 §4.2.2',
  'Over TCP the length stands before each message. The connection ended before that many octets had come.',
  'Por TCP, la longitud va delante de cada mensaje. La conexión terminó antes de que llegaran tantos octetos.',
)
