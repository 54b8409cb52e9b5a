/** Client certificates, what `https` makes of them, and where Apache and nginx see them otherwise. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Authority } from '../../../certs/authority.ts'
import { authorityIn, CA, CLIENT, domain, openssl, type Forge, type Shown } from './forge.ts'

/** What the cases are made with. */
export interface Bench {
  readonly certs: Authority
  /** The folder of the authority that issues. */
  readonly stored: string
  /** The folder of the root, which may be the same. */
  readonly root: string
  readonly forge: Forge
  /** Of other authorities. */
  readonly folder: string
}

/** One client certificate. */
export interface Case {
  readonly title: string
  readonly make: (bench: Bench) => Promise<Shown | undefined> | Shown | undefined
  /** Why `https` refuses it, by the word in its journal, `failed` if there was no end of the handshake; undefined lets it in. */
  readonly problem?: string
  /** The peers that do the opposite, and why they may. */
  readonly otherwise?: { readonly peers: readonly ('apache' | 'nginx')[]; readonly why: string }
}

const DAY = 86_400_000
const client = { names: ['nombre1_9721'], purpose: 'client' } as const
const both = ['apache', 'nginx'] as const

/** Certificates that have nothing to do with the first. */
function ballast({ forge }: Bench, octets: number): string {
  const comment = `nsComment=${'x'.repeat(10_000)}`
  const { chain } = forge.selfSign({ subject: '/CN=ballast', extensions: comment })
  const size = Buffer.from(chain.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').length
  return chain.repeat(Math.floor(octets / size))
}

async function twin({ forge, stored }: Bench): Promise<Shown> {
  const path = join(stored, 'cacert.pem')
  const line = openssl(stored, 'x509', '-in', path, '-noout', '-subject', '-nameopt', 'compat')
  const subject = line.trim().replace(/^subject=/, '')
  const issuer = forge.authority(forge.selfSign({ subject, extensions: 'nsComment=twin' }), 'twin')
  return forge.sign(issuer)
}

async function revoked({ certs }: Bench): Promise<Shown> {
  const made = await certs.issueNew(client)
  const entry = (await certs.list()).at(-1)
  await certs.revoke(entry?.serial ?? '', 'keyCompromise')
  return made
}

function revokedByOpenssl({ forge, stored }: Bench): Shown {
  const made = forge.register(stored)
  const path = forge.write('revoked.pem', made.chain)
  openssl(stored, 'ca', '-config', 'openssl.cnf', '-revoke', path)
  return made
}

/** The same certificate with another signature. */
function altered({ key, chain }: Shown): Shown {
  const der = Buffer.from(chain.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1)
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return { key, chain: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n` }
}

async function requested({ certs, forge }: Bench, ...kind: readonly string[]): Promise<Shown> {
  const { key, csr } = forge.request({ key: kind })
  const { chain } = await certs.sign(csr, client)
  return { key, chain }
}

/** Cases that are let in. */
const good: readonly Case[] = [
  { title: 'a client of the lab', make: ({ certs }) => certs.issueNew(client) },
  { title: 'an RSA key', make: ({ certs }) => certs.issueNew(client, 'rsa2048') },
  { title: 'a key on P-384', make: ({ certs }) => certs.issueNew(client, 'p384') },
  { title: 'an Ed25519 key, by request', make: (bench) => requested(bench, 'ed25519') },
  { title: 'an Ed448 key, by request', make: (bench) => requested(bench, 'ed448') },
  {
    title: 'a key on P-521, by request',
    make: (bench) => requested(bench, 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'),
  },
  {
    title: 'a peer',
    make: ({ certs }) => certs.issueNew({ names: [`host.${domain}`], purpose: 'peer' }),
  },
  {
    title: 'a name too long for the subject',
    make: ({ certs }) => certs.issueNew({ names: [`${'a'.repeat(60)}.host.${domain}`], purpose: 'client' }),
  },
  { title: 'one of openssl ca', make: ({ forge, stored }) => forge.register(stored) },
  {
    title: 'a critical extended key usage',
    make: ({ forge, stored }) =>
      forge.register(stored, { extensions: 'extendedKeyUsage=critical,serverAuth,clientAuth' }),
  },
  {
    title: 'an unknown extension',
    make: ({ forge, stored }) => forge.register(stored, { extensions: `${CLIENT}\n1.2.3.4=DER:0500` }),
  },
  {
    title: 'its root in the chain',
    make: async ({ certs }) => {
      const { key, chain } = await certs.issueNew(client)
      return { key, chain: chain + (await certs.authority()) }
    },
  },
  {
    title: '90 KB of others in the chain',
    make: async (bench) => {
      const { key, chain } = await bench.certs.issueNew(client)
      return { key, chain: chain + ballast(bench, 90_000) }
    },
  },
]

const NO_REGISTER = 'whoever holds the authority can make certificates that its register does not know'
const NO_USAGE = 'RFC 5280 §4.2.1.12: without the extension any use is allowed; the lab wants it said'

/** Cases that are refused. */
const bad: readonly Case[] = [
  { title: 'no certificate', make: () => undefined, problem: 'client-missing' },
  {
    title: 'a server',
    make: ({ certs }) => certs.issueNew({ names: [`www.${domain}`], purpose: 'server' }),
    problem: 'client-purpose',
  },
  {
    title: 'no extended key usage',
    make: ({ forge, stored }) => forge.register(stored, { extensions: 'nsComment=none' }),
    problem: 'client-purpose',
    otherwise: { peers: both, why: NO_USAGE },
  },
  {
    title: 'any extended key usage',
    make: ({ forge, stored }) =>
      forge.register(stored, { extensions: 'extendedKeyUsage=anyExtendedKeyUsage' }),
    problem: 'client-purpose',
  },
  {
    title: 'one for mail',
    make: ({ forge, stored }) => forge.register(stored, { extensions: 'extendedKeyUsage=emailProtection' }),
    problem: 'client-purpose',
  },
  {
    title: 'a key that may only encipher',
    make: ({ forge, stored }) =>
      forge.register(stored, { extensions: `${CLIENT}\nkeyUsage=critical,keyEncipherment` }),
    problem: 'client-purpose',
  },
  {
    title: 'an authority',
    make: ({ forge, stored }) => forge.register(stored, { extensions: `${CA}\n${CLIENT}` }),
    problem: 'client-purpose',
  },
  {
    title: "the lab's root itself",
    make: ({ stored }) => ({
      key: readFileSync(join(stored, 'private', 'cakey.pem'), 'utf8'),
      chain: readFileSync(join(stored, 'cacert.pem'), 'utf8'),
    }),
    problem: 'client-unknown',
  },
  {
    title: 'an expired one',
    make: ({ stored }) => authorityIn(stored, Date.now() - 20 * DAY).issueNew({ ...client, days: 10 }),
    problem: 'client-expired',
  },
  {
    title: 'one of tomorrow',
    make: ({ stored }) => authorityIn(stored, Date.now() + 20 * DAY).issueNew(client),
    problem: 'client-future',
  },
  { title: 'a revoked one', make: revoked, problem: 'client-revoked' },
  { title: 'one that openssl ca has revoked', make: revokedByOpenssl, problem: 'client-revoked' },
  {
    title: 'one of another authority',
    make: ({ folder }) => authorityIn(join(folder, 'other')).issueNew(client),
    problem: 'client-unknown',
  },
  { title: 'one of another authority with the same name', make: twin, problem: 'client-unknown' },
  { title: 'a self-signed one', make: ({ forge }) => forge.selfSign(), problem: 'client-unknown' },
  {
    title: 'one that the register does not know',
    make: ({ forge, stored }) => forge.sign(stored),
    problem: 'client-unknown',
    otherwise: { peers: both, why: NO_REGISTER },
  },
  {
    title: 'another signature',
    make: async ({ certs }) => altered(await certs.issueNew(client)),
    problem: 'client-unknown',
  },
  {
    title: 'a critical unknown extension',
    make: ({ forge, stored }) =>
      forge.register(stored, { extensions: `${CLIENT}\n1.2.3.4=critical,DER:0500` }),
    problem: 'client-extension',
  },
  {
    title: 'a mailbox outside of the name constraints',
    make: ({ forge, stored }) =>
      forge.register(stored, { extensions: `${CLIENT}\nsubjectAltName=email:ana@example.com` }),
    problem: 'client-names',
  },
  {
    title: 'a common name outside of the name constraints',
    make: ({ forge, stored }) => forge.register(stored, { subject: '/CN=www.example.com' }),
    problem: 'client-names',
  },
  {
    title: 'an RSA key of 1024 bits',
    make: ({ forge, stored }) => forge.register(stored, { key: ['rsa:1024'] }),
    problem: 'client-weak',
  },
  {
    title: 'a signature over SHA-1',
    make: ({ forge, stored }) => forge.register(stored, { digest: 'sha1' }),
    problem: 'client-weak',
  },
  {
    title: 'a chain of more than 100 KB',
    make: async (bench) => {
      const { key, chain } = await bench.certs.issueNew(client)
      return { key, chain: chain + ballast(bench, 120_000) }
    },
    problem: 'failed',
  },
]

/** All cases. */
export const cases: readonly Case[] = [...good, ...bad]
