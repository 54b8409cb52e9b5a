/** What a student is told of the requests of HTTP, and of what cannot be read. */
import { about } from '../../kit/dissect/about.ts'
import type { About } from '../../service.ts'

const METHODS: ReadonlyMap<string, About> = new Map([
  [
    'GET',
    about(
      'RFC 9110 §9.3.1',
      'Asks for a resource. It changes nothing on the server, so that it may be sent again.',
      'Pide un recurso. No cambia nada en el servidor, así que se puede repetir.',
    ),
  ],
  [
    'HEAD',
    about(
      'RFC 9110 §9.3.2',
      'Asks for the head that GET would get, without the body.',
      'Pide la cabecera que recibiría GET, sin el cuerpo.',
    ),
  ],
  [
    'POST',
    about(
      'RFC 9110 §9.3.3',
      'Hands the body to the resource, as a form that is sent. To repeat it may have effects twice.',
      'Entrega el cuerpo al recurso, como al enviar un formulario. Repetirlo puede tener efecto dos veces.',
    ),
  ],
  [
    'PUT',
    about(
      'RFC 9110 §9.3.4',
      'Stores the body as the resource of that name.',
      'Guarda el cuerpo como el recurso de ese nombre.',
    ),
  ],
  ['DELETE', about('RFC 9110 §9.3.5', 'Asks to remove the resource.', 'Pide que se elimine el recurso.')],
  [
    'OPTIONS',
    about(
      'RFC 9110 §9.3.7',
      'Asks which methods and options the resource knows.',
      'Pregunta qué métodos y opciones admite el recurso.',
    ),
  ],
  [
    'CONNECT',
    about(
      'RFC 9110 §9.3.6',
      'Asks a proxy for a tunnel to another host; behind it anything may be spoken, mostly TLS.',
      'Pide a un proxy un túnel hasta otra máquina; por él se puede hablar cualquier cosa, casi siempre TLS.',
    ),
  ],
  [
    'TRACE',
    about(
      'RFC 9110 §9.3.8',
      'Asks the server to send the request back as it came. Most servers refuse it.',
      'Pide al servidor que devuelva la petición tal como llegó. La mayoría de los servidores lo rechaza.',
    ),
  ],
  ['PATCH', about('RFC 5789 §2', 'Changes parts of the resource.', 'Modifica partes del recurso.')],
])

const otherMethod = about(
  'RFC 9110 §9.1',
  'A method beyond the usual ones; a server that does not know it answers 501.',
  'Un método fuera de los habituales; el servidor que no lo conoce responde 501.',
)

/** What a request with that method is. */
export function methodAbout(method: string): About {
  return METHODS.get(method) ?? otherMethod
}

const malformedRequest = about(
  'RFC 9112 §3',
  'This is no request line, which is a method, a target and HTTP/1.1 with one blank between them. What follows is passed over.',
  'Esto no es una línea de petición, que consta de un método, un destino y HTTP/1.1 separados por un espacio. Lo que sigue se pasa por alto.',
)
const malformedAnswer = about(
  'RFC 9112 §4',
  'This is no status line, which is HTTP/1.1, a code of three digits and a phrase. What follows is passed over.',
  'Esto no es una línea de estado, que consta de HTTP/1.1, un código de tres cifras y una frase. Lo que sigue se pasa por alto.',
)

/** What a first line that is wrong should have been. */
export function malformedAbout(from: 'client' | 'server'): About {
  return from === 'client' ? malformedRequest : malformedAnswer
}

/** What the content of a message is. */
export const bodyAbout = about(
  'RFC 9112 §6',
  'The body of the message: the content behind the head.',
  'El cuerpo del mensaje: el contenido que sigue a la cabecera.',
)

/** What ends before it should. */
export const cutAbout = about(
  'RFC 9112 §8',
  'The connection ended before the message was whole.',
  'La conexión terminó antes de que el mensaje estuviera completo.',
)

/** What chunks that cannot be read are. */
export const chunksAbout = about(
  'RFC 9112 §7.1',
  'A chunk has its size in hexadecimal digits before it and a line end behind it. These have not, and what follows is not read.',
  'Cada trozo lleva delante su tamaño en hexadecimal y detrás un fin de línea. Estos no, y lo que sigue no se lee.',
)

/** What a head is that nobody reads. */
export const largeAbout = about(
  'RFC 9110 §5.4',
  'Servers limit the size of a head; what follows is passed over.',
  'Los servidores limitan el tamaño de la cabecera; lo que sigue se pasa por alto.',
)

/** What octets are that nobody reads. */
export const restAbout = about(
  'RFC 9112 §9',
  'What came after the ends stopped speaking HTTP, or after a message whose end nobody can tell.',
  'Lo que llegó después de que los extremos dejaran de hablar HTTP, o tras un mensaje cuyo final no se puede saber.',
)

/** What TLS is doing there. */
export const tlsAbout = about(
  'RFC 9110 §4.2.2',
  'The client begins with TLS, as for https, on a port for http.',
  'El cliente empieza con TLS, como para https, en un puerto de http.',
)
