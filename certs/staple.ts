/** OCSP answers that servers hand out with their certificates (RFC 6066 §8). */
import { createHash } from 'node:crypto'
import { branchesOf, type Opened } from './branch.ts'
import type { Der } from './der.ts'
import type { Issuer } from './issuer.ts'
import { answerOcsp, publicKeyBits, type OcspStatus } from './ocsp.ts'
import { OCSP_LIFETIME, statusOf } from './standing.ts'

const SHA1 = '1.3.14.3.2.26'
/** Answers that are remembered. */
const MOST_ANSWERS = 1000

interface Answer {
  /** What was known of the certificate. */
  readonly of: string
  readonly at: number
  readonly octets: Buffer
}

/** Signs an answer anew when half of its life is over, or something else is known of the certificate. */
export class Staples {
  readonly #signed = new Map<string, Answer>()

  /** The answer at `now`, milliseconds since 1970, about the certificate of a serial number in hexadecimal; as DER. */
  async answer(opened: Opened, serial: string, now: number, pretence?: 'revoked'): Promise<Buffer> {
    const { der, root, active } = opened
    const found = await Promise.all(
      branchesOf(opened).map(async (branch) => ({ branch, entry: await branch.register.find(serial) })),
    )
    const { branch, entry } = found.find((one) => one.entry !== undefined) ?? {
      branch: active,
      entry: undefined,
    }
    const issuer = branch === root ? root.issuer : active.issuer
    const of = JSON.stringify([issuer.certificate, entry ?? null])
    const key = `${serial} ${pretence ?? ''}`
    const known = this.#signed.get(key)
    if (known?.of === of && now >= known.at && now < known.at + OCSP_LIFETIME / 2) return known.octets
    if (this.#signed.size >= MOST_ANSWERS) this.#signed.clear()
    const status = pretence === undefined ? statusOf(entry) : ({ status: pretence, at: now } as const)
    const octets = await sign(der, issuer, serial, status, now)
    this.#signed.set(key, { of, at: now, octets })
    return octets
  }
}

async function sign(
  der: Der,
  issuer: Issuer,
  serial: string,
  status: OcspStatus,
  now: number,
): Promise<Buffer> {
  const { key, publicKey } = issuer
  const issuers = [{ name: der.encode(issuer.name), publicKey, status: () => status }]
  const causes: unknown[] = []
  const failed = (cause: unknown): void => void causes.push(cause)
  const tools = { issuers, signer: { key }, now, lifetime: OCSP_LIFETIME, failed }
  const octets = await answerOcsp(await requestFor(der, issuer, serial), tools)
  // A client could do nothing with an answer that only says so.
  if (causes.length > 0) throw new Error('The OCSP answer cannot be signed.', { cause: causes[0] })
  return octets
}

/** The OCSPRequest for one certificate (RFC 6960 §4.1.1); SHA-1, as RFC 5019 §2.1.1 wants it and all clients expect. */
async function requestFor(der: Der, { name, publicKey }: Issuer, serial: string): Promise<Buffer> {
  const digest = (octets: Buffer) => der.octets(createHash('sha1').update(octets).digest())
  const number = Buffer.from(serial.replace(/^(?:00)+(?=..)/, ''), 'hex')
  const certificate = der.sequence(
    der.sequence(der.identifier(SHA1), der.null()),
    digest(der.encode(name)),
    digest(await publicKeyBits(publicKey)),
    der.integer(number),
  )
  return der.encode(der.sequence(der.sequence(der.sequence(der.sequence(certificate)))))
}
