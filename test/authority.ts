import { randomBytes } from 'node:crypto'
import { createAuthority, type Authority, type AuthorityOptions } from '../certs/authority.ts'

/** The authority of a folder as a lab on the loopback has it, but for what is given. */
export function labAuthority(folder: string, options: Partial<AuthorityOptions> = {}): Authority {
  return createAuthority({
    folder,
    domain: 'sstt9721.org',
    addresses: ['127.0.0.1'],
    clock: Date,
    random: { bytes: (count) => randomBytes(count) },
    ...options,
  })
}
