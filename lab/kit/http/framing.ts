import { isIPv6 } from 'node:net'
import { isToken, trimBlanks } from './head-reader.ts'
import { isPersistent } from './hop-by-hop.ts'
import { HttpRefusal } from './refusal.ts'
import type { HttpHead, HttpRequest } from './request.ts'
import { splitTarget } from './target.ts'

/** What the engine accepts beyond right syntax. */
export interface RequestRules {
  /** Those that are answered; any other known one is refused with 405. */
  readonly methods: readonly string[]
  /** Octets of the largest body that is read. */
  readonly body: number
  /** Bodies are handed over with their requests; else they are dropped. */
  readonly keepsBodies?: boolean
}

// RFC 9110 §9.3 and RFC 5789: known, so 405 and not 501 when they are not served.
const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])
// RFC 3986 §3.2.2 and §3.2.3, without user information, not empty.
const authority =
  /^(?:\[(?<literal>[0-9A-Fa-f:.]{2,45})\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2}){1,255})(?::(?<port>\d{0,5}))?$/

/** Judges what the fields of a head say together: framing, host, method, target, expectation; throws HttpRefusal. */
export function checkRequest(head: HttpHead, rules: RequestRules): HttpRequest {
  const { method, version, fields } = head
  const framing = readFraming(head)
  const host = readHost(head)
  const persistent = isPersistent(head)
  if (!rules.methods.includes(method)) {
    // A body that comes with it is not read, so that only the end of the connection can end the request.
    const close = !persistent || framing.length > 0 || framing.problem !== undefined
    throw new HttpRefusal(known.has(method) ? 'method' : 'method-unknown', close)
  }
  const target = splitTarget(head.target)
  if (target.host !== undefined && !isAuthority(target.host)) throw new HttpRefusal('target-syntax')
  if (framing.problem !== undefined) throw new HttpRefusal(framing.problem)
  if (framing.length > rules.body) throw new HttpRefusal('body-size')
  return {
    method,
    target: head.target,
    version,
    fields,
    path: target.path,
    query: target.query,
    // RFC 9112 §3.2.2: the host of the absolute form replaces the field.
    host: target.host ?? host,
    bodyLength: framing.length,
    expectsContinue: readExpectation(head) && framing.length > 0,
    persistent,
  }
}

interface Framing {
  readonly length: number
  /** Right syntax that is not served. */
  readonly problem?: 'length-required' | 'coding-unknown' | 'body-size'
}

const noBody: Framing = { length: 0 }

// RFC 9112 §6
function readFraming({ fields, version }: HttpHead): Framing {
  const coding = fields.get('transfer-encoding')
  const length = fields.get('content-length')
  if (coding !== undefined) {
    // RFC 9112 §6.1: both together are an attempt at smuggling; in HTTP/1.0 the coding itself is faulty framing.
    if (length !== undefined) throw new HttpRefusal('length-and-coding')
    if (version === '1.0') throw new HttpRefusal('coding-version')
    return { length: 0, problem: judgeCoding(coding) }
  }
  if (length === undefined) return noBody
  if (fields.all('content-length').length > 1) throw new HttpRefusal('length-repeated')
  // RFC 9110 §8.6: digits alone; a list of equal numbers may be refused, and is.
  if (!/^\d+$/.test(length)) throw new HttpRefusal('length-syntax')
  const octets = Number(length)
  return Number.isSafeInteger(octets) ? { length: octets } : { length: 0, problem: 'body-size' }
}

/** A body without a declared length is not read: 411 if its framing is right, 501 for a further coding (RFC 9112 §6.1, §6.3). */
function judgeCoding(field: string): 'length-required' | 'coding-unknown' {
  const codings = field
    .toLowerCase()
    .split(',')
    .map((coding) => trimBlanks(coding))
  // RFC 9112 §6.1: chunked comes last and once.
  if (codings.indexOf('chunked') !== codings.length - 1) throw new HttpRefusal('coding-syntax')
  if (codings.length === 1) return 'length-required'
  if (codings.every(isToken)) return 'coding-unknown'
  throw new HttpRefusal('coding-syntax')
}

// RFC 9112 §3.2
function readHost({ fields, version }: HttpHead): string {
  const host = fields.get('host')
  if (host === undefined) {
    if (version === '1.1') throw new HttpRefusal('host-missing')
    return ''
  }
  if (isAuthority(host)) return host
  throw new HttpRefusal(fields.all('host').length > 1 ? 'host-repeated' : 'host-syntax')
}

function isAuthority(text: string): boolean {
  const match = authority.exec(text)
  if (match === null) return false
  const { literal, port = 0 } = match.groups ?? {}
  return Number(port) <= 65535 && (literal === undefined || isIPv6(literal))
}

// RFC 9110 §10.1.1: ignored in HTTP/1.0
function readExpectation({ fields, version }: HttpHead): boolean {
  const expect = fields.get('expect')
  if (expect === undefined || version === '1.0') return false
  if (expect.toLowerCase() !== '100-continue') throw new HttpRefusal('expectation')
  return true
}
