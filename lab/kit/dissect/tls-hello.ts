/** What both ends say first in TLS, in clear (RFC 8446 §4.1, RFC 5246 §7.4.1). */
import { Cursor, numbersOf } from './octets.ts'

/** Extensions and names of one list that are read. */
const MOST = 100

/** RFC 8446 §4.1.3: the random number of a ServerHello that asks for another ClientHello. */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

/** The contents of extensions, by their numbers. */
export type Extensions = ReadonlyMap<number, Buffer>

/** What a ClientHello says. */
export interface ClientHello {
  /** Numbers of versions, the wanted ones first. */
  readonly versions: readonly number[]
  readonly session: Buffer
  /** Numbers of cipher suites. */
  readonly suites: readonly number[]
  /** The server's name (RFC 6066 §3). */
  readonly name: string | undefined
  /** RFC 7301 §3.1 */
  readonly protocols: readonly string[]
  readonly extensions: Extensions
}

/** What a ServerHello says. */
export interface ServerHello {
  /** It asks for another ClientHello. */
  readonly isRetry: boolean
  readonly version: number
  readonly session: Buffer
  readonly suite: number
  readonly protocols: readonly string[]
  readonly extensions: Extensions
}

/** Reads the body of a ClientHello; throws a ShortError if it is malformed. */
export function readClientHello(body: Buffer): ClientHello {
  const cursor = new Cursor(body)
  const legacy = cursor.number(2)
  cursor.take(32)
  const session = cursor.vector(1)
  const suites = numbersOf(cursor.vector(2), 2)
  cursor.vector(1)
  const extensions = readExtensions(cursor)
  // RFC 8446 §4.2.1: where the extension stands, the version in the old place says nothing.
  const offered = extensions.get(43)
  const versions = offered === undefined ? [legacy] : numbersOf(new Cursor(offered).vector(1), 2)
  const name = serverName(extensions.get(0))
  return { versions, session, suites, name, protocols: protocolsOf(extensions), extensions }
}

/** Reads the body of a ServerHello; throws a ShortError if it is malformed. */
export function readServerHello(body: Buffer): ServerHello {
  const cursor = new Cursor(body)
  const legacy = cursor.number(2)
  const isRetry = cursor.take(32).toString('hex') === RETRY
  const session = cursor.vector(1)
  const suite = cursor.number(2)
  cursor.take(1)
  const extensions = readExtensions(cursor)
  const chosen = extensions.get(43)
  const version = chosen === undefined ? legacy : new Cursor(chosen).number(2)
  return { isRetry, version, session, suite, protocols: protocolsOf(extensions), extensions }
}

/** Reads the body of a Certificate below TLS 1.3, the owner's first; throws a ShortError if it is malformed. */
export function readCertificates(body: Buffer): readonly Buffer[] {
  const list = new Cursor(new Cursor(body).vector(3))
  const chain: Buffer[] = []
  while (list.left > 0 && chain.length < 10) chain.push(list.vector(3))
  return chain
}

function readExtensions(cursor: Cursor): Extensions {
  const extensions = new Map<number, Buffer>()
  if (cursor.left === 0) return extensions
  const list = new Cursor(cursor.vector(2))
  while (list.left > 0 && extensions.size < MOST) {
    const type = list.number(2)
    extensions.set(type, list.vector(2))
  }
  return extensions
}

function serverName(extension: Buffer | undefined): string | undefined {
  if (extension === undefined || extension.length === 0) return undefined
  const list = new Cursor(new Cursor(extension).vector(2))
  return list.number(1) === 0 ? list.vector(2).toString('latin1') : undefined
}

function protocolsOf(extensions: Extensions): readonly string[] {
  const extension = extensions.get(16)
  if (extension === undefined) return []
  const list = new Cursor(new Cursor(extension).vector(2))
  const names: string[] = []
  while (list.left > 0 && names.length < MOST) names.push(list.vector(1).toString('latin1'))
  return names
}
