/** The lab's certificate authority. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createFolder, writeDurably } from '../lab/kit/files.ts'
import type {
  Certificate,
  CertificateRequest,
  Certificates,
  CertificateStanding,
  Clock,
  Random,
} from '../lab/service.ts'
import { distinguishedName, makeSerial, nameLine, signCertificate } from './certificate.ts'
import { revocationReasons, signCrl, type RevocationReason } from './crl.ts'
import { loadDer, type Der } from './der.ts'
import { leafExtensions, type Pointers } from './extensions.ts'
import { CLOCK_SKEW, openIssuer, readIfThere, type Issuer } from './issuer.ts'
import { isRsa, keyIdOf, keyPem, makeKey, type KeyKind } from './key.ts'
import { answerOcsp, type OcspStatus } from './ocsp.ts'
import { Register, serialText, type RegisterEntry } from './register.ts'
import { readRequest } from './request.ts'
import { RequestError, requestSubject, type Subject } from './scope.ts'

/** What an authority is made of. */
export interface AuthorityOptions {
  /** Holds the root; created for its owner alone on first use. */
  readonly folder: string
  /** Without a final dot; the authority certifies nothing outside of it but the machine's own addresses. */
  readonly domain: string
  /** IP addresses at which clients reach the lab. */
  readonly addresses: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  /** Where revocations are published, asked at each certificate; undefined while nobody serves them. */
  readonly pointers?: () => Pointers | undefined
  /** Of a root, or intermediate, that is made now. */
  readonly keyKind?: KeyKind
  /** Has an intermediate issue; one that is there does anyway. */
  readonly intermediate?: boolean
}

/** A certificate whose key somebody else holds. */
export type Signed = Omit<Certificate, 'key'>

/** What is certified of a request; without names, those that it asks for. */
export type Wanted = Omit<CertificateRequest, 'names'> & { readonly names?: readonly string[] }

/** The authority with what its owner may do. */
export interface Authority extends Omit<Certificates, 'publish'> {
  /** A certificate of its own for each call, with a new key of this kind. */
  issueNew(request: CertificateRequest, keyKind?: KeyKind): Promise<Certificate>
  /** Certifies the key of a request (PKCS #10) for the names that it asks for, or for others. */
  sign(request: string | Buffer, wanted: Wanted): Promise<Signed>
  list(): Promise<readonly RegisterEntry[]>
  find(serial: string | Buffer): Promise<RegisterEntry | undefined>
  /** A certificate, and its key if the authority made it; undefined if there is none of that serial number. */
  read(serial: string): Promise<(Signed & { readonly key: string | undefined }) | undefined>
  /** False if there is none of that serial number. */
  revoke(serial: string, reason?: RevocationReason): Promise<boolean>
}

const DAY = 86_400_000
const USUAL_DAYS = 90
const MOST_DAYS = 3650
const CRL_DAYS = 7
/** Milliseconds for which a client may keep an answer: a course wants to see a revocation soon. */
const OCSP_LIFETIME = 60_000

interface Opened {
  readonly der: Der
  readonly root: Issuer
  readonly issuer: Issuer
  readonly register: Register
  readonly folder: string
}

/** Makes the authority of a folder without touching it: the root is read or created when the first certificate is asked for. */
export function createAuthority(options: AuthorityOptions): Authority {
  return new FolderAuthority(options)
}

class FolderAuthority implements Authority {
  readonly #options: AuthorityOptions
  #opening: Promise<Opened> | undefined
  /** The list of revocations that was signed last: what it was made of, and until when it is given out. */
  #list: { readonly of: string; readonly until: number; readonly text: string } | undefined

  constructor(options: AuthorityOptions) {
    this.#options = options
  }

  /** What is asked for again at each start is the same certificate, as a server's is. */
  async issue(request: CertificateRequest): Promise<Certificate> {
    const subject = requestSubject(request, this.#options)
    const { folder } = await this.#open()
    const mark = JSON.stringify([subject, request.purpose, request.days, this.#options.pointers?.()])
    const name = createHash('sha256').update(mark).digest('hex').slice(0, 32)
    const path = join(folder, 'issued', name)
    const earlier = await this.#kept(path)
    if (earlier !== undefined) return earlier
    const made = await this.issueNew(request)
    await createFolder(join(folder, 'issued'), 0o700)
    await writeDurably(path, `${new X509Certificate(made.certificate).serialNumber}\n`, 0o600)
    return made
  }

  async issueNew(request: CertificateRequest, keyKind?: KeyKind): Promise<Certificate> {
    const subject = requestSubject(request, this.#options)
    const [{ folder }, leaf] = await Promise.all([this.#open(), makeKey(keyKind)])
    const { serial, ...signed } = await this.#certify(subject, request, leaf.publicKey)
    const key = keyPem(leaf.key)
    await writeDurably(join(folder, 'private', `${serial}.pem`), key, 0o600)
    return { key, ...signed }
  }

  async sign(text: string | Buffer, { names, addresses, ...wanted }: Wanted): Promise<Signed> {
    const asked = await readRequest(text)
    const request = {
      ...wanted,
      names: names ?? [asked.commonName ?? [], asked.names].flat(),
      addresses: addresses ?? asked.addresses.map(addressText),
    }
    const subject = requestSubject(request, this.#options)
    const { serial: _, ...signed } = await this.#certify(subject, wanted, asked.publicKeyDer)
    return signed
  }

  async authority(): Promise<string> {
    return (await this.#open()).root.certificate
  }

  async issuer(): Promise<string> {
    return (await this.#open()).issuer.certificate
  }

  async standing(serial: string): Promise<CertificateStanding> {
    const entry = await this.find(serial)
    return entry === undefined ? 'unknown' : entry.revoked === undefined ? 'good' : 'revoked'
  }

  async ocsp(request: Buffer): Promise<Buffer> {
    const { der, issuer, register } = await this.#open()
    const entries = new Map((await register.list()).map((entry) => [bare(entry.serial), entry]))
    const status = (serial: Buffer): OcspStatus => {
      const entry = entries.get(bare(serialText(serial)))
      if (entry === undefined) return { status: 'unknown' }
      const { revoked } = entry
      if (revoked === undefined) return { status: 'good' }
      return { status: 'revoked', at: revoked.at, reason: revocationReasons[revoked.reason] }
    }
    return answerOcsp(request, {
      issuers: [{ name: der.encode(issuer.name), publicKey: issuer.publicKey, status }],
      signer: { key: issuer.key },
      now: this.#options.clock.now(),
      lifetime: OCSP_LIFETIME,
    })
  }

  async list(): Promise<readonly RegisterEntry[]> {
    return (await this.#open()).register.list()
  }

  async find(serial: string | Buffer): Promise<RegisterEntry | undefined> {
    return (await this.#open()).register.find(serial)
  }

  async read(serial: string): Promise<(Signed & { readonly key: string | undefined }) | undefined> {
    const opened = await this.#open()
    const certificate = await opened.register.certificate(serial)
    if (certificate === undefined) return undefined
    const key = await readIfThere(join(opened.folder, 'private', `${serialText(serial)}.pem`))
    return { key, ...signedBy(opened, certificate) }
  }

  async revoke(serial: string, reason: RevocationReason = 'unspecified'): Promise<boolean> {
    return (await this.#open()).register.revoke(serial, this.#options.clock.now(), reason)
  }

  /** Signed anew when something was revoked or half of its life is over. */
  async crl(): Promise<string> {
    const { der, issuer, register, folder } = await this.#open()
    const revoked = await register.revocations()
    const of = createHash('sha256').update(JSON.stringify(revoked)).digest('hex')
    const now = this.#options.clock.now()
    const known = this.#list
    if (known?.of === of && now < known.until && now > known.until - CRL_DAYS * DAY) return known.text
    const number = await register.nextCrlNumber()
    const nextUpdate = now + CRL_DAYS * DAY
    const text = await signCrl(der, { issuer: issuer.name, number, now, nextUpdate, revoked }, issuer)
    await writeDurably(join(folder, 'crl.pem'), text, 0o644)
    this.#list = { of, until: now + (CRL_DAYS * DAY) / 2, text }
    return text
  }

  #open(): Promise<Opened> {
    this.#opening ??= openFolder(this.#options).catch((error: unknown) => {
      // A full disk may have room again by the next attempt.
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #certify(
    subject: Subject,
    { purpose, days = USUAL_DAYS }: Pick<CertificateRequest, 'purpose' | 'days'>,
    publicKey: Buffer,
  ): Promise<Signed & { readonly serial: string }> {
    if (!(days > 0 && days <= MOST_DAYS))
      throw new RequestError({
        en: `A certificate is valid for up to ${MOST_DAYS} days, and not for ${days}.`,
        es: `Un certificado es válido durante ${MOST_DAYS} días como mucho, y no ${days}.`,
      })
    const opened = await this.#open()
    const { der, issuer, register } = opened
    const { clock, random, pointers } = this.#options
    const now = clock.now()
    // One key may be certified more than once.
    const serial = makeSerial(random, publicKey, process.hrtime.bigint().toString())
    const notAfter = Math.floor((now + days * DAY) / 1000) * 1000
    const draft = {
      serial,
      issuer: issuer.name,
      subject: distinguishedName(der, subject.commonName),
      notBefore: now - CLOCK_SKEW,
      notAfter,
      publicKey,
      extensions: leafExtensions(der, {
        subject,
        purpose,
        isRsa: isRsa(createPublicKey({ key: publicKey, type: 'spki', format: 'der' })),
        keyId: keyIdOf(publicKey),
        authorityKeyId: issuer.keyId,
        pointers: pointers?.(),
      }),
    }
    const certificate = await signCertificate(der, draft, issuer.key)
    const entry = { serial: serialText(serial), notAfter, subject: nameLine(subject.commonName) }
    await register.add(entry, certificate)
    return { serial: entry.serial, ...signedBy(opened, certificate) }
  }

  /** The certificate that the same request got before, while a third of its life is left and it holds. */
  async #kept(path: string): Promise<Certificate | undefined> {
    const serial = (await readIfThere(path))?.trim()
    const found = serial === undefined ? undefined : await this.read(serial)
    if (serial === undefined || found?.key === undefined) return undefined
    const { register, issuer } = await this.#open()
    const leaf = new X509Certificate(found.certificate)
    const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()]
    const now = this.#options.clock.now()
    const isFresh = from <= now && to - now > (to - from) / 3
    const isSound = leaf.verify(createPublicKey(issuer.key))
    if (!isFresh || !isSound || (await register.find(serial))?.revoked !== undefined) return undefined
    return { ...found, key: found.key }
  }
}

async function openFolder(options: AuthorityOptions): Promise<Opened> {
  const { folder, keyKind, clock, random, pointers } = options
  const der = await loadDer()
  const common = { scope: options, clock, random, ...(keyKind && { keyKind }) }
  const root = await openIssuer(der, { ...common, folder })
  const below = join(folder, 'intermediate')
  if (options.intermediate !== true && !existsSync(join(below, 'cacert.pem')))
    return { der, root, issuer: root, register: new Register(folder), folder }
  const issuer = await openIssuer(der, { ...common, folder: below, root, pointers: pointers?.() })
  return { der, root, issuer, register: new Register(below), folder: below }
}

function signedBy({ root, issuer }: Opened, certificate: string): Signed {
  const chain = issuer === root ? certificate : certificate + issuer.certificate
  return { certificate, chain, authority: root.certificate }
}

/** A serial number without leading zeros, which some software writes and some does not. */
function bare(serial: string): string {
  return serial.replace(/^0+(?=.)/, '')
}

/** The text of 4 or 16 octets. */
function addressText(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  return octets.toString('hex').match(/.{4}/g)?.join(':') ?? ''
}
