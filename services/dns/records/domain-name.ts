/** Fields that are domain names. */
import { nameOf, parseName, printName } from '../wire/name.ts'
import { takePlain, type Field } from './fields.ts'

function domainName(shape: 'name' | 'compressible', keepsCase: boolean): Field {
  return {
    shape,
    keepsCase,
    parse: (words) => parseName(takePlain(words).text, words.origin).wire,
    print: (octets) => printName(nameOf(octets)),
  }
}

/** A name that other names of a message may point into, and that may point itself (RFC 3597 §4). */
export const compressibleName = domainName('compressible', false)
/** A name that is always written out (RFC 3597 §4). */
export const plainName = domainName('name', false)
/** A name that is always written out, of a type not listed in RFC 4034 §6.2: its letter case counts. */
export const literalName = domainName('name', true)
