/** What a student is told of the answers of HTTP, by their status. */
import { about } from '../../kit/dissect/about.ts'
import type { About } from '../../service.ts'

const STATUSES: ReadonlyMap<number, About> = new Map([
  [
    100,
    about(
      'RFC 9110 §15.2.1',
      'The server has read the head and wants the body.',
      'El servidor ha leído la cabecera y quiere el cuerpo.',
    ),
  ],
  [
    101,
    about(
      'RFC 9110 §15.2.2',
      'From here on both ends speak another protocol, as WebSocket.',
      'A partir de aquí los dos extremos hablan otro protocolo, como WebSocket.',
    ),
  ],
  [200, about('RFC 9110 §15.3.1', 'Here is what was asked for.', 'Aquí está lo que se pedía.')],
  [201, about('RFC 9110 §15.3.2', 'A new resource was made.', 'Se ha creado un recurso nuevo.')],
  [204, about('RFC 9110 §15.3.5', 'Done, and there is nothing to send.', 'Hecho, y no hay nada que enviar.')],
  [
    206,
    about('RFC 9110 §15.3.7', 'Only the part that Range asked for.', 'Solo la parte que se pedía con Range.'),
  ],
  [
    301,
    about(
      'RFC 9110 §15.4.2',
      'The resource has moved for good, to where Location says.',
      'El recurso se ha trasladado definitivamente a donde indica Location.',
    ),
  ],
  [
    302,
    about(
      'RFC 9110 §15.4.3',
      'For now the resource is where Location says.',
      'De momento el recurso está donde indica Location.',
    ),
  ],
  [
    303,
    about(
      'RFC 9110 §15.4.4',
      'The result is to be fetched with GET from where Location says.',
      'El resultado se obtiene con GET donde indica Location.',
    ),
  ],
  [
    304,
    about(
      'RFC 9110 §15.4.5',
      'Not modified: the copy that the client has is still good, so that no body is sent.',
      'Sin cambios: la copia que tiene el cliente sigue siendo válida y no se envía cuerpo.',
    ),
  ],
  [
    307,
    about(
      'RFC 9110 §15.4.8',
      'For now the same request goes to where Location says.',
      'De momento la misma petición debe hacerse donde indica Location.',
    ),
  ],
  [
    308,
    about(
      'RFC 9110 §15.4.9',
      'For good the same request goes to where Location says.',
      'Definitivamente la misma petición debe hacerse donde indica Location.',
    ),
  ],
  [
    400,
    about(
      'RFC 9110 §15.5.1',
      'The request is malformed: line, fields or Host are wrong.',
      'La petición está mal formada: fallan la línea, los campos o Host.',
    ),
  ],
  [
    401,
    about(
      'RFC 9110 §15.5.2',
      'The client must say who it is: WWW-Authenticate tells how.',
      'El cliente debe identificarse: WWW-Authenticate indica cómo.',
    ),
  ],
  [
    403,
    about(
      'RFC 9110 §15.5.4',
      'The server knows the resource and does not give it to this client.',
      'El servidor conoce el recurso y no lo entrega a este cliente.',
    ),
  ],
  [404, about('RFC 9110 §15.5.5', 'There is no such resource.', 'No existe ese recurso.')],
  [
    405,
    about(
      'RFC 9110 §15.5.6',
      'The resource does not take this method; Allow names those that it takes.',
      'El recurso no admite este método; Allow enumera los que admite.',
    ),
  ],
  [
    407,
    about(
      'RFC 9110 §15.5.8',
      'The client must say to the proxy who it is.',
      'El cliente debe identificarse ante el proxy.',
    ),
  ],
  [
    408,
    about(
      'RFC 9110 §15.5.9',
      'The request did not come whole in time.',
      'La petición no llegó completa a tiempo.',
    ),
  ],
  [
    411,
    about(
      'RFC 9110 §15.5.12',
      'The server wants to know the length of the body beforehand.',
      'El servidor quiere conocer antes la longitud del cuerpo.',
    ),
  ],
  [413, about('RFC 9110 §15.5.14', 'The body is too large.', 'El cuerpo es demasiado grande.')],
  [414, about('RFC 9110 §15.5.15', 'The target is too long.', 'El destino es demasiado largo.')],
  [
    416,
    about(
      'RFC 9110 §15.5.17',
      'The part that Range asks for is not there.',
      'La parte pedida con Range no existe.',
    ),
  ],
  [429, about('RFC 6585 §4', 'The client asks too often.', 'El cliente pregunta con demasiada frecuencia.')],
  [
    500,
    about(
      'RFC 9110 §15.6.1',
      'Something has failed in the server itself.',
      'Algo ha fallado en el propio servidor.',
    ),
  ],
  [
    501,
    about('RFC 9110 §15.6.2', 'The server does not know the method.', 'El servidor no conoce el método.'),
  ],
  [
    502,
    about(
      'RFC 9110 §15.6.3',
      'The server is a gateway, and what the server behind it said cannot be used.',
      'El servidor es una pasarela y lo que dijo el servidor de detrás no se puede usar.',
    ),
  ],
  [503, about('RFC 9110 §15.6.4', 'The server cannot serve now.', 'El servidor no puede atender ahora.')],
  [
    504,
    about(
      'RFC 9110 §15.6.5',
      'The server is a gateway, and the server behind it did not answer in time.',
      'El servidor es una pasarela y el servidor de detrás no respondió a tiempo.',
    ),
  ],
  [
    505,
    about(
      'RFC 9110 §15.6.6',
      'The server does not speak that version of HTTP.',
      'El servidor no habla esa versión de HTTP.',
    ),
  ],
])

const CLASSES: readonly About[] = [
  about(
    'RFC 9110 §15.2',
    'An interim answer; another one follows.',
    'Una respuesta provisional; seguirá otra.',
  ),
  about('RFC 9110 §15.3', 'The request has succeeded.', 'La petición ha tenido éxito.'),
  about('RFC 9110 §15.4', 'The client must ask elsewhere.', 'El cliente debe preguntar en otro sitio.'),
  about('RFC 9110 §15.5', 'The client has made a mistake.', 'El cliente ha cometido un error.'),
  about('RFC 9110 §15.6', 'The server has failed.', 'El servidor ha fallado.'),
]

const noStatus = about('RFC 9110 §15', 'An answer with its status.', 'Una respuesta con su estado.')

/** What an answer with that status is. */
export function statusAbout(status: number): About {
  return STATUSES.get(status) ?? CLASSES[Math.floor(status / 100) - 1] ?? noStatus
}
