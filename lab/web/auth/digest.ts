import { createHash, timingSafeEqual } from 'node:crypto'
import { fieldLines } from '../../kit/http/answer.ts'
import { quote, readText, type Credentials } from './credentials.ts'
import { Nonces } from './nonces.ts'
import type { AskedRequest, AuthReason, AuthTools, Welcome } from './verdict.ts'

/** The hash functions of Digest by their names in the field (RFC 7616 §6.1), the preferred one first, with Node's names. */
const algorithms = [
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
] as const

type Algorithm = (typeof algorithms)[number][0]

/** Milliseconds that a nonce may be used. */
const lifetime = 5 * 60_000
/** Used nonces that one folder remembers. */
const mostNonces = 1024

/** What a response is computed from besides the password (RFC 7616 §3.4.1). */
export interface DigestInput {
  /** As Node calls the hash. */
  readonly hash: string
  readonly method: string
  readonly uri: string
  readonly nonce: string
  /** As sent, eight hexadecimal digits. */
  readonly nc: string
  readonly cnonce: string
}

/** H(A1) for a password (RFC 7616 §3.4.2), which is as good as the password in this realm. */
export function digestSecret(hash: string, user: string, realm: string, password: string): string {
  // RFC 7616 §4: names and passwords are hashed in UTF-8, in normal form C.
  return hexHash(hash, `${user.normalize('NFC')}:${realm}:${password.normalize('NFC')}`, 'utf8')
}

/** The response of qop=auth (RFC 7616 §3.4.1, §3.4.3); an empty method gives that of the server (§3.5). */
export function digestResponse(secret: string, input: DigestInput): string {
  const { hash, method, uri, nonce, nc, cnonce } = input
  const second = hexHash(hash, `${method}:${uri}`, 'latin1')
  return hexHash(hash, `${secret}:${nonce}:${nc}:${cnonce}:auth:${second}`, 'latin1')
}

function hexHash(hash: string, text: string, encoding: 'utf8' | 'latin1'): string {
  return createHash(hash).update(text, encoding).digest('hex')
}

/** What a client answers to the challenge. */
interface Answer extends DigestInput {
  readonly user: string
  readonly algorithm: Algorithm
  readonly response: string
}

/** Digest authentication (RFC 7616) with qop=auth against a table of names and passwords. */
export class Digest {
  readonly #realm: string
  readonly #domain: string
  readonly #nonces: Nonces
  readonly #secrets: Readonly<Record<Algorithm, ReadonlyMap<string, string>>>
  readonly #decoy: string

  /** `prefix` is the decoded path of the folder. */
  constructor(realm: string, prefix: string, users: Readonly<Record<string, string>>, tools: AuthTools) {
    this.#realm = realm
    // RFC 7616 §3.3: without it a client would send its answer to every page of the site.
    this.#domain = quote(encodeURI(prefix))
    this.#nonces = new Nonces(tools, { lifetime, most: mostNonces })
    const secrets = (hash: string): ReadonlyMap<string, string> =>
      new Map(
        Object.entries(users).map(([name, password]) => [
          name.normalize('NFC'),
          digestSecret(hash, name, realm, password),
        ]),
      )
    this.#secrets = { 'SHA-256': secrets('sha256'), MD5: secrets('md5') }
    this.#decoy = tools.random.bytes(32).toString('hex')
  }

  /** The field lines of a challenge, one for each algorithm (RFC 7616 §3.7). */
  challenge(isStale: boolean): string {
    const nonce = this.#nonces.issue()
    const stale = isStale ? ', stale=true' : ''
    return algorithms
      .map(([name]) =>
        fieldLines({
          'WWW-Authenticate':
            `Digest realm=${quote(this.#realm)}, domain=${this.#domain}, qop="auth", algorithm=${name}, ` +
            `nonce="${nonce}"${stale}, charset=UTF-8`,
        }),
      )
      .join('')
  }

  /** Who the credentials are of, or why that is not known. */
  judge(request: AskedRequest, credentials: Credentials): Welcome | AuthReason {
    const answer = this.#read(request.method, credentials)
    if (answer === undefined) return 'auth-wrong'
    // RFC 7616 §3.4.6: else somebody could carry the answer over to another page.
    if (!isTarget(answer.uri, request)) return 'auth-uri'
    const known = this.#secrets[answer.algorithm].get(answer.user)
    // An unknown name takes as long as a wrong password.
    const secret = known ?? this.#decoy
    const isRight = isSame(answer.response, digestResponse(secret, answer))
    if (known === undefined || !isRight) return 'auth-wrong'
    // RFC 7616 §3.3: who knows the password need not be asked for it again.
    if (!this.#nonces.use(answer.nonce, Number.parseInt(answer.nc, 16))) return 'auth-stale'
    return { user: answer.user, fields: authenticationInfo(known, answer) }
  }

  /** The parameters of RFC 7616 §3.4, or undefined if one is missing or not what the challenge asked for. */
  #read(method: string, { parameters }: Credentials): Answer | undefined {
    const get = (name: string): string => parameters.get(name) ?? ''
    // RFC 7616 §3.4: MD5 is meant where no algorithm is named.
    const wanted = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
    const [algorithm, hash = ''] = algorithms.find(([name]) => name === wanted) ?? []
    const user = userOf(parameters)
    const answer = { nonce: get('nonce'), nc: get('nc'), cnonce: get('cnonce'), uri: get('uri') }
    const response = get('response')
    if (algorithm === undefined || user === undefined || get('realm') !== this.#realm) return undefined
    if (get('qop').toLowerCase() !== 'auth' || !/^[\da-f]{8}$/.test(answer.nc) || answer.cnonce === '')
      return undefined
    // RFC 7616 §3.4.4: hashed names were not offered.
    if (get('userhash').toLowerCase() === 'true' || !/^[\da-f]+$/.test(response)) return undefined
    return { ...answer, hash, method, user, algorithm, response }
  }
}

/** The name in normal form C, from `username` or `username*`, never both (RFC 7616 §3.4). */
function userOf(parameters: Credentials['parameters']): string | undefined {
  const plain = parameters.get('username')
  const extended = parameters.get('username*')
  if (plain !== undefined) {
    return extended === undefined ? readText(Buffer.from(plain, 'latin1'))?.normalize('NFC') : undefined
  }
  // RFC 8187 §3.2: charset ' [ language ] ' *( pct-encoded / attr-char )
  const [, value] = /^UTF-8'[\w-]*'((?:%[\dA-F]{2}|[!#$&+\-.^_`|~\w])*)$/i.exec(extended ?? '') ?? []
  if (value === undefined) return undefined
  const octets = value.replaceAll(/%(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return readText(Buffer.from(octets, 'latin1'))?.normalize('NFC')
}

/** RFC 7616 §3.4.6: the uri names what the request line names, which may stand there with its host. */
function isTarget(uri: string, { target, path, query }: AskedRequest): boolean {
  return uri === target || uri === (query === undefined ? path : `${path}?${query}`)
}

/** Both are hexadecimal digits of one hash, or one is not the hash's length. */
function isSame(given: string, right: string): boolean {
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right))
}

/** RFC 7616 §3.5: proves that the server knows the password too. */
function authenticationInfo(secret: string, answer: DigestInput): string {
  const proof = digestResponse(secret, { ...answer, method: '' })
  return fieldLines({
    'Authentication-Info': `rspauth="${proof}", qop=auth, cnonce=${quote(answer.cnonce)}, nc=${answer.nc}`,
  })
}
