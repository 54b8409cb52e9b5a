/** What is told of the messages of TLS. */
import { about } from '../../kit/dissect/about.ts'
import type { Noun } from '../../kit/dissect/said.ts'
import type { About } from '../../service.ts'

/** What whoever listens sees of what is inside. */
export const ENCRYPTED_RECORD: Noun = {
  en: ['encrypted record', 'encrypted records'],
  es: ['registro cifrado', 'registros cifrados'],
}

/** By what they tell of. */
export const abouts = {
  clientHello: about(
    'RFC 8446 §4.1.2, RFC 5246 §7.4.1.2',
    'The client begins: it offers versions and cipher suites, names the server that it wants (SNI), and in TLS 1.3 sends its half of the key exchange already. All this can be read by whoever listens.',
    'El cliente empieza: ofrece versiones y suites de cifrado, nombra el servidor que quiere (SNI) y, en TLS 1.3, envía ya su mitad del intercambio de claves. Todo esto lo puede leer quien escuche.',
  ),
  serverHello: about(
    'RFC 8446 §4.1.3, RFC 5246 §7.4.1.3',
    'The server chooses one version and one cipher suite of those offered. In TLS 1.3 its half of the key exchange is in it, and all that follows is encrypted.',
    'El servidor elige una versión y una suite de cifrado de entre las ofrecidas. En TLS 1.3 lleva su mitad del intercambio de claves, y todo lo que sigue va cifrado.',
  ),
  retry: about(
    'RFC 8446 §4.1.4',
    'The server wants another group for the key exchange than the one whose key the client has sent: the client says its hello again.',
    'El servidor quiere para el intercambio de claves otro grupo que el de la clave enviada: el cliente repite su saludo.',
  ),
  certificate: about(
    'RFC 8446 §4.4.2, RFC 5246 §7.4.2',
    'A certificate ties a public key to names, and its issuer signs that. The other end checks the signature, the dates and the name. In TLS 1.3 it crosses encrypted.',
    'Un certificado une una clave pública a unos nombres, y su emisor lo firma. El otro extremo comprueba la firma, las fechas y el nombre. En TLS 1.3 viaja cifrado.',
  ),
  certificateRequest: about(
    'RFC 8446 §4.3.2, RFC 5246 §7.4.4',
    'The server asks the client for a certificate too, and may say which authorities it trusts.',
    'El servidor pide también un certificado al cliente, y puede decir en qué autoridades confía.',
  ),
  certificateVerify: about(
    'RFC 8446 §4.4.3, RFC 5246 §7.4.8',
    'A signature over the handshake so far: it proves possession of the private key that belongs to the certificate.',
    'Una firma sobre lo dicho hasta ahora: prueba que se tiene la clave privada que corresponde al certificado.',
  ),
  certificateStatus: about(
    'RFC 6066 §8',
    "The server staples an OCSP answer: its authority's recent word on whether the certificate is revoked.",
    'El servidor adjunta (grapa) una respuesta OCSP: la palabra reciente de su autoridad sobre si el certificado está revocado.',
  ),
  serverKeyExchange: about(
    'RFC 5246 §7.4.3, RFC 8422 §5.4',
    "The server's half of the key exchange, signed with the key of its certificate.",
    'La mitad del servidor del intercambio de claves, firmada con la clave de su certificado.',
  ),
  clientKeyExchange: about(
    'RFC 5246 §7.4.7',
    "The client's half of the key exchange: now both ends can compute the same keys.",
    'La mitad del cliente del intercambio de claves: ahora ambos extremos pueden calcular las mismas claves.',
  ),
  serverHelloDone: about(
    'RFC 5246 §7.4.5',
    'The server has said its part of the handshake and waits for the client.',
    'El servidor ha dicho su parte de la negociación y espera al cliente.',
  ),
  ticket: about(
    'RFC 8446 §4.6.1, RFC 5077 §3.3',
    'A ticket with which the client can resume this session later, without certificates.',
    'Un tique con el que el cliente puede reanudar esta sesión más tarde, sin certificados.',
  ),
  helloRequest: about(
    'RFC 5246 §7.4.1.1',
    'The server asks for the handshake to begin again.',
    'El servidor pide que la negociación empiece de nuevo.',
  ),
  finished: about(
    'RFC 8446 §4.4.4, RFC 5246 §7.4.9',
    'The first message under the new keys: a checksum over the whole handshake, so that nobody can have changed any of it.',
    'El primer mensaje con las claves nuevas: un resumen de toda la negociación, para que nadie haya podido cambiar nada de ella.',
  ),
  changeCipherSpec: about(
    'RFC 5246 §7.1',
    'From here on this end encrypts what it sends.',
    'A partir de aquí este extremo cifra lo que envía.',
  ),
  oldChangeCipherSpec: about(
    'RFC 8446 §5, appendix D.4',
    'It means nothing in TLS 1.3 and is sent only so that the handshake looks familiar to old devices on the way.',
    'En TLS 1.3 no significa nada; se envía solo para que la negociación resulte familiar a equipos antiguos del camino.',
  ),
  encryptedHandshake: about(
    'RFC 8446 §2, §5.2',
    'The rest of the handshake crosses encrypted: from the server its extensions, certificate, signature and Finished; from the client its certificate, if it was asked for one, Finished, and what it says at once behind it.',
    'El resto de la negociación viaja cifrado: del servidor sus extensiones, certificado, firma y Finished; del cliente su certificado, si se le pidió, Finished y lo que dice justo después.',
  ),
  encrypted: about(
    'RFC 8446 §5.2, RFC 5246 §6.2.3',
    'What whoever listens on the network sees of all that follows: the sizes of records, and nothing of what is in them. The lab knows the keys and shows it as steps.',
    'Lo que ve quien escucha en la red de todo lo que sigue: los tamaños de los registros y nada de su contenido. El laboratorio conoce las claves y lo muestra como pasos.',
  ),
  alert: about(
    'RFC 8446 §6, RFC 5246 §7.2',
    'An alert says why TLS ends: in good order (close_notify), or for a mistake that the sender names.',
    'Una alerta dice por qué termina TLS: en orden (close_notify) o por un error que nombra quien la envía.',
  ),
  encryptedAlert: about(
    'RFC 5246 §7.2',
    'An alert under the keys of the session: at the end of one that went well it is close_notify.',
    'Una alerta con las claves de la sesión: al final de una que fue bien es close_notify.',
  ),
  agreed: about(
    'RFC 8446 §2, RFC 5246 §7.3',
    'The handshake is over: both ends know the keys, and what they have agreed on stands here.',
    'La negociación ha terminado: ambos extremos conocen las claves, y aquí está lo que han acordado.',
  ),
  resumed: about(
    'RFC 8446 §2.2, RFC 5077 §3.1',
    'The session is resumed from an earlier one: no certificate is shown again.',
    'La sesión se reanuda a partir de otra anterior: no se vuelve a mostrar ningún certificado.',
  ),
  noTls: about(
    'RFC 8446 §5.1',
    'This end does not speak TLS where TLS is expected: a common mistake is http:// to the port of https://.',
    'Este extremo no habla TLS donde se espera TLS: un error habitual es http:// al puerto de https://.',
  ),
  malformed: about(
    'RFC 8446 §4, §6.2',
    'This message does not have the form that its type asks for.',
    'Este mensaje no tiene la forma que pide su tipo.',
  ),
} as const satisfies Readonly<Record<string, About>>
