import type { RefusalReason } from '../kit/http/refusal.ts'
import type { FolderProblem } from '../kit/http/folder.ts'
import type { PathProblem } from '../kit/http/target.ts'
import type { Text } from '../service.ts'
import type { AuthReason } from './auth/verdict.ts'
import { authReasons } from './auth/words.ts'
import { clientReasons, type ClientProblem } from './client-words.ts'
import { gatewayReasons, type GatewayProblem } from './proxy-words.ts'

/** Why an answer is not the file that was asked for. */
export type Reason =
  | RefusalReason
  | FolderProblem
  | PathProblem
  | AuthReason
  | GatewayProblem
  | ClientProblem
  | 'type'
  | 'visits'
  | 'moved'
  | 'fault'
  | 'forbidden'
  | 'precondition'
  | 'range'

/** The languages of the pages, the first one for readers who ask for neither. */
export type Language = keyof Text

/** What the page of each refusal tells its reader. */
export const reasons: Readonly<Record<Reason, Text>> = {
  ...authReasons,
  ...gatewayReasons,
  ...clientReasons,
  tls: {
    en: 'This port speaks plain HTTP and received the beginning of a TLS handshake. Use http:// instead of https://.',
    es: 'Este puerto habla HTTP sin cifrar y ha recibido el comienzo de una negociación TLS. Use http:// en lugar de https://.',
  },
  control: {
    en: 'The request holds a control character, such as NUL or a carriage return of its own. Send visible characters only.',
    es: 'La petición contiene un carácter de control, como NUL o un retorno de carro suelto. Envíe solo caracteres visibles.',
  },
  'bare-lf': {
    en: 'A line ends with LF alone. Every line of a request ends with CR LF.',
    es: 'Una línea termina solo con LF. Cada línea de una petición termina con CR LF.',
  },
  'empty-line': {
    en: 'More than one empty line stands before the request line. Begin with the method.',
    es: 'Hay más de una línea vacía antes de la línea de petición. Empiece por el método.',
  },
  'request-line': {
    en: 'The first line must be a method, a path and a version with one space between them, as in: GET /index.html HTTP/1.1',
    es: 'La primera línea debe ser un método, una ruta y una versión separados por un solo espacio, como en: GET /index.html HTTP/1.1',
  },
  'method-syntax': {
    en: 'The method holds characters that no method may have. This server answers GET.',
    es: 'El método contiene caracteres que ningún método puede tener. Este servidor responde a GET.',
  },
  'target-syntax': {
    en: 'The path is not valid. It begins with a slash, and other characters than letters, digits and a few signs are written as %XX.',
    es: 'La ruta no es válida. Empieza por una barra, y los caracteres que no son letras, dígitos o unos pocos signos se escriben como %XX.',
  },
  'version-syntax': {
    en: 'The version must be written HTTP/1.1 or HTTP/1.0, in capital letters.',
    es: 'La versión se escribe HTTP/1.1 o HTTP/1.0, en mayúsculas.',
  },
  'field-fold': {
    en: 'A header line begins with a blank. A field is written on one line, from its first column.',
    es: 'Una línea de cabecera empieza por un espacio. Cada campo se escribe en una sola línea, desde la primera columna.',
  },
  'field-space': {
    en: 'A blank stands before the colon of a header field. Write the name and the colon together.',
    es: 'Hay un espacio antes de los dos puntos de un campo de cabecera. Escriba el nombre y los dos puntos juntos.',
  },
  'field-syntax': {
    en: 'A header line is not a name, a colon and a value, as in: Host: www.example.org',
    es: 'Una línea de cabecera no es un nombre, dos puntos y un valor, como en: Host: www.example.org',
  },
  'host-missing': {
    en: 'HTTP/1.1 requires the Host field. Add a line such as: Host: www.example.org',
    es: 'HTTP/1.1 exige el campo Host. Añada una línea como: Host: www.example.org',
  },
  'host-repeated': {
    en: 'The Host field appears more than once. Send it once.',
    es: 'El campo Host aparece más de una vez. Envíelo una sola vez.',
  },
  'host-syntax': {
    en: 'The Host field is not a name or an address with an optional port.',
    es: 'El campo Host no es un nombre o una dirección con un puerto opcional.',
  },
  'length-syntax': {
    en: 'Content-Length is not a number of octets written in decimal digits.',
    es: 'Content-Length no es un número de octetos escrito con dígitos decimales.',
  },
  'length-repeated': {
    en: 'Content-Length appears more than once. Send it once.',
    es: 'Content-Length aparece más de una vez. Envíelo una sola vez.',
  },
  'length-and-coding': {
    en: 'Content-Length and Transfer-Encoding contradict each other: nobody can tell where this request ends. Send one of them.',
    es: 'Content-Length y Transfer-Encoding se contradicen: no se puede saber dónde termina esta petición. Envíe solo uno.',
  },
  'coding-syntax': {
    en: 'Transfer-Encoding must name chunked once, and last.',
    es: 'Transfer-Encoding debe nombrar chunked una sola vez y en último lugar.',
  },
  'coding-version': {
    en: 'HTTP/1.0 has no Transfer-Encoding. Use HTTP/1.1 or Content-Length.',
    es: 'HTTP/1.0 no tiene Transfer-Encoding. Use HTTP/1.1 o Content-Length.',
  },
  incomplete: {
    en: 'The connection was closed on your side before the request ended. A request ends with an empty line.',
    es: 'Su extremo cerró la conexión antes de que terminara la petición. Una petición termina con una línea vacía.',
  },
  method: {
    en: 'This server does not answer this method. The Allow field of this answer lists those that it answers.',
    es: 'Este servidor no responde a este método. El campo Allow de esta respuesta enumera los que admite.',
  },
  'method-unknown': {
    en: 'This server does not know the method. Methods are written in capital letters; it answers GET.',
    es: 'Este servidor no conoce el método. Los métodos se escriben en mayúsculas; responde a GET.',
  },
  slow: {
    en: 'The request did not arrive whole in time. Send it again; it ends with an empty line.',
    es: 'La petición no llegó completa a tiempo. Envíela de nuevo; termina con una línea vacía.',
  },
  'length-required': {
    en: 'The body has no declared length. Send Content-Length instead of Transfer-Encoding, or no body at all.',
    es: 'El cuerpo no declara su longitud. Envíe Content-Length en lugar de Transfer-Encoding, o no envíe cuerpo.',
  },
  'body-size': {
    en: 'The body of the request is too large. A GET needs none.',
    es: 'El cuerpo de la petición es demasiado grande. Un GET no necesita cuerpo.',
  },
  'line-size': {
    en: 'The request line is too long. Ask for a shorter address.',
    es: 'La línea de petición es demasiado larga. Pida una dirección más corta.',
  },
  expectation: {
    en: 'The Expect field asks for something other than 100-continue. Leave it out.',
    es: 'El campo Expect pide algo distinto de 100-continue. Quítelo.',
  },
  'fields-size': {
    en: 'The header fields are too large together. Remove some, or delete the cookies of this site.',
    es: 'Los campos de cabecera son demasiado grandes en conjunto. Quite algunos o borre las cookies de este sitio.',
  },
  'fields-count': {
    en: 'The request has too many header fields. Remove some.',
    es: 'La petición tiene demasiados campos de cabecera. Quite algunos.',
  },
  'coding-unknown': {
    en: 'This server does not know one of the transfer codings. Send the body without it.',
    es: 'Este servidor no conoce una de las codificaciones de transferencia. Envíe el cuerpo sin ella.',
  },
  busy: {
    en: 'The server has as many connections or open files as it takes. Try again in a moment.',
    es: 'El servidor tiene ya todas las conexiones o ficheros abiertos que admite. Inténtelo de nuevo en un momento.',
  },
  version: {
    en: 'This server speaks HTTP/1.1 and HTTP/1.0, no other version.',
    es: 'Este servidor habla HTTP/1.1 y HTTP/1.0, ninguna otra versión.',
  },
  internal: {
    en: 'The server made a mistake; it is written in its log.',
    es: 'El servidor ha cometido un error; está anotado en su registro.',
  },
  'path-syntax': {
    en: 'The path cannot be decoded: a %XX is wrong, or stands for a character that no path may have.',
    es: 'La ruta no se puede descodificar: algún %XX es incorrecto o representa un carácter que ninguna ruta puede tener.',
  },
  'path-hidden': {
    en: 'The path leaves the site or names a hidden file; that may not be visited.',
    es: 'La ruta sale del sitio o nombra un fichero oculto; no se puede visitar.',
  },
  'path-missing': {
    en: 'There is no such page here. Look for two slashes together in the address.',
    es: 'Aquí no existe esa página. Mire si hay dos barras seguidas en la dirección.',
  },
  missing: {
    en: 'There is no such page here. Check the address, letter by letter.',
    es: 'Aquí no existe esa página. Revise la dirección letra a letra.',
  },
  outside: {
    en: 'The address leads out of the site; that may not be visited.',
    es: 'La dirección lleva fuera del sitio; no se puede visitar.',
  },
  special: {
    en: 'The address names something that is not a file.',
    es: 'La dirección nombra algo que no es un fichero.',
  },
  unreadable: {
    en: 'The server may not read this file. Its owner can change that.',
    es: 'El servidor no tiene permiso para leer este fichero. Su dueño puede cambiarlo.',
  },
  'no-index': {
    en: 'This folder has no start page, and its contents may not be listed.',
    es: 'Esta carpeta no tiene página de inicio y su contenido no se puede listar.',
  },
  forbidden: {
    en: 'This folder may not be visited.',
    es: 'Esta carpeta no se puede visitar.',
  },
  precondition: {
    en: 'The page is not what the condition of the request (If-Match, If-Unmodified-Since) asks for: it has changed.',
    es: 'La página no es la que pide la condición de la petición (If-Match, If-Unmodified-Since): ha cambiado.',
  },
  range: {
    en: 'No part of the page lies where the Range field asks for one. Content-Range tells its length.',
    es: 'Ninguna parte de la página está donde la pide el campo Range. Content-Range indica su longitud.',
  },
  type: {
    en: 'This server does not serve files with this extension.',
    es: 'Este servidor no sirve ficheros con esta extensión.',
  },
  visits: {
    en: 'You have used up your visits. The counter is a cookie: wait until it expires, or delete it.',
    es: 'Ha agotado sus visitas. El contador es una cookie: espere a que caduque o bórrela.',
  },
  moved: {
    en: 'This is a folder; its address ends with a slash.',
    es: 'Esto es una carpeta; su dirección termina en una barra.',
  },
  fault: {
    en: 'The exercise makes the server fail here on purpose.',
    es: 'El ejercicio hace que el servidor falle aquí a propósito.',
  },
}
