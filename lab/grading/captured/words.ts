/** What is told of captures, in both languages. */
import type { Text } from '../../service.ts'
import type { Unread } from './packet.ts'
import type { Loss } from './stream.ts'

/** The file is of another kind. */
export const noCapture: Text = {
  en: 'this is no capture: neither pcapng nor pcap. Save it from Wireshark with File > Save As',
  es: 'esto no es una captura: ni pcapng ni pcap. Guárdala en Wireshark con Archivo > Guardar como',
}

/** The file ends before its first frame. */
export const noFrames: Text = {
  en: 'the capture holds no frame',
  es: 'la captura no tiene ninguna trama',
}

/** What is behind the frames that were read is not as the format has it. */
export function damagedAt(octets: number, frames: number): Text {
  return {
    en: `the capture is damaged at octet ${octets}, after frame ${frames}: nothing behind it was read`,
    es: `la captura está dañada en el octeto ${octets}, tras la trama ${frames}: no se ha leído nada de lo que sigue`,
  }
}

/** The file ends inside a frame. */
export function cutAfter(frames: number): Text {
  return {
    en: `the capture is cut short after frame ${frames}, as if it had been copied while it was being written`,
    es: `la captura se corta tras la trama ${frames}, como si se hubiese copiado mientras se escribía`,
  }
}

/** The compression is not as it has to be. */
export function notUnpacked(frames: number): Text {
  return {
    en: `the gzip of the capture is damaged or cut short: nothing behind frame ${frames} was read`,
    es: `el gzip de la captura está dañado o cortado: no se ha leído nada tras la trama ${frames}`,
  }
}

/** No frame of a network is that long. */
export function frameTooLong(frame: number): Text {
  return {
    en: `frame ${frame} claims to be longer than any may be: nothing from there on was read`,
    es: `la trama ${frame} dice ser más larga de lo posible: no se ha leído nada desde ahí`,
  }
}

/** There are more frames than are read. */
export function tooManyFrames(most: number): Text {
  return {
    en: `of the capture only the first ${most} frames are read: hand in those of the task alone`,
    es: `de la captura solo se leen las primeras ${most} tramas: entrega solo las de la tarea`,
  }
}

/** There are more octets than are read. */
export function tooLarge(megabytes: number): Text {
  return {
    en: `of a capture only the first ${megabytes} MB are read: hand in the frames of the task alone`,
    es: `de una captura solo se leen los primeros ${megabytes} MB: entrega solo las tramas de la tarea`,
  }
}

/** Nothing in the frames is of the services that the task names. */
export function nothingIn(frames: number): Text {
  const [en, es] =
    frames === 1 ? ['the one frame', 'la única trama'] : [`the ${frames} frames`, `las ${frames} tramas`]
  return {
    en: `in ${en} of the capture there is nothing that the task looks for: was the right interface captured, without a filter?`,
    es: `en ${es} de la captura no hay nada de lo que busca la tarea: ¿se capturó la interfaz correcta, sin filtro?`,
  }
}

/** Where a conversation cannot be read any more. */
export function endedAt(frame: number, why: Text): Text {
  return { en: `from frame ${frame} on: ${why.en}`, es: `desde la trama ${frame}: ${why.es}` }
}

/** A direction of a connection that is not read on. */
export function lostAt(why: Loss, frame: number): Text {
  return why === 'cut'
    ? {
        en: `of frame ${frame} only the beginning was captured (a snapshot length): its connection is not read on`,
        es: `de la trama ${frame} solo se capturó el principio (longitud de captura limitada): su conexión no se sigue leyendo`,
      }
    : {
        en: `before frame ${frame} octets of its connection are not in the capture: it is not read on from there`,
        es: `antes de la trama ${frame} faltan en la captura octetos de su conexión: no se sigue leyendo desde ahí`,
      }
}

const reasons: Readonly<Record<Exclude<Unread, 'other'>, Text>> = {
  link: {
    en: 'its link layer is not one that is read here (Ethernet, loopback, raw IP and Linux cooked are)',
    es: 'su nivel de enlace no se lee aquí (sí Ethernet, loopback, IP sin más y Linux cooked)',
  },
  fragment: {
    en: 'it is a fragment of an IP packet, and those are not put together',
    es: 'es un fragmento de un paquete IP, y aquí no se reensamblan',
  },
  cut: {
    en: 'too little of it was captured (a snapshot length)',
    es: 'se capturó demasiado poco de ella (longitud de captura limitada)',
  },
}

/** Frames of which nothing could be read. */
export function unreadFrames(why: Exclude<Unread, 'other'>, count: number, first: number): Text {
  const { en, es } = reasons[why]
  const rest = count - 1
  const [more, otras] = rest === 0 ? ['', ''] : [`, and ${rest} more`, `, y ${rest} más`]
  return {
    en: `frame ${first}${more} could not be read: ${en}`,
    es: `la trama ${first}${otras} no se ha podido leer: ${es}`,
  }
}

/** A mistake of ours, which must not be anybody's points. */
export const notRead: Text = {
  en: 'the lab itself could not read this conversation: tell the teacher',
  es: 'el propio laboratorio no ha podido leer esta conversación: díselo al profesor',
}
