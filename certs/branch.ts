/** What an authority's folder holds: a root, perhaps an intermediate under it, and the register of each. */
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthorityOptions, Signed } from './authority.ts'
import { nameLine } from './certificate.ts'
import { loadDer, type Der } from './der.ts'
import { issuerName, openIssuer, type Issuer } from './issuer.ts'
import { Register } from './register.ts'

/** What signs, and the register of what it has signed. */
export interface Branch {
  readonly issuer: Issuer
  readonly register: Register
}

/** The folder of an authority, ready to sign. */
export interface Opened {
  readonly der: Der
  readonly root: Branch
  /** The intermediate, or the root itself. */
  readonly active: Branch
}

/** Opens, or makes, the root and the intermediate if there is to be one. */
export async function openFolder(options: AuthorityOptions): Promise<Opened> {
  const { folder, keyKind, clock, random, pointers } = options
  const der = await loadDer()
  const common = { scope: options, clock, random, ...(keyKind && { keyKind }) }
  const above = await openIssuer(der, { ...common, folder })
  const root = { issuer: above, register: new Register(folder) }
  if (options.intermediate !== true && !existsSync(intermediateIn(options)))
    return { der, root, active: root }
  const below = join(folder, 'intermediate')
  const { ocsp, root: own } = pointers?.() ?? {}
  const named = ocsp !== undefined && own !== undefined ? { ...own, ocsp } : undefined
  const issuer = await openIssuer(der, { ...common, folder: below, root: above, pointers: named })
  const { serialNumber, validToDate } = new X509Certificate(issuer.certificate)
  // As all that the root signs it can be revoked, and its own issuer's list says so.
  const entry = {
    serial: serialNumber,
    notAfter: validToDate.getTime(),
    subject: nameLine(issuerName('intermediate', issuer)),
  }
  if ((await root.register.find(serialNumber)) === undefined)
    await root.register.add(entry, issuer.certificate)
  return { der, root, active: { issuer, register: new Register(below) } }
}

/** The certificate of an intermediate, if there is one. */
export function intermediateIn({ folder }: Pick<AuthorityOptions, 'folder'>): string {
  return join(folder, 'intermediate', 'cacert.pem')
}

/** The root, and the intermediate if there is one. */
export function branchesOf({ root, active }: Opened): readonly Branch[] {
  return root === active ? [root] : [root, active]
}

/** Where the key of a certificate is kept, if it was made here. */
export function keyPath({ register }: Branch, serial: string): string {
  return join(register.folder, 'private', `${serial}.pem`)
}

/** A certificate with what leads to the root. */
export function signedBy({ root, active }: Opened, branch: Branch, certificate: string): Signed {
  const chain = branch === root || root === active ? certificate : certificate + branch.issuer.certificate
  return { certificate, chain, authority: root.issuer.certificate }
}

/** Whether the root has revoked the intermediate: one of its certificates is enough, for they all are of one key. */
export function isWithdrawn(root: Branch, { issuer }: Branch): Promise<boolean> {
  return root.register.hasRevoked(nameLine(issuerName('intermediate', issuer)))
}
