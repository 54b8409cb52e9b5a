/** The certificate that the server shows, renewed while it runs. */
import type { TlsOptions } from 'node:tls'
import { readFault } from '../../lab/kit/fault.ts'
import { keepRenewed } from '../../lab/kit/renewal.ts'
import type { ServiceContext } from '../../lab/service.ts'
import { certificateFault, type Flaw } from './faults.ts'
import { hostnameOf } from './hostname.ts'
import { TLS, type MailConfig } from './options.ts'

/** What TLS is told at each handshake. */
export class MailKeys {
  readonly #ctx: ServiceContext<MailConfig>
  #options: TlsOptions = {}
  /** Certificates that are shown because the scenario wants it, each made when it is asked for first. */
  readonly #broken = new Map<Flaw, Promise<TlsOptions>>()

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

  /** For the next handshake with that client; the same object while nothing has changed. */
  options(client: string): TlsOptions | Promise<TlsOptions> {
    const fault = this.#ctx.fault('mail.certificate', { client })
    return fault === undefined ? this.#options : this.#flawed(readFault(certificateFault, fault).show)
  }

  #flawed(show: Flaw): Promise<TlsOptions> {
    const known = this.#broken.get(show)
    if (known !== undefined) return known
    const purpose = 'server'
    const making = this.#ctx
      .certificate(
        show === 'wrong name'
          ? { names: [`wrong-name.${this.#ctx.world.domain}`], purpose }
          : { names: this.#names, addresses: this.#addresses, purpose, flaw: show },
      )
      .then(({ key, chain }) => ({ ...TLS, key, cert: chain }))
      .catch((error: unknown) => {
        this.#ctx.log.error(
          { err: error, fault: show },
          'no such certificate can be made; the right one is shown',
        )
        // A full disk may have room again by the next handshake.
        this.#broken.delete(show)
        return this.#options
      })
    this.#broken.set(show, making)
    return making
  }

  async #load(): Promise<void> {
    const { key, chain } = await this.#certificate()
    if (chain === this.#options.cert) return
    this.#broken.clear()
    this.#options = { ...TLS, key, cert: chain }
  }

  async #certificate(): Promise<{ readonly key: string; readonly chain: string }> {
    const { config, files } = this.#ctx
    if (config.certificate !== undefined)
      return { key: files.text(config.certificate.key), chain: files.text(config.certificate.certificate) }
    return this.#ctx.certificate({ names: this.#names, addresses: this.#addresses, purpose: 'server' })
  }

  get #addresses(): readonly string[] {
    return [...new Set([this.#ctx.world.address, '127.0.0.1'])]
  }

  get #names(): readonly string[] {
    const { domain } = this.#ctx.world
    const names = [
      hostnameOf(this.#ctx),
      `mail.${domain}`,
      `smtp.${domain}`,
      `pop.${domain}`,
      domain,
      'localhost',
    ]
    return [...new Set(names)].filter((name) => name === 'localhost' || `.${name}`.endsWith(`.${domain}`))
  }
}
