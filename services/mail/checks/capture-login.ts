/** Whose login it is, as far as a capture shows it; of the password nothing is kept. */
import { decodeBase64 } from '../../../lab/kit/sasl/base64.ts'
import { parseFirst } from '../../../lab/kit/sasl/scram-message.ts'

/** Characters of a name that is told. */
const LONGEST = 256

/** The mechanism of AUTH's argument, in upper case. */
export function mechanismOf(argument: string): string {
  const [mechanism = ''] = argument.split(/[\t ]+/, 1)
  return mechanism.toUpperCase().slice(0, LONGEST)
}

/** The name that AUTH gives, in its argument or in the first response; undefined where the mechanism tells none. */
export function nameOf(argument: string, response: string | undefined): string | undefined {
  const [, initial] = argument.split(/[\t ]+/, 2)
  const encoded = initial === undefined || initial === '' ? response : initial
  const text = encoded === undefined ? undefined : decodeBase64(encoded)?.toString('utf8')
  if (text === undefined) return undefined
  return told(mechanismOf(argument), text)?.slice(0, LONGEST)
}

function told(mechanism: string, text: string): string | undefined {
  if (mechanism === 'PLAIN') return text.split('\0')[1]
  if (mechanism === 'LOGIN') return text
  // RFC 2195 §2: the name, a blank and the digest.
  if (mechanism === 'CRAM-MD5') return /^(.*) [0-9a-f]+$/is.exec(text)?.[1]
  return mechanism.startsWith('SCRAM-') ? parseFirst(text)?.name : undefined
}

/** The account of a name, which may be given with the lab's own domain. */
export function accountOf(name: string, domain: string): string {
  const end = `@${domain}`.toLowerCase()
  return name.toLowerCase().endsWith(end) ? name.slice(0, -end.length) : name
}
