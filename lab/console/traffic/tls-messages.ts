/** What the messages of a TLS handshake say (RFC 8446 §4, RFC 5246 §7.4), as far as they cross the network in clear. */
import { Cursor, numbersOf } from '../../kit/dissect/octets.ts'
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
import {
  readCertificates,
  readClientHello,
  readServerHello,
  type Extensions,
} from '../../kit/dissect/tls-hello.ts'
import { extensionName, groupName, schemeName, suiteName, versionName } from '../../kit/dissect/tls-names.ts'
import type { About, StepPart } from '../../service.ts'
import { certificateParts, certificateTitle } from './tls-certificate.ts'
import { abouts } from './tls-texts.ts'

/** What is told of one message. */
export interface Told {
  readonly text: Said
  readonly parts?: readonly StepPart[]
  readonly about: About
  /** The version that is agreed on with it. */
  readonly version?: string
}

/** Lines of a list that are shown. */
const SHOWN = 100

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
  const {
    versions: offered,
    session,
    suites,
    name: asked,
    protocols: listed,
    extensions,
  } = readClientHello(body)
  const versions = firstOf(offered.map(versionName), 10)
  const name = asked && visible(asked, 255)
  const protocols = listed.map((each) => visible(each, 100))
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
  const {
    isRetry,
    version: chosenVersion,
    suite: number,
    protocols: listed,
    extensions,
  } = readServerHello(body)
  const [version, suite] = [versionName(chosenVersion), suiteName(number)]
  const protocols = listed.map((each) => visible(each, 100))
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
  const chain = readCertificates(body)
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
