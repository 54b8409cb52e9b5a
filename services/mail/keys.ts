/** The certificate that the server shows, renewed while it runs. */
import type { TlsOptions } from 'node:tls'
import { keepRenewed } from '../../lab/kit/renewal.ts'
import type { ServiceContext } from '../../lab/service.ts'
import { hostnameOf } from './hostname.ts'
import { TLS, type MailConfig } from './options.ts'

/** What TLS is told at each handshake. */
export class MailKeys {
  readonly #ctx: ServiceContext<MailConfig>
  #options: TlsOptions = {}

  private constructor(ctx: ServiceContext<MailConfig>) {
    this.#ctx = ctx
  }

  /** Gets a certificate, and from then on a new one before it ends. */
  static async open(ctx: ServiceContext<MailConfig>): Promise<MailKeys> {
    const keys = new MailKeys(ctx)
    await keys.#load()
    keepRenewed(ctx, () => keys.#load())
    return keys
  }

  /** The same object while nothing has changed. */
  get options(): TlsOptions {
    return this.#options
  }

  async #load(): Promise<void> {
    const { key, chain } = await this.#certificate()
    if (chain === this.#options.cert) return
    this.#options = { ...TLS, key, cert: chain }
  }

  async #certificate(): Promise<{ readonly key: string; readonly chain: string }> {
    const { config, files, world } = this.#ctx
    if (config.certificate !== undefined)
      return { key: files.text(config.certificate.key), chain: files.text(config.certificate.certificate) }
    const { domain } = world
    const names = [
      hostnameOf(this.#ctx),
      `mail.${domain}`,
      `smtp.${domain}`,
      `pop.${domain}`,
      domain,
      'localhost',
    ]
    return this.#ctx.certificate({
      names: [...new Set(names)].filter((name) => name === 'localhost' || `.${name}`.endsWith(`.${domain}`)),
      addresses: [...new Set([world.address, '127.0.0.1'])],
      purpose: 'server',
    })
  }
}
