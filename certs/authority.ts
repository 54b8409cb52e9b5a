/** The lab's certificate authority. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createFolder, writeDurably } from '../lab/kit/files.ts'
import { Turns } from '../lab/kit/turns.ts'
import type {
  Certificate,
  CertificatePointers,
  CertificateRequest,
  Certificates,
  CertificateStanding,
  Clock,
  Random,
} from '../lab/service.ts'
import {
  branchesOf,
  intermediateIn,
  isWithdrawn,
  keyPath,
  openFolder,
  signedBy,
  type Branch,
  type Opened,
} from './branch.ts'
import { distinguishedName, makeSerial, nameLine, signCertificate, type Draft } from './certificate.ts'
import type { RevocationReason } from './crl.ts'
import { leafExtensions } from './extensions.ts'
import { CLOCK_SKEW, readIfThere } from './issuer.ts'
import { makeFlawed } from './flawed.ts'
import { isRsa, keyIdOf, keyPem, makeKey, type KeyKind } from './key.ts'
import { serialText, type RegisterEntry } from './index-line.ts'
import { readRequest } from './request.ts'
import { answerFor, RevocationLists, standingOf } from './standing.ts'
import { Staples } from './staple.ts'
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
  readonly pointers?: () => CertificatePointers | undefined
  /** Of a root, or intermediate, that is made now. */
  readonly keyKind?: KeyKind
  /** Has an intermediate issue; one that is there does anyway. */
  readonly intermediate?: boolean
}

/** A certificate whose key somebody else holds. */
export type Signed = Omit<Certificate, 'key'>

/** What is certified of a request; without names, those that it asks for. */
export type Wanted = Omit<CertificateRequest, 'names' | 'flaw'> & { readonly names?: readonly string[] }

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

/** Makes the authority of a folder without touching it: the root is read or created when the first certificate is asked for. */
export function createAuthority(options: AuthorityOptions): Authority {
  return new FolderAuthority(options)
}

class FolderAuthority implements Authority {
  readonly #options: AuthorityOptions
  #opening: Promise<Opened> | undefined
  readonly #lists = new RevocationLists()
  readonly #staples = new Staples()
  readonly #rsaKeys = new Turns()
  readonly #curveKeys = new Turns()
  readonly #signatures = new Turns()

  constructor(options: AuthorityOptions) {
    this.#options = options
  }

  /** What is asked for again at each start is the same certificate, as a server's is. */
  async issue(request: CertificateRequest): Promise<Certificate> {
    if (request.flaw !== undefined) return this.issueNew(request)
    const subject = requestSubject(request, this.#options)
    const { folder } = (await this.#open()).active.register
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
    checkDays(request.days)
    const opened = await this.#open()
    const { flaw, purpose, days = USUAL_DAYS } = request
    if (flaw !== undefined) return makeFlawed(opened, this.#options, { flaw, subject, purpose, days })
    // One RSA key at a time, for several would keep all threads busy for seconds, and files wait for those.
    const make = () => makeKey(keyKind)
    // Those on curves one by one, too: of many that are ready in one turn of the event loop each takes its part of it.
    const turns = keyKind?.startsWith('rsa') === true ? this.#rsaKeys : this.#curveKeys
    const leaf = await turns.run(make)
    const key = keyPem(leaf.key)
    return { key, ...(await this.#certify(subject, request, leaf.publicKey, key)) }
  }

  async sign(text: string | Buffer, { names, addresses, ...wanted }: Wanted): Promise<Signed> {
    const asked = await readRequest(text)
    const request = {
      ...wanted,
      names: names ?? [asked.commonName ?? [], asked.names].flat(),
      addresses: addresses ?? asked.addresses.map(addressText),
    }
    const subject = requestSubject(request, this.#options)
    return this.#certify(subject, wanted, asked.publicKeyDer)
  }

  async authority(): Promise<string> {
    return (await this.#open()).root.issuer.certificate
  }

  async issuer(): Promise<string> {
    return (await this.#open()).active.issuer.certificate
  }

  async standing(serial: string): Promise<CertificateStanding> {
    return standingOf(await this.#open(), serial)
  }

  async ocsp(request: Buffer): Promise<Buffer> {
    return answerFor(await this.#open(), request, this.#options.clock.now())
  }

  async status(serial: string, pretence?: 'revoked'): Promise<Buffer> {
    return this.#staples.answer(await this.#open(), serial, this.#options.clock.now(), pretence)
  }

  async crl(of: 'issuer' | 'root' = 'issuer'): Promise<string> {
    const { der, root, active } = await this.#open()
    return this.#lists.text(der, of === 'root' ? root : active, this.#options.clock.now())
  }

  async list(): Promise<readonly RegisterEntry[]> {
    const lists = await Promise.all(branchesOf(await this.#open()).map(({ register }) => register.list()))
    return lists.flat()
  }

  async find(serial: string | Buffer): Promise<RegisterEntry | undefined> {
    return (await this.#holder(serial))?.entry
  }

  async read(serial: string): Promise<(Signed & { readonly key: string | undefined }) | undefined> {
    const { branch, entry } = (await this.#holder(serial)) ?? {}
    const certificate = entry && (await branch?.register.certificate(entry.serial))
    if (branch === undefined || entry === undefined || certificate === undefined) return undefined
    const key = await readIfThere(keyPath(branch, entry.serial))
    return { key, ...signedBy(await this.#open(), branch, certificate) }
  }

  async revoke(serial: string, reason: RevocationReason = 'unspecified'): Promise<boolean> {
    const { branch } = (await this.#holder(serial)) ?? {}
    return (await branch?.register.revoke(serial, this.#options.clock.now(), reason)) ?? false
  }

  /** The branch that has issued a certificate; an intermediate may have come when the root had issued some. */
  async #holder(
    serial: string | Buffer,
  ): Promise<{ readonly branch: Branch; readonly entry: RegisterEntry } | undefined> {
    for (const branch of branchesOf(await this.#open())) {
      const entry = await branch.register.find(serial)
      if (entry !== undefined) return { branch, entry }
    }
    return undefined
  }

  async #open(): Promise<Opened> {
    const opened = await this.#opening
    // `lab cert init --intermediate` may have made one while a lab runs.
    const isBehind = opened?.root === opened?.active && existsSync(intermediateIn(this.#options))
    if (opened !== undefined && isBehind) this.#opening = undefined
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
    key?: string,
  ): Promise<Signed> {
    checkDays(days)
    const opened = await this.#open()
    const { der, root, active } = opened
    const { issuer, register } = active
    if (root !== active && (await isWithdrawn(root, active)))
      throw new RequestError({
        en: `The intermediate authority is revoked and can issue nothing. Move ${register.folder} elsewhere, for its index is there, and make another: \`lab cert init --intermediate\`.`,
        es: `La autoridad intermedia está revocada y no puede emitir nada. Mueve ${register.folder} a otro sitio, pues ahí está su índice, y crea otra: \`lab cert init --intermediate\`.`,
      })
    const { clock, random, pointers } = this.#options
    const now = clock.now()
    // One key may be certified more than once.
    const serial = makeSerial(random, publicKey, process.hrtime.bigint().toString())
    const notAfter = Math.floor((now + days * DAY) / 1000) * 1000
    const draft = (): Draft => ({
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
    })
    // One after the other: many that come to this point at once would hold up all else.
    const certificate = await this.#signatures.run(() => signCertificate(der, draft(), issuer.key))
    const entry = { serial: serialText(serial), notAfter, subject: nameLine(subject.commonName) }
    // First the key: a kill between the two leaves a key without a certificate, and never the other way round.
    if (key !== undefined) await writeDurably(keyPath(active, entry.serial), key, 0o600)
    await register.add(entry, certificate)
    return signedBy(opened, active, certificate)
  }

  /** The certificate that the same request got before, while a third of its life is left and it holds. */
  async #kept(path: string): Promise<Certificate | undefined> {
    const serial = (await readIfThere(path))?.trim()
    const found = serial === undefined ? undefined : await this.read(serial)
    if (serial === undefined || found?.key === undefined) return undefined
    const { register, issuer } = (await this.#open()).active
    const leaf = new X509Certificate(found.certificate)
    const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()]
    const now = this.#options.clock.now()
    const isFresh = from <= now && to - now > (to - from) / 3
    const isSound = leaf.verify(createPublicKey(issuer.key))
    if (!isFresh || !isSound || (await register.find(serial))?.revoked !== undefined) return undefined
    return { ...found, key: found.key }
  }
}

function checkDays(days: number = USUAL_DAYS): void {
  if (days > 0 && days <= MOST_DAYS) return
  throw new RequestError({
    en: `A certificate is valid for more than 0 and at most ${MOST_DAYS} days, and not for ${days}.`,
    es: `Un certificado es válido durante más de 0 y como mucho ${MOST_DAYS} días, y no ${days}.`,
  })
}

/** The text of 4 or 16 octets. */
function addressText(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  return octets.toString('hex').match(/.{4}/g)?.join(':') ?? ''
}
