/** The certificates that the server shows, one for each of its hosts, renewed while it runs. */
import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import type { Certificate, ServiceContext } from '../../lab/service.ts'
import type { HttpsConfig } from './options.ts'
import { policies, SECURE_OPTIONS } from './policy.ts'

/** Milliseconds between two looks at whether a certificate is near its end. */
const LOOK = 3_600_000
/** Octets of the keys of session tickets. */
const TICKET_KEYS = 48
/** Seconds for which a session can be resumed. */
const SESSION = 7200

type Shown = Pick<Certificate, 'key' | 'chain'>

/** What TLS is told at each handshake. */
export class ServerKeys {
  readonly #ctx: ServiceContext<HttpsConfig>
  readonly #ticketKeys: Buffer
  #contexts: ReadonlyMap<string, SecureContext> = new Map()
  #options: TlsOptions = {}
  /** What is shown now, to see whether it has changed. */
  #mark = ''

  constructor(ctx: ServiceContext<HttpsConfig>) {
    this.#ctx = ctx
    this.#ticketKeys = ctx.random.bytes(TICKET_KEYS)
  }

  /** The options of the next handshake; the same object while nothing has changed. */
  get options(): TlsOptions {
    return this.#options
  }

  /** Gets the certificates, and from then on new ones before they end; those connections that are open stay. */
  async start(): Promise<void> {
    await this.#load()
    this.#await()
  }

  #await(): void {
    const { clock, signal, log } = this.#ctx
    const timer = clock.timer(LOOK, () => {
      this.#load()
        .catch((error: unknown) =>
          log.error({ error: String(error) }, 'the certificate could not be renewed; the old one stays'),
        )
        .finally(() => {
          if (!signal.aborted) this.#await()
        })
    })
    signal.addEventListener('abort', () => timer.cancel(), { once: true })
  }

  async #load(): Promise<void> {
    const { config, world } = this.#ctx
    const first = await this.#certificate(
      config.names ?? [`www.${world.domain}`, world.domain, 'localhost'],
      true,
    )
    const named = new Map<string, Shown>()
    if (config.certificate === undefined)
      for (const name of Object.keys(config.hosts)) named.set(name, await this.#certificate([name], false))
    const authority =
      config.client === 'off' ? [] : [await world.certificates.authority(), await world.certificates.issuer()]
    const mark = JSON.stringify([first, ...named.values()].map(({ chain }) => chain))
    if (mark === this.#mark) return
    this.#mark = mark
    const context = ({ key, chain }: Shown): TlsOptions => ({
      ...policies[config.policy],
      secureOptions: SECURE_OPTIONS | (config.tickets ? 0 : NO_TICKETS),
      sessionIdContext: 'telelab',
      key,
      cert: sentChain(chain, authority[0]),
      // Without any, Node would read those that it brings, for clients that are asked for nothing.
      ca: authority,
    })
    this.#contexts = new Map([...named].map(([name, shown]) => [name, createSecureContext(context(shown))]))
    this.#options = {
      ...context(first),
      ...(config.tickets && { ticketKeys: this.#ticketKeys, sessionTimeout: SESSION }),
      ALPNProtocols: ['http/1.1'],
      requestCert: config.client !== 'off',
      // The client is judged here, where it can be told why.
      rejectUnauthorized: false,
      // Without one, the handshake need not wait for a choice that there is not.
      ...(named.size > 0 && { SNICallback: (name, done) => done(null, this.#contextOf(name)) }),
    }
  }

  /** Undefined for the first one (RFC 6066 §3: a name that is not known is no reason to hang up). */
  #contextOf(name: string): SecureContext | undefined {
    const host = name.toLowerCase().replace(/\.$/, '')
    const exact = this.#contexts.get(host)
    if (exact !== undefined) return exact
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const wild = this.#contexts.get(`*${host.slice(dot)}`)
      if (wild !== undefined) return wild
    }
    return undefined
  }

  async #certificate(names: readonly string[], hasAddress: boolean): Promise<Shown> {
    const { config, files, world } = this.#ctx
    if (config.certificate !== undefined)
      return { key: files.text(config.certificate.key), chain: files.text(config.certificate.certificate) }
    const addresses = hasAddress ? [...new Set([world.address, '127.0.0.1'])] : []
    return this.#ctx.certificate({ names, addresses, purpose: 'server' })
  }
}

/**
 * What is sent of a chain. Where roots are known, OpenSSL adds the issuers of a certificate that comes alone, and verifies
 * what it has found at every handshake; the root behind it is the same on the wire, and nothing is looked for.
 */
function sentChain(chain: string, root: string | undefined): string {
  if (root === undefined || chain.split('-----BEGIN CERTIFICATE-----').length > 2) return chain
  return new X509Certificate(chain).checkIssued(new X509Certificate(root)) ? `${chain}\n${root}` : chain
}

/** SSL_OP_NO_TICKET */
const NO_TICKETS = 0x4000
