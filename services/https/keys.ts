/** The certificates that the server shows, one for each of its hosts, renewed while it runs. */
import { X509Certificate } from 'node:crypto'
import { keepRenewed } from '../../lab/kit/renewal.ts'
import type { ServerTlsOptions, ServiceContext } from '../../lab/service.ts'
import { tlsOptions, type Material, type Shown } from './context.ts'
import type { HttpsConfig } from './options.ts'

/** Octets of the keys of session tickets. */
const TICKET_KEYS = 48

/** What TLS is told at each handshake. */
export class ServerKeys {
  readonly #ctx: ServiceContext<HttpsConfig>
  readonly #ticketKeys: Buffer
  #material: Material | undefined
  #options: ServerTlsOptions = {}
  /** What is shown now, to see whether it has changed. */
  #mark = ''

  constructor(ctx: ServiceContext<HttpsConfig>) {
    this.#ctx = ctx
    this.#ticketKeys = ctx.random.bytes(TICKET_KEYS)
  }

  /** The options of the next handshake; the same object while nothing has changed. */
  get options(): ServerTlsOptions {
    return this.#options
  }

  /** What they are made of; another object after each look at whether it must be renewed. */
  get material(): Material {
    if (this.#material === undefined) throw new TypeError('no certificates before the start')
    return this.#material
  }

  /** Gets the certificates, and from then on new ones before they end; those connections that are open stay. */
  async start(): Promise<void> {
    await this.#load()
    keepRenewed(this.#ctx, () => this.#load())
  }

  async #load(): Promise<void> {
    const { config, world } = this.#ctx
    const first = await this.#certificate(firstNames(this.#ctx), true)
    const named = new Map<string, Shown>()
    if (config.certificate === undefined)
      for (const name of Object.keys(config.hosts)) named.set(name, await this.#certificate([name], false))
    const authority =
      config.client === 'off'
        ? []
        : [...new Set([await world.certificates.authority(), await world.certificates.issuer()])]
    // The lab can answer for no certificates but its own.
    const isStapled = config.staple && config.certificate === undefined
    const material = {
      first,
      named,
      authority,
      root: isStapled ? await world.certificates.authority() : authority[0],
      ticketKeys: config.tickets ? this.#ticketKeys : undefined,
      staple: isStapled
        ? (certificate: Buffer) => world.certificates.status(serialOf(certificate))
        : undefined,
    }
    this.#material = material
    const mark = JSON.stringify([first, ...named.values()].map(({ chain }) => chain))
    if (mark === this.#mark) return
    this.#mark = mark
    this.#options = tlsOptions(config, material)
  }

  async #certificate(names: readonly string[], hasAddress: boolean): Promise<Shown> {
    const { config, files } = this.#ctx
    if (config.certificate !== undefined)
      return { key: files.text(config.certificate.key), chain: files.text(config.certificate.certificate) }
    const addresses = hasAddress ? ownAddresses(this.#ctx) : []
    return this.#ctx.certificate({ names, addresses, purpose: 'server' })
  }
}

/** The names of the first certificate. */
export function firstNames({ config, world }: ServiceContext<HttpsConfig>): readonly string[] {
  return config.names ?? [`www.${world.domain}`, world.domain, 'localhost']
}

/** The addresses at which clients find the server. */
export function ownAddresses({ world }: ServiceContext<HttpsConfig>): readonly string[] {
  return [...new Set([world.address, '127.0.0.1'])]
}

/** The serial number of a certificate (DER), in hexadecimal. */
export function serialOf(certificate: Buffer): string {
  return new X509Certificate(certificate).serialNumber
}
