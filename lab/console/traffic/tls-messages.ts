/** What the messages of a TLS handshake say (RFC 8446 §4, RFC 5246 §7.4), as far as they cross the network in clear. */
import {
  count as counted,
  firstOf,
  joined,
  mapped,
  OCTET,
  say,
  type Noun,
  type Said,
} from '../../kit/dissect/said.ts'
import { visible } from '../../kit/dissect/text.ts'
import type { About, StepPart } from '../../service.ts'
import { certificateParts, certificateTitle } from './tls-certificate.ts'
import { extensionName, groupName, schemeName, suiteName, versionName } from './tls-names.ts'
import { abouts } from './tls-texts.ts'
import { Cursor, numbersOf } from './octets.ts'

/** What is told of one message. */
export interface Told {
  readonly text: Said
  readonly parts?: readonly StepPart[]
  readonly about: About
  /** The version that is agreed on with it. */
  readonly version?: string
}

/** Lines of a list that are shown, and extensions that are read. */
const SHOWN = 100

/** RFC 8446 §4.1.3: the random number of a ServerHello that asks for another ClientHello. */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

const SUITE: Noun = { en: ['cipher suite', 'cipher suites'], es: ['suite de cifrado', 'suites de cifrado'] }
const AUTHORITY: Noun = { en: ['authority', 'authorities'], es: ['autoridad', 'autoridades'] }
/** Of a type, whose number follows. */
export const HANDSHAKE_MESSAGE = {
  en: 'handshake message of type',
  es: 'mensaje de negociación de tipo',
}

/** Reads the messages of both ends by their type; a ShortError tells that one is malformed. */
export function tellMessage(type: number, body: Buffer, version: string | undefined): Told {
  switch (type) {
    case 0:
      return { text: 'HelloRequest', about: abouts.helloRequest }
    case 1:
      return clientHello(body)
    case 2:
      return serverHello(body)
    case 4:
      return { text: 'NewSessionTicket', about: abouts.ticket }
    case 8:
      return { text: 'EncryptedExtensions', about: abouts.encryptedHandshake }
    case 11:
      return certificate(body)
    case 12:
      return serverKeyExchange(body)
    case 13:
      return certificateRequest(body, version)
    case 14:
      return { text: 'ServerHelloDone', about: abouts.serverHelloDone }
    case 15:
      return certificateVerify(body)
    case 16:
      return { text: 'ClientKeyExchange', about: abouts.clientKeyExchange }
    case 20:
      return { text: 'Finished', about: abouts.finished }
    case 22:
      return { text: 'CertificateStatus (OCSP)', about: abouts.certificateStatus }
    default:
      return { text: say`${HANDSHAKE_MESSAGE} ${type}`, about: abouts.malformed }
  }
}

function clientHello(body: Buffer): Told {
  const cursor = new Cursor(body)
  const legacy = cursor.number(2)
  cursor.take(32)
  const session = cursor.vector(1)
  const suites = numbersOf(cursor.vector(2), 2)
  cursor.vector(1)
  const extensions = readExtensions(cursor)
  const versions = versionsOf(extensions.get(43), legacy)
  const name = serverName(extensions.get(0))
  const protocols = protocolsOf(extensions.get(16))
  const isOffered = extensions.has(41) || (extensions.get(35)?.length ?? 0) > 0
  const offers = [
    joined(versions, ', '),
    counted(suites.length, SUITE),
    ...(protocols.length > 0 ? [`ALPN ${protocols.join(', ')}`] : []),
    ...(isOffered ? [{ en: 'a session to resume', es: 'una sesión que reanudar' }] : []),
  ]
  const parts = [
    part({ en: 'Versions', es: 'Versiones' }, versions),
    part({ en: 'Server name (SNI)', es: 'Nombre del servidor (SNI)' }, name === undefined ? [] : [name]),
    part('ALPN', protocols),
    part({ en: 'Cipher suites', es: 'Suites de cifrado' }, suites.map(suiteName)),
    part({ en: 'Groups', es: 'Grupos' }, listOf(extensions.get(10)).map(groupName)),
    part({ en: 'Key shares', es: 'Claves del intercambio' }, keyShares(extensions.get(51))),
    part({ en: 'Signature schemes', es: 'Esquemas de firma' }, listOf(extensions.get(13)).map(schemeName)),
    part({ en: 'Session', es: 'Sesión' }, sessionLines(session, extensions)),
    part({ en: 'Extensions', es: 'Extensiones' }, [...extensions.keys()].map(extensionName)),
  ].flat()
  const text = say`ClientHello ${name === undefined ? '' : `${name} `}(${joined(offers, '; ')})`
  return { text: mapped(text, (line) => visible(line, 400)), parts, about: abouts.clientHello }
}

function serverHello(body: Buffer): Told {
  const cursor = new Cursor(body)
  const legacy = cursor.number(2)
  const isRetry = cursor.take(32).toString('hex') === RETRY
  cursor.vector(1)
  const suite = suiteName(cursor.number(2))
  cursor.take(1)
  const extensions = readExtensions(cursor)
  const version = versionName(extensions.get(43)?.readUInt16BE(0) ?? legacy)
  const protocols = protocolsOf(extensions.get(16))
  const share = extensions.get(51)
  const group = share === undefined ? [] : [groupName(new Cursor(share).number(2))]
  const parts = [
    part({ en: 'Version', es: 'Versión' }, [version]),
    part({ en: 'Cipher suite', es: 'Suite de cifrado' }, [suite]),
    part('ALPN', protocols),
    part(
      isRetry ? { en: 'Group wanted', es: 'Grupo pedido' } : { en: 'Key share', es: 'Clave del intercambio' },
      group,
    ),
    part({ en: 'Session', es: 'Sesión' }, extensions.has(41) ? [resumed] : []),
    part({ en: 'Extensions', es: 'Extensiones' }, [...extensions.keys()].map(extensionName)),
  ].flat()
  const chosen = [version, suite, ...protocols.map((name) => `ALPN ${name}`)].join(', ')
  if (isRetry)
    return { text: `HelloRetryRequest (${[version, ...group].join(', ')})`, parts, about: abouts.retry }
  return { text: visible(`ServerHello (${chosen})`, 400), parts, about: abouts.serverHello, version }
}

function certificate(body: Buffer): Told {
  const list = new Cursor(new Cursor(body).vector(3))
  const chain: Buffer[] = []
  while (list.left > 0 && chain.length < 10) chain.push(list.vector(3))
  return { ...certificateTitle(chain), parts: certificateParts(chain), about: abouts.certificate }
}

function certificateRequest(body: Buffer, version: string | undefined): Told {
  const text = 'CertificateRequest'
  if (version === 'TLS 1.3') return { text, about: abouts.certificateRequest }
  const cursor = new Cursor(body)
  cursor.vector(1)
  const schemes = numbersOf(cursor.vector(2), 2).map(schemeName)
  const names = new Cursor(cursor.vector(2))
  let authorities = 0
  for (; names.left > 0; authorities += 1) names.vector(2)
  const told = authorities === 0 ? { en: 'any', es: 'cualquiera' } : counted(authorities, AUTHORITY)
  const parts = [
    part({ en: 'Authorities', es: 'Autoridades' }, [told]),
    part({ en: 'Signature schemes', es: 'Esquemas de firma' }, schemes),
  ].flat()
  return { text, parts, about: abouts.certificateRequest }
}

function certificateVerify(body: Buffer): Told {
  const scheme = schemeName(new Cursor(body).number(2))
  return { text: `CertificateVerify (${scheme})`, about: abouts.certificateVerify }
}

function serverKeyExchange(body: Buffer): Told {
  const cursor = new Cursor(body)
  // RFC 8422 §5.4: a curve that is named; else it is Diffie-Hellman in numbers.
  const group = cursor.number(1) === 3 ? ` (${groupName(cursor.number(2))})` : ''
  return { text: `ServerKeyExchange${group}`, about: abouts.serverKeyExchange }
}

type Extensions = ReadonlyMap<number, Buffer>

function readExtensions(cursor: Cursor): Extensions {
  const extensions = new Map<number, Buffer>()
  if (cursor.left === 0) return extensions
  const list = new Cursor(cursor.vector(2))
  while (list.left > 0 && extensions.size < SHOWN) {
    const type = list.number(2)
    extensions.set(type, list.vector(2))
  }
  return extensions
}

/** RFC 8446 §4.2.1: where the extension stands, the version in the old place says nothing. */
function versionsOf(extension: Buffer | undefined, legacy: number): readonly Said[] {
  if (extension === undefined) return [versionName(legacy)]
  return firstOf(numbersOf(new Cursor(extension).vector(1), 2).map(versionName), 10)
}

/** RFC 6066 §3 */
function serverName(extension: Buffer | undefined): string | undefined {
  if (extension === undefined || extension.length === 0) return undefined
  const list = new Cursor(new Cursor(extension).vector(2))
  return list.number(1) === 0 ? visible(list.vector(2).toString('latin1'), 255) : undefined
}

/** RFC 7301 §3.1 */
function protocolsOf(extension: Buffer | undefined): readonly string[] {
  if (extension === undefined) return []
  const list = new Cursor(new Cursor(extension).vector(2))
  const names: string[] = []
  while (list.left > 0 && names.length < SHOWN) names.push(visible(list.vector(1).toString('latin1'), 100))
  return names
}

function listOf(extension: Buffer | undefined): readonly number[] {
  return extension === undefined ? [] : numbersOf(new Cursor(extension).vector(2), 2)
}

function keyShares(extension: Buffer | undefined): readonly Said[] {
  if (extension === undefined) return []
  const list = new Cursor(new Cursor(extension).vector(2))
  const shares: Said[] = []
  while (list.left > 0 && shares.length < SHOWN) {
    const group = groupName(list.number(2))
    shares.push(say`${group}, ${counted(list.vector(2).length, OCTET)}`)
  }
  return shares
}

const resumed = {
  en: 'resumed with the pre-shared key that was offered',
  es: 'reanudada con la clave precompartida que se ofrecía',
}

function sessionLines(session: Buffer, extensions: Extensions): readonly Said[] {
  const ticket = extensions.get(35)
  const lines: Said[] = []
  if (extensions.has(41))
    lines.push({ en: 'a pre-shared key (PSK) is offered', es: 'se ofrece una clave precompartida (PSK)' })
  if (ticket !== undefined && ticket.length > 0)
    lines.push({
      en: `a ticket of ${ticket.length} octets is offered`,
      es: `se ofrece un tique de ${ticket.length} octetos`,
    })
  if (ticket?.length === 0) lines.push({ en: 'it takes tickets', es: 'acepta tiques' })
  if (extensions.has(42)) lines.push({ en: 'early data follows', es: 'siguen datos adelantados' })
  if (session.length > 0)
    lines.push(
      say`${{ en: 'session id of', es: 'identificador de sesión de' }} ${counted(session.length, OCTET)}`,
    )
  return lines
}

function part(name: Said, lines: readonly Said[]): readonly StepPart[] {
  return lines.length === 0 ? [] : [{ name, lines: firstOf(lines, SHOWN) }]
}
