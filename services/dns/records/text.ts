/** Fields that are text, octet by octet. */
import { escapeQuoted, unescape } from '../wire/name.ts'
import { takePlain, WordError, type Field, type Token } from './fields.ts'

/** The octets that a word stands for, escapes resolved; throws a `PresentationError`. */
export function textOctets(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text)
  const pieces: Buffer[] = []
  for (const piece of unescape(text)) pieces.push(piece === '.' ? DOT : piece)
  return Buffer.concat(pieces)
}

const DOT = Buffer.from('.')

function characterString(token: Token): Buffer {
  const octets = textOctets(token.text)
  if (octets.length > 255) {
    throw new WordError(
      token,
      `is ${octets.length} octets long; one string holds at most 255: split it in several`,
      `ocupa ${octets.length} octetos; una cadena tiene como mucho 255: divídela en varias`,
    )
  }
  return Buffer.concat([Buffer.from([octets.length]), octets])
}

/** Octets as a quoted string (RFC 1035 §5.1). */
export function quote(octets: Buffer): string {
  return `"${escapeQuoted(octets.toString('latin1'))}"`
}

/** One character string (RFC 1035 §3.3). */
export const string: Field = {
  shape: 'string',
  parse: (words) => characterString(words.take()),
  print: (octets) => quote(octets.subarray(1)),
}

/** One or more character strings (RFC 1035 §3.3.14). */
export const strings: Field = {
  shape: 'strings',
  parse(words) {
    const parts = [characterString(words.take())]
    while (words.hasMore()) parts.push(characterString(words.take()))
    return Buffer.concat(parts)
  },
  print(octets) {
    const parts: string[] = []
    for (let at = 0; at < octets.length; at += 1 + (octets[at] ?? 0)) {
      parts.push(quote(octets.subarray(at + 1, at + 1 + (octets[at] ?? 0))))
    }
    return parts.join(' ')
  },
}

const TAG = /^[a-z0-9]+$/i

/** The tag of a CAA record: letters and digits (RFC 8659 §4.1). */
export const tag: Field = {
  shape: 'string',
  parse(words) {
    const token = takePlain(words)
    if (!TAG.test(token.text)) {
      throw new WordError(
        token,
        'is not a CAA tag such as issue, issuewild or iodef',
        'no es una etiqueta CAA como issue, issuewild o iodef',
      )
    }
    return characterString(token)
  },
  print(octets) {
    const text = octets.toString('latin1', 1)
    return TAG.test(text) ? text : undefined
  },
}

/** Text that runs to the end of the data (RFC 8659 §4.1.1). */
export const remainingText: Field = {
  shape: 'rest',
  parse: (words) => textOctets(words.take().text),
  print: quote,
}

/** The target of a URI record, in quotes and not empty (RFC 7553 §4.4, §4.5). */
export const uri: Field = {
  ...remainingText,
  parse(words) {
    const token = words.take()
    if (token.quoted) return textOctets(token.text)
    throw new WordError(token, 'is not in quotes', 'no está entre comillas')
  },
  check: (octets) => (octets.length > 0 ? undefined : { en: 'the URI is empty', es: 'el URI está vacío' }),
}

/** The substitution of a NAPTR record: nothing, or an expression and its replacement between three equal characters (RFC 3402 §3.2). */
export const substitution: Field = {
  ...string,
  check: (octets) =>
    octets.length <= 1 || isSubstitution(octets.toString('latin1', 1))
      ? undefined
      : {
          en: 'the substitution is wrong: write !EXPRESSION!REPLACEMENT! with any character for the !, each "\\1" with its group in parentheses, and "i" at the end if letter case does not count',
          es: 'la sustitución es incorrecta: escribe !EXPRESIÓN!REEMPLAZO! con cualquier carácter por el !, cada "\\1" con su grupo entre paréntesis, e "i" al final si no importan las mayúsculas',
        },
}

function isSubstitution(text: string): boolean {
  const delimiter = text.charAt(0)
  if (/[\di\\]/.test(delimiter)) return false
  const [expression = '', replacement = '', flags = 'none'] = splitAt(text.slice(1), delimiter)
  const groups = expression.replaceAll(/\\[^]|\[\^?\]?[^\]]*\]/g, '').split('(').length - 1
  const references = Array.from(replacement.matchAll(/\\([^])/g), ([, digit]) => Number(digit))
  const isReferenced = references.every((digit) => Number.isNaN(digit) || (digit >= 1 && digit <= groups))
  return (flags === '' || flags === 'i') && isReferenced && isExpression(expression)
}

/** The parts between unescaped delimiters. */
function splitAt(text: string, delimiter: string): readonly string[] {
  const parts = ['']
  for (const [piece] of text.matchAll(/\\[^]|[^]/g)) {
    if (piece === delimiter) parts.push('')
    else parts.push((parts.pop() ?? '') + piece)
  }
  return parts
}

function isExpression(text: string): boolean {
  try {
    return text !== '' && new RegExp(text).source !== ''
  } catch {
    return false
  }
}
