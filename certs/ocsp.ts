/** Answers what clients ask of the Online Certificate Status Protocol (RFC 6960, with the nonce of RFC 9654). */
import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { DerError, readDer, type DerNode } from './der-reader.ts'
import { loadDer, type Der, type DerValue } from './der.ts'
import { signatureAlgorithm, signDer } from './key.ts'
import { fullTimeText } from './time.ts'

/** What is known of one certificate; `later` is for who cannot tell now, and makes the whole answer tryLater. */
export type OcspStatus =
  | { readonly status: 'good' }
  | {
      readonly status: 'revoked'
      /** Milliseconds since 1970. */
      readonly at: number
      /** CRLReason (RFC 5280 §5.3.1). */
      readonly reason?: number
    }
  | { readonly status: 'unknown' }
  | { readonly status: 'later' }

/** An authority whose certificates can be asked about. */
export interface OcspIssuer {
  /** The distinguished name as DER. */
  readonly name: Buffer
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Buffer
  /** Takes the serial number without leading zeros. */
  readonly status: (serial: Buffer) => OcspStatus
  /** Signs what is answered of its certificates, if not the usual one does. */
  readonly signer?: OcspTools['signer']
}

/** What an answer is made with. */
export interface OcspTools {
  readonly issuers: readonly OcspIssuer[]
  readonly signer: {
    /** On a curve, or RSA. */
    readonly key: KeyObject
    /** As PEM: of a delegated responder (RFC 6960 §4.2.2.2); left out if the issuer's own key signs. */
    readonly certificate?: string
  }
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds for which clients may keep the answer. */
  readonly lifetime: number
  /** Is told the cause of each internalError, of which the client learns nothing. */
  readonly failed?: (cause: unknown) => void
}

interface CertId {
  readonly der: Buffer
  /** The name that `node:crypto` has for the hash; undefined for one that is not offered. */
  readonly hash: string | undefined
  readonly nameHash: Buffer
  readonly keyHash: Buffer
  /** Without leading zeros; undefined for a negative one, which no authority gives. */
  readonly serial: Buffer | undefined
}

interface Query {
  readonly certificates: readonly CertId[]
  readonly nonce: Buffer | undefined
}

/** OCSPResponseStatus (RFC 6960 §4.2.1). */
const STATUS = { successful: 0, malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const
type Failure = Exclude<keyof typeof STATUS, 'successful'>

const LARGEST_REQUEST = 64 * 1024
const MOST_CERTIFICATES = 64
/** RFC 9654 §2.1; RFC 8954 had 32, and clients of either are answered. */
const LONGEST_NONCE = 128

const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
])
const NONCE = '1.3.6.1.5.5.7.48.1.2'
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1'
/** Acceptable responses and preferred algorithms: wishes that the one kind of answer here fulfils or may pass over. */
const UNDERSTOOD: readonly string[] = [NONCE, '1.3.6.1.5.5.7.48.1.4', '1.3.6.1.5.5.7.48.1.8']

/** The OCSPResponse (DER) to an OCSPRequest (DER): signed, or one of the error statuses; never rejects. */
export async function answerOcsp(request: Buffer, tools: OcspTools): Promise<Buffer> {
  let query: Query
  try {
    query = await readQuery(request)
  } catch {
    return failure('malformedRequest')
  }
  try {
    const asked: { readonly certificate: CertId; readonly issuer: OcspIssuer | undefined }[] = []
    for (const certificate of query.certificates)
      asked.push({ certificate, issuer: await findIssuer(certificate, tools.issuers) })
    // RFC 5019 §2.2.3: a responder that has no authority over anything asked says so, unsigned.
    if (asked.every(({ issuer }) => issuer === undefined)) return failure('unauthorized')
    const answers = asked.map(({ certificate, issuer }) => ({
      certificate,
      // RFC 6960 §2.2: unknown, too, is a certificate of an issuer that is not served here.
      status:
        issuer === undefined || certificate.serial === undefined
          ? ({ status: 'unknown' } as const)
          : issuer.status(certificate.serial),
    }))
    if (answers.some(({ status }) => status.status === 'later')) return failure('tryLater')
    const own = asked.find(({ issuer }) => issuer !== undefined)?.issuer?.signer
    return await success(answers, query.nonce, { ...tools, signer: own ?? tools.signer })
  } catch (error) {
    tools.failed?.(error)
    return failure('internalError')
  }
}

/**
 * The OCSPRequest in what follows the responder's address in the path of a GET (RFC 6960 appendix A.1): base64, escaped for a URL
 * or, as some clients do, not. Undefined if it is none, or too long.
 */
export function ocspFromPath(path: string): Buffer | undefined {
  if (path.length > LARGEST_REQUEST * 4) return undefined
  let text: string
  try {
    // No request begins with the slash of base64, for that of a SEQUENCE is an M.
    text = decodeURIComponent(path).replace(/^\/+/, '')
  } catch {
    return undefined
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const request = Buffer.from(text, 'base64')
  return request.length > LARGEST_REQUEST ? undefined : request
}

async function readQuery(request: Buffer): Promise<Query> {
  if (request.length > LARGEST_REQUEST) throw new DerError('too large')
  const whole = await readDer(request)
  // What is asked is repeated in the answer, so that only DER proper can come back octet by octet.
  if (!whole.der().equals(request)) throw new DerError('not DER')
  const [content, signature, ...rest] = whole.sequence()
  // RFC 6960 §4.1.1: a signature has the tag 0. It may stay unchecked, for everybody is answered here.
  if (content === undefined || rest.length > 0 || (signature !== undefined && signature.tag !== 0))
    throw new DerError('a request was expected')
  const members = [...content.sequence()]
  const take = (tag: number) => (members[0]?.tag === tag ? members.shift()?.inner() : undefined)
  if ((take(0)?.number() ?? 0) !== 0) throw new DerError('version 1 was expected')
  take(1) // The requestor's name.
  const list = members.shift()?.sequence() ?? []
  const extensions = readExtensions(take(2))
  if (members.length > 0 || list.length === 0 || list.length > MOST_CERTIFICATES)
    throw new DerError('one certificate at least was expected, and not too many')
  const nonce = extensions.get(NONCE)
  return {
    certificates: list.map(readRequest),
    nonce: nonce === undefined ? undefined : readNonce(nonce),
  }
}

function readRequest(request: DerNode): CertId {
  const [certificate, extensions, ...rest] = request.sequence()
  if (certificate === undefined || rest.length > 0 || (extensions !== undefined && extensions.tag !== 0))
    throw new DerError('a certificate was expected')
  readExtensions(extensions?.inner())
  const [algorithm, nameHash, keyHash, number, ...others] = certificate.sequence()
  const [hash] = algorithm?.sequence() ?? []
  if (!hash || !nameHash || !keyHash || !number || others.length > 0)
    throw new DerError('an identifier of a certificate was expected')
  const serial = number.integer()
  const isNegative = serial.readUInt8(0) >= 0x80
  const isPadded = serial.length > 1 && serial.readUInt8(0) === 0
  return {
    der: certificate.der(),
    hash: HASHES.get(hash.identifier()),
    nameHash: nameHash.octets(),
    keyHash: keyHash.octets(),
    serial: isNegative ? undefined : serial.subarray(isPadded ? 1 : 0),
  }
}

/** The extensions that are understood, by identifier. */
function readExtensions(extensions: DerNode | undefined): ReadonlyMap<string, DerNode> {
  const found = new Map<string, DerNode>()
  for (const extension of extensions?.sequence() ?? []) {
    const [identifier, ...rest] = extension.sequence()
    const value = rest.pop()
    const [critical, ...others] = rest
    if (identifier === undefined || value === undefined || others.length > 0)
      throw new DerError('an extension was expected')
    const name = identifier.identifier()
    const isCritical = critical?.boolean() ?? false
    // RFC 6960 §4.4: what is not understood is passed over unless it is critical.
    if (isCritical && !UNDERSTOOD.includes(name)) throw new DerError(`critical and not understood: ${name}`)
    if (found.has(name)) throw new DerError(`twice: ${name}`)
    value.octets()
    found.set(name, value)
  }
  return found
}

function readNonce(value: DerNode): Buffer {
  const nonce = value.enclosed().octets()
  // RFC 9654 §2.1: others MUST be refused as malformed.
  if (nonce.length === 0 || nonce.length > LONGEST_NONCE) throw new DerError('a nonce has a wrong length')
  return nonce
}

async function findIssuer(
  { hash, nameHash, keyHash }: CertId,
  issuers: readonly OcspIssuer[],
): Promise<OcspIssuer | undefined> {
  if (hash === undefined) return undefined
  const digest = (octets: Buffer) => createHash(hash).update(octets).digest()
  for (const issuer of issuers) {
    const isNamed = digest(issuer.name).equals(nameHash)
    if (isNamed && digest(await publicKeyBits(issuer.publicKey)).equals(keyHash)) return issuer
  }
  return undefined
}

/** The key in a SubjectPublicKeyInfo without tag, length and count of unused bits, as RFC 6960 §4.1.1 hashes it. */
export async function publicKeyBits(publicKey: Buffer): Promise<Buffer> {
  const [, key] = (await readDer(publicKey)).sequence()
  if (key === undefined) throw new DerError('a public key was expected')
  return key.bits()
}

interface Answer {
  readonly certificate: CertId
  readonly status: OcspStatus
}

async function success(
  answers: readonly Answer[],
  nonce: Buffer | undefined,
  tools: OcspTools,
): Promise<Buffer> {
  const { signer, now, lifetime } = tools
  const der = await loadDer()
  const publicHalf = createPublicKey(signer.key)
  const bits = await publicKeyBits(publicHalf.export({ type: 'spki', format: 'der' }))
  const keyId = createHash('sha1').update(bits).digest()
  const content = der.sequence(
    der.tagged(2, der.octets(keyId)), // ResponderID byKey.
    generalizedTime(der, now),
    der.sequence(
      ...answers.map(({ certificate, status }) =>
        der.sequence(
          der.copy(certificate.der),
          certStatus(der, status),
          generalizedTime(der, now),
          der.tagged(0, generalizedTime(der, now + lifetime)),
        ),
      ),
    ),
    ...(nonce === undefined ? [] : [der.tagged(1, der.sequence(nonceExtension(der, nonce)))]),
  )
  const signature = await signDer(der.encode(content), signer.key)
  const response = der.sequence(
    content,
    signatureAlgorithm(der, signer.key),
    der.bits(signature),
    ...delegate(der, signer),
  )
  return responseOf(
    der,
    'successful',
    der.sequence(der.identifier(BASIC_RESPONSE), der.octets(der.encode(response))),
  )
}

function certStatus(der: Der, status: OcspStatus): DerValue {
  if (status.status === 'good') return der.implicit(0, Buffer.alloc(0))
  if (status.status !== 'revoked') return der.implicit(2, Buffer.alloc(0))
  const { at, reason = 0 } = status
  // RFC 5280 §5.3.1: 7 is not used, and 0, unspecified, is better left out.
  if (!Number.isInteger(reason) || reason < 0 || reason > 10 || reason === 7)
    throw new Error(`A revocation cannot have the reason ${reason}.`)
  const why = reason === 0 ? [] : [der.tagged(0, der.enumerated(reason))]
  return der.tagged(1, generalizedTime(der, at), ...why)
}

/** The responder's own certificate, for clients know only that of the authority. */
function delegate(der: Der, { certificate, key }: OcspTools['signer']): readonly DerValue[] {
  if (certificate === undefined) return []
  const read = new X509Certificate(certificate)
  if (!read.checkPrivateKey(key)) throw new Error("The responder's certificate is not that of its key.")
  return [der.tagged(0, der.sequence(der.copy(read.raw)))]
}

function nonceExtension(der: Der, nonce: Buffer): DerValue {
  return der.sequence(der.identifier(NONCE), der.octets(der.encode(der.octets(nonce))))
}

/** RFC 6960 §4.2.2.1 has this type alone, also before 2050, and RFC 5019 §2.2.4 no fractions of a second. */
function generalizedTime(der: Der, milliseconds: number): DerValue {
  const text = fullTimeText(milliseconds)
  return der.copy(Buffer.concat([Buffer.of(24, text.length), Buffer.from(text)]))
}

/** RFC 6960 §4.2.1: an error has no responseBytes, and so nothing that is signed. */
async function failure(status: Failure): Promise<Buffer> {
  return responseOf(await loadDer(), status)
}

function responseOf(der: Der, status: keyof typeof STATUS, bytes?: DerValue): Buffer {
  const code = der.enumerated(STATUS[status])
  return der.encode(bytes === undefined ? der.sequence(code) : der.sequence(code, der.tagged(0, bytes)))
}
