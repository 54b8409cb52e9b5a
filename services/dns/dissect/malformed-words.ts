/** What is wrong with a message that cannot be decoded. */
import type { Text } from '../../../lab/service.ts'

const MISTAKES: ReadonlyMap<string, string> = new Map([
  ['the message is shorter than its header', 'el mensaje es más corto que su cabecera'],
  ['octets follow the end of the message', 'hay octetos tras el final del mensaje'],
  ['the message is cut short', 'el mensaje está incompleto'],
  ['an EDNS option is cut short', 'una opción de EDNS está incompleta'],
  ['an OPT record stands where it may not, or twice', 'hay un registro OPT donde no debe, o dos'],
  [
    'the data of a record runs past the end of the message',
    'los datos de un registro van más allá del final del mensaje',
  ],
  ['the data of a record is not as long as it says', 'los datos de un registro no miden lo que dice'],
  ['the data of a record is cut short', 'los datos de un registro están incompletos'],
  ['a name is longer than 255 octets', 'un nombre mide más de 255 octetos'],
  ['a name runs past the end of the message', 'un nombre va más allá del final del mensaje'],
  ['a compression pointer is cut short', 'un puntero de compresión está incompleto'],
  ['a label has an unknown type', 'una etiqueta es de un tipo desconocido'],
  ['a compression pointer does not point backwards', 'un puntero de compresión no apunta hacia atrás'],
  [
    'a name is longer than 255 octets, or jumps too often',
    'un nombre mide más de 255 octetos o salta demasiadas veces',
  ],
  [
    'a name is cut short or compressed where it may not be',
    'un nombre está incompleto, o comprimido donde no se permite',
  ],
  ['a name is cut short or longer than 255 octets', 'un nombre está incompleto o mide más de 255 octetos'],
])

/** What the decoder says, in both languages. */
export function malformedText(message: string): Text {
  const [, type] = /^the data of a (\S+) record has octets too many$/.exec(message) ?? []
  const long = type === undefined ? undefined : `a los datos de un registro ${type} les sobran octetos`
  return { en: message, es: MISTAKES.get(message) ?? long ?? 'no se puede decodificar' }
}
