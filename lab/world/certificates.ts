/** The certificates of a lab, whose domain and address may change while it runs. */
import { createAuthority } from '../../certs/authority.ts'
import type { Certificates, Clock, Random } from '../service.ts'

/** What the certificates of a lab are made of. */
export interface CertificatesOptions {
  readonly folder: string
  /** Asked at each request: the present domain, and the address at which clients reach the lab. */
  readonly scope: () => { readonly domain: string; readonly address: string }
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

/** Keeps one authority, whose root is certified anew, with the same key, when the lab's domain or address has changed. */
export function createCertificates({ folder, scope, clock, random }: CertificatesOptions): Certificates {
  let current: { domain: string; address: string; authority: Certificates } | undefined

  function authority(): Certificates {
    const { domain, address } = scope()
    if (current?.domain !== domain || current.address !== address) {
      const made = createAuthority({ folder, domain, addresses: [address], clock, random })
      current = { domain, address, authority: made }
    }
    return current.authority
  }

  return {
    issue: async (request) => authority().issue(request),
    authority: async () => authority().authority(),
  }
}
