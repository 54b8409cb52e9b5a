/** The certificates of a lab, whose domain and address may change while it runs. */
import type { Authority } from '../../certs/authority.ts'
import type { CertificatePointers, Certificates, Clock, Fact, Random } from '../service.ts'
import { Issuance } from './issuance.ts'
import { writePointers } from './pointers.ts'

/** What the certificates of a lab are made of. */
export interface CertificatesOptions {
  readonly folder: string
  /** Asked at each request: the present domain, and the address at which clients reach the lab. */
  readonly scope: () => { readonly domain: string; readonly address: string }
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  /** Hears of what is issued and revoked. */
  readonly record?: (fact: Fact) => void
  /** Hears of what fails with nobody else to hear it. */
  readonly failed?: (error: unknown) => void
}

/** The certificates as the World's owner holds them; disposing of them ends what is told of them. */
export type LabCertificates = Certificates & Disposable

/** Keeps one authority, whose root is certified anew, with the same key, when the lab's domain or address has changed. */
export function createCertificates({
  folder,
  scope,
  clock,
  random,
  record = () => undefined,
  failed = () => undefined,
}: CertificatesOptions): LabCertificates {
  const issuance = new Issuance(folder, record, failed)
  let current: { domain: string; address: string; authority: Authority } | undefined
  let published: CertificatePointers | undefined
  let told: Disposable | undefined
  let following: Promise<void> | undefined

  /** Loaded on first use: a lab without certificates does not pay for them. */
  async function authority(): Promise<Authority> {
    const { createAuthority } = await import('../../certs/authority.ts')
    const { domain, address } = scope()
    if (current?.domain !== domain || current.address !== address) {
      const options = { folder, domain, addresses: [address], clock, random, pointers: () => published }
      current = { domain, address, authority: createAuthority(options) }
      following = issuance.follow(current.authority).catch(failed)
    }
    // What is asked for now is not to be taken for what was there before.
    await following
    return current.authority
  }

  return {
    [Symbol.dispose]: () => issuance[Symbol.dispose](),
    issue: async (request) => (await authority()).issue(request),
    authority: async () => (await authority()).authority(),
    issuer: async () => (await authority()).issuer(),
    standing: async (serial) => (await authority()).standing(serial),
    crl: async (of) => (await authority()).crl(of),
    ocsp: async (request) => (await authority()).ocsp(request),
    status: async (serial, pretence) => (await authority()).status(serial, pretence),
    publish(pointers) {
      told?.[Symbol.dispose]()
      published = pointers
      told = writePointers(folder, pointers)
      return {
        [Symbol.dispose]() {
          if (published !== pointers) return
          published = undefined
          told?.[Symbol.dispose]()
          told = undefined
        },
      }
    },
  }
}
