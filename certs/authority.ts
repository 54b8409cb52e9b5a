/** The lab's certificate authority. */
import type { Certificates, Clock, Random } from '../lab/service.ts'
import { distinguishedName, keyPem, makeKey, makeSerial, signCertificate } from './certificate.ts'
import { loadDer, type Der } from './der.ts'
import { leafExtensions } from './extensions.ts'
import { CLOCK_SKEW, openRoot, type Root } from './root.ts'
import { RequestError, requestSubject } from './scope.ts'

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
}

const DAY = 86_400_000
const USUAL_DAYS = 90
const MOST_DAYS = 3650

/** Makes the authority of a folder without touching it: the root is read or created when the first certificate is asked for. */
export function createAuthority(options: AuthorityOptions): Certificates {
  let opening: Promise<{ der: Der; root: Root }> | undefined

  async function openOnce(): Promise<{ der: Der; root: Root }> {
    const { folder, clock, random } = options
    const der = await loadDer()
    return { der, root: await openRoot(der, { folder, scope: options, clock, random }) }
  }

  function open(): Promise<{ der: Der; root: Root }> {
    opening ??= openOnce().catch((error: unknown) => {
      // A full disk may have room again by the next attempt.
      opening = undefined
      throw error
    })
    return opening
  }

  return {
    async issue(request) {
      const subject = requestSubject(request, options)
      const { days = USUAL_DAYS, purpose } = request
      if (!(days > 0 && days <= MOST_DAYS)) {
        throw new RequestError(`A certificate is valid for up to ${MOST_DAYS} days, and not for ${days}.`)
      }
      const [{ der, root }, leaf] = await Promise.all([open(), makeKey()])
      const now = options.clock.now()
      const certificate = await signCertificate(
        der,
        {
          serial: makeSerial(options.random, leaf.publicKey),
          issuer: root.name,
          subject: distinguishedName(der, subject.commonName),
          notBefore: now - CLOCK_SKEW,
          notAfter: now + days * DAY,
          publicKey: leaf.publicKey,
          extensions: leafExtensions(der, {
            subject,
            purpose,
            keyId: leaf.keyId,
            authorityKeyId: root.keyId,
          }),
        },
        root.key,
      )
      return { key: keyPem(leaf.key), certificate, chain: certificate, authority: root.certificate }
    },
    async authority() {
      return (await open()).root.certificate
    },
  }
}
