/** Writes distinguished names and general names (RFC 5280 §4.1.2.4, §4.2.1.6). */
import type { Text } from '../../lab/service.ts'
import { DerError, type DerNode } from '../der-reader.ts'
import { hex, say } from './row.ts'
import { identifierOf, identifierText, textOf } from './read.ts'

/** A name of a kind, as in subjectAltName. */
export interface GeneralName {
  readonly tag: number
  readonly kind: Text
  readonly value: string
}

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.17', 'postalCode'],
  ['2.5.4.42', 'GN'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
])

/** Tags of GeneralName. */
const OTHER_NAME = 0
const DIRECTORY_NAME = 4
const IP_ADDRESS = 7
const REGISTERED_ID = 8
const KINDS: readonly Text[] = [
  say('another kind of name', 'otro tipo de nombre'),
  say('a mailbox', 'un buzón de correo'),
  say('a DNS name', 'un nombre DNS'),
  say('an X.400 address', 'una dirección X.400'),
  say('a directory name', 'un nombre de directorio'),
  say('an EDI party', 'un interlocutor EDI'),
  say('a URI', 'una URI'),
  say('an IP address', 'una dirección IP'),
  say('a registered identifier', 'un identificador registrado'),
]

/** A distinguished name in the order in which it is encoded, as in `C=ES, O=Example, CN=www`; empty if it has no parts. */
export function nameText(name: DerNode): string {
  return name
    .sequence()
    .map((part) => part.set().map(attributeText).join(' + '))
    .join(', ')
}

/** A name of any kind; throws a `DerError` for what is none. */
export function generalName(node: DerNode): GeneralName {
  const { tag } = node
  const kind = tag === undefined ? undefined : KINDS[tag]
  if (tag === undefined || kind === undefined) throw new DerError('a name was expected')
  return { tag, kind, value: generalValue(node, tag) }
}

/** An address of 4 or 16 octets, or with as many octets of mask behind it; hexadecimal if it is neither. */
export function addressText(octets: Buffer): string {
  if (octets.length === 4 || octets.length === 16) return oneAddress(octets)
  if (octets.length !== 8 && octets.length !== 32) return hex(octets)
  const half = octets.length / 2
  const [address, mask] = [octets.subarray(0, half), octets.subarray(half)]
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  const suffix = /^1*0*$/.test(bits) ? String(bits.replace(/0/g, '').length) : oneAddress(mask)
  return `${oneAddress(address)}/${suffix}`
}

function generalValue(node: DerNode, tag: number): string {
  if (tag === OTHER_NAME) {
    const [type, value] = node.members()
    if (type === undefined || value === undefined) throw new DerError('a name was expected')
    return `${identifierOf(type)}: ${textOf(value.inner())}`
  }
  if (tag === DIRECTORY_NAME) return nameText(node.inner())
  if (tag === IP_ADDRESS) return addressText(node.content())
  if (tag === REGISTERED_ID) return identifierText(node.content())
  if (tag === 3 || tag === 5) return hex(node.der())
  return node.content().toString('utf8')
}

function attributeText(attribute: DerNode): string {
  const [type, value] = attribute.sequence()
  if (type === undefined || value === undefined) throw new DerError('an attribute was expected')
  const identifier = identifierOf(type)
  // RFC 4514 §2.4: what separates parts is marked where it is content.
  const text = textOf(value).replace(/[,+"\\<>;]/g, '\\$&')
  return `${ATTRIBUTES.get(identifier) ?? identifier}=${text}`
}

function oneAddress(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  const groups = Array.from({ length: 8 }, (_, place) => octets.readUInt16BE(place * 2).toString(16))
  // A URL shortens the longest run of zeros, as RFC 5952 §4.2 says.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
