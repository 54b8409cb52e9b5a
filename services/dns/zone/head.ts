/** What stands between a record's owner and its data: time to live, class and type (RFC 1035 §5.1). */
import { nearest } from '../../../lab/kit/nearest.ts'
import type { Token } from '../records/fields.ts'
import { isDuration, parseDuration } from '../records/numbers.ts'
import { findType, MNEMONICS, TYPE, type RecordType } from '../records/types.ts'
import { Misplaced, type Reader } from './reader.ts'

/** Time to live and type of one record; its class is always IN. */
export interface Head {
  /** Seconds, if stated. */
  readonly ttl: number | undefined
  readonly type: RecordType
  /** The word that names the type. */
  readonly token: Token
}

/** Reads `[<TTL>] [<class>] <type>` or `[<class>] [<TTL>] <type>`; throws a `Misplaced`. */
export function readHead(reader: Reader): Head {
  let ttl: number | undefined
  let hasClass = false
  for (;;) {
    const token = reader.take()
    if (ttl === undefined && isDuration(token)) ttl = reader.step(() => parseDuration(token))
    else if (!hasClass && isClass(token)) hasClass = true
    else return { ttl, type: readType(token), token }
  }
}

function isClass(token: Token): boolean {
  const upper = token.text.toUpperCase()
  if (token.quoted) return false
  if (upper === 'IN' || upper === 'CLASS1') return true
  if (!/^(?:CH|CHAOS|HS|HESIOD|CS|CLASS\d+)$/.test(upper)) return false
  throw new Misplaced(token, {
    en: `class ${upper} is not served: write IN or nothing`,
    es: `la clase ${upper} no se sirve: escribe IN o nada`,
  })
}

function readType(token: Token): RecordType {
  if (token.quoted) {
    throw new Misplaced(token, {
      en: `"${token.text}" is in quotes, but a record type such as A, MX or TXT must stand here`,
      es: `"${token.text}" está entre comillas, pero aquí va un tipo de registro como A, MX o TXT`,
    })
  }
  const type = findType(token.text)
  // Codes 0, 41 and 128 to 255 are for questions and messages (RFC 6895 §3.1).
  if (type !== undefined && type.code !== 0 && type.code !== TYPE.opt && (type.code < 128 || type.code > 255))
    return type
  if (token.text.startsWith('$')) {
    throw new Misplaced(token, {
      en: `${token.text} is a directive: it stands at the start of its line`,
      es: `${token.text} es una directiva: va al principio de su línea`,
    })
  }
  const meant = nearest(token.text, MNEMONICS)
  const hint =
    meant === undefined
      ? { en: '', es: '' }
      : { en: ` (did you mean ${meant}?)`, es: ` (¿querías decir ${meant}?)` }
  throw new Misplaced(token, {
    en: `"${token.text}" is not a record type such as A, MX or TXT${hint.en}`,
    es: `"${token.text}" no es un tipo de registro como A, MX o TXT${hint.es}`,
  })
}
