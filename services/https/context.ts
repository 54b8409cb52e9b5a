/** What TLS is told of the certificates that a server shows. */
import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import type { Certificate, ServerTlsOptions } from '../../lab/service.ts'
import type { HttpsConfig } from './options.ts'
import { policies, SECURE_OPTIONS } from './policy.ts'

/** A certificate that is shown, and its key. */
export type Shown = Pick<Certificate, 'key' | 'chain'>

/** What the options of a handshake are made of. */
export interface Material {
  /** For every name that has none of its own. */
  readonly first: Shown
  /** By the host's name, which may begin with `*.`. */
  readonly named: ReadonlyMap<string, Shown>
  /** Those whose certificates clients are asked for, as PEM; empty where they are not asked. */
  readonly authority: readonly string[]
  /** The root, as PEM, if it is sent behind a certificate that it has signed. */
  readonly root: string | undefined
  /** Of session tickets; without them no session is resumed. */
  readonly ticketKeys: Buffer | undefined
  readonly staple: ServerTlsOptions['staple']
  /** A key is shown that OpenSSL takes at its lowest security level alone. */
  readonly isWeak?: boolean
}

/** Seconds for which a session can be resumed. */
const SESSION = 7200
/** SSL_OP_NO_TICKET */
const NO_TICKETS = 0x4000
/** Some cipher below TLS 1.3 must stand in a list that sets a security level; the versions of the policy stay. */
const LOWEST_LEVEL = 'ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0'

/** The options of handshakes that show this. */
export function tlsOptions(config: HttpsConfig, material: Material): ServerTlsOptions {
  const { first, named, authority, root, ticketKeys, staple, isWeak = false } = material
  const policy = policies[config.policy]
  const context = ({ key, chain }: Shown): TlsOptions => ({
    ...policy,
    ...(isWeak && { ciphers: `${policy.ciphers}:${LOWEST_LEVEL}` }),
    secureOptions: SECURE_OPTIONS | (ticketKeys === undefined ? NO_TICKETS : 0),
    sessionIdContext: 'telelab',
    key,
    cert: sentChain(chain, root),
    // Without any, Node would read those that it brings, for clients that are asked for nothing.
    ca: [...authority],
  })
  const contexts = new Map([...named].map(([name, shown]) => [name, createSecureContext(context(shown))]))
  return {
    ...context(first),
    ...(ticketKeys && { ticketKeys, sessionTimeout: SESSION }),
    ALPNProtocols: ['http/1.1'],
    requestCert: config.client !== 'off',
    // The client is judged here, where it can be told why.
    rejectUnauthorized: false,
    // Without one, the handshake need not wait for a choice that there is not.
    ...(contexts.size > 0 && { SNICallback: (name, done) => done(null, contextOf(contexts, name)) }),
    ...(staple && { staple }),
  }
}

/** Undefined for the first one (RFC 6066 §3: a name that is not known is no reason to hang up). */
function contextOf(contexts: ReadonlyMap<string, SecureContext>, name: string): SecureContext | undefined {
  const host = name.toLowerCase().replace(/\.$/, '')
  const exact = contexts.get(host)
  if (exact !== undefined) return exact
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    const wild = contexts.get(`*${host.slice(dot)}`)
    if (wild !== undefined) return wild
  }
  return undefined
}

/**
 * What is sent of a chain. Where roots are known, OpenSSL adds the issuers of a certificate that comes alone, and verifies
 * what it has found at every handshake; the root behind it is the same on the wire, and nothing is looked for. In what is
 * sent, too, curl looks for who has signed an OCSP answer.
 */
function sentChain(chain: string, root: string | undefined): string {
  if (root === undefined || chain.split('-----BEGIN CERTIFICATE-----').length > 2) return chain
  return new X509Certificate(chain).checkIssued(new X509Certificate(root)) ? `${chain}\n${root}` : chain
}
