/** What a reverse proxy changes in the messages that it passes on (RFC 9110 §7.6). */
import { hostText } from '../kit/address.ts'
import type { Server } from '../kit/http/client.ts'
import { endToEndFields } from '../kit/http/hop-by-hop.ts'
import type { Fields, HttpRequest, HttpVersion } from '../kit/http/request.ts'

/** A prefix of paths that another server answers. */
export interface Location {
  /** Begins and ends with a slash. */
  readonly prefix: string
  readonly server: Server
  /** That server's name and port, as Host and a Location name them. */
  readonly authority: string
  /** The path that replaces the prefix; begins and ends with a slash. */
  readonly path: string
  /** Milliseconds. */
  readonly timeout: number
  readonly preserveHost: boolean
}

/** Who asks. */
export interface Client {
  readonly host: string
  /** How the request came; http by default. */
  readonly scheme?: 'http' | 'https'
  /** Aborts when the client has gone, and its answer is wanted no more. */
  readonly gone?: () => AbortSignal
}

// Written from what the request brought and what is added.
const rewritten = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'] as const
// Host is the other server's, a body is never sent on, and the engine has dealt with Expect.
const notSent: ReadonlySet<string> = new Set(['host', 'content-length', 'expect', ...rewritten])
// The engine writes its own.
const notReturned: ReadonlySet<string> = new Set(['date', 'server', 'content-length', 'via'])

const names: ReadonlyMap<string, string> = new Map([
  ['dnt', 'DNT'],
  ['etag', 'ETag'],
  ['content-md5', 'Content-MD5'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['x-xss-protection', 'X-XSS-Protection'],
])

/** The head that asks the other server for what a client asked; the client's address is told in it (RFC 7239). */
export function requestHead(
  location: Location,
  request: HttpRequest,
  { host: client, scheme = 'http' }: Client,
  pseudonym: string,
): string {
  const fields = endToEndFields(request.fields)
  const added: Readonly<Record<(typeof rewritten)[number], string>> = {
    forwarded: forwardedElement(client, request.host, scheme),
    'x-forwarded-for': client,
    'x-forwarded-host': request.host,
    'x-forwarded-proto': scheme,
    via: viaElement(request.version, pseudonym),
  }
  let head = `${request.method} ${targetOf(location, request)} HTTP/1.1\r\nHost: ${hostOf(location, request)}\r\n`
  for (const [name, value] of fields) {
    if (!notSent.has(name)) head += line(name, value)
  }
  for (const name of rewritten) {
    const values = fields.filter(([each]) => each === name).map(([, value]) => value)
    const sound = name === 'forwarded' ? values.filter(isClosed) : values
    const list = [...sound, added[name]].filter((value) => value !== '')
    if (list.length > 0) head += line(name, list.join(', '))
  }
  return `${head}\r\n`
}

/** Field lines of the other server's answer as they go to the client. */
export function responseLines(
  location: Location,
  request: HttpRequest,
  response: { readonly version: HttpVersion; readonly fields: Fields },
  pseudonym: string,
): string {
  const hosts = [location.authority, hostOf(location, request)]
  const via: string[] = []
  let lines = ''
  for (const [name, value] of endToEndFields(response.fields)) {
    if (name === 'via') via.push(value)
    else if (name === 'location' || name === 'content-location')
      lines += line(name, mapBack(location, hosts, value))
    else if (!notReturned.has(name)) lines += line(name, value)
  }
  return lines + line('via', [...via, viaElement(response.version, pseudonym)].join(', '))
}

/** Whether a request has passed here before (RFC 9110 §7.6.3). */
export function hasPassed(fields: Fields, pseudonym: string): boolean {
  const via = fields.get('via')
  return (
    via !== undefined && via.split(',').some((element) => element.trim().split(/[ \t]+/)[1] === pseudonym)
  )
}

/**
 * The target that is asked for: what follows the prefix stays as the client sent it. The path was proved to hold no
 * encoded slash, no empty and no dot segment, so that it has as many slashes as its decoded form.
 */
function targetOf(location: Location, { path, query }: HttpRequest): string {
  let end = 0
  for (const character of location.prefix) if (character === '/') end = path.indexOf('/', end) + 1
  return `${location.path}${path.slice(end)}${query === undefined ? '' : `?${query}`}`
}

function hostOf({ preserveHost, authority }: Location, request: HttpRequest): string {
  return preserveHost && request.host !== '' ? request.host : authority
}

/**
 * A redirect within the other server's part, by its full address or its path, leads to the same place within the prefix;
 * all else stays. A path that begins with two slashes names another host (RFC 3986 §4.2), and browsers read a backslash as one.
 */
function mapBack({ prefix, path }: Location, hosts: readonly string[], reference: string): string {
  const [, host, full] = /^http:\/\/([^/?#]*)(.*)$/i.exec(reference) ?? []
  if (host !== undefined && !hosts.some((each) => isSameHost(each, host))) return reference
  // RFC 9110 §4.2.3: an empty path means the root.
  const local = full === undefined ? reference : full.replace(/^(?!\/)/, '/')
  if (!local.startsWith(path) || local.startsWith('//')) return reference
  const mapped = prefix + local.slice(path.length)
  return /^[/\\]{2}/.test(mapped) ? reference : mapped
}

function isSameHost(one: string, other: string): boolean {
  const plain = (host: string): string => host.toLowerCase().replace(/:80$/, '')
  return plain(one) === plain(other)
}

/** Whether each quoted-string ends (RFC 9110 §5.6.4): behind an open one, what is added would be read as the client's own. */
function isClosed(value: string): boolean {
  return /^(?:[^"\\]|"(?:[^"\\]|\\.)*")*$/.test(value)
}

// RFC 7239 §4 and §6: what is not a token, such as an address of IPv6 or a port, is quoted.
function forwardedElement(client: string, host: string, scheme: string): string {
  const node = client.includes(':') ? `"${hostText(client)}"` : client
  return `for=${node}${host === '' ? '' : `;host="${host}"`};proto=${scheme}`
}

// RFC 9110 §7.6.3: the protocol of the message as it was received.
function viaElement(version: HttpVersion, pseudonym: string): string {
  return `${version} ${pseudonym}`
}

/** Names are kept in lower case; people know them with capitals. */
function line(name: string, value: string): string {
  const known = names.get(name) ?? name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
  return `${known}: ${value}\r\n`
}
