/** What a scenario can break in the certificates of a handshake (`at: tls.certificate`). */
import type { ServerTlsOptions, ServiceContext } from '../../lab/service.ts'
import { tlsOptions, type Material, type Shown } from './context.ts'
import { firstNames, ownAddresses, serialOf, type ServerKeys } from './keys.ts'
import type { CertificateFault, HttpsConfig } from './options.ts'

/** The most names that go into one certificate beside its addresses. */
const MOST_NAMES = 90

/** The options of handshakes that go wrong, each made when it is asked for first, and anew with the server's certificates. */
export class BrokenKeys {
  readonly #ctx: ServiceContext<HttpsConfig>
  readonly #keys: Pick<ServerKeys, 'material'>
  readonly #made = new Map<string, Promise<ServerTlsOptions>>()
  #of: Material | undefined

  constructor(ctx: ServiceContext<HttpsConfig>, keys: Pick<ServerKeys, 'material'>) {
    this.#ctx = ctx
    this.#keys = keys
  }

  /** The options of a handshake with this fault; the same object while nothing has changed. */
  options(fault: CertificateFault): Promise<ServerTlsOptions> {
    const { material } = this.#keys
    if (material !== this.#of) this.#made.clear()
    this.#of = material
    const name = faultName(fault)
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const making = this.#make(fault, material).catch((error: unknown) => {
      // A full disk may have room again by the next handshake.
      if (this.#made.get(name) === making) this.#made.delete(name)
      throw error
    })
    this.#made.set(name, making)
    return making
  }

  async #make({ show, ask, staple }: CertificateFault, material: Material): Promise<ServerTlsOptions> {
    const { config, log, world } = this.#ctx
    const { certificates } = world
    if (show === 'weak key')
      log.warn({ fault: show }, 'a weak key is shown, as the scenario wants it; never do so elsewhere')
    return tlsOptions(config, {
      ...material,
      ...(show && { first: await this.#shown(show), named: new Map(), staple: undefined }),
      ...(ask && config.client !== 'off' && { authority: [await this.#stranger()] }),
      ...(staple && {
        staple: (shown) => certificates.status(serialOf(shown), staple),
        root: await certificates.authority(),
      }),
      isWeak: show === 'weak key',
      // Whoever resumed a session would be shown nothing.
      ticketKeys: undefined,
    })
  }

  #shown(show: NonNullable<CertificateFault['show']>): Promise<Shown> {
    const { config, world } = this.#ctx
    const purpose = 'server'
    if (show === 'wrong name')
      return this.#ctx.certificate({ names: [`wrong-name.${world.domain}`], purpose })
    // In place of all certificates; of the scenario's own names the lab's authority may know nothing.
    const names =
      config.certificate === undefined
        ? [...firstNames(this.#ctx), ...Object.keys(config.hosts)]
        : [`www.${world.domain}`, world.domain, 'localhost']
    const addresses = ownAddresses(this.#ctx)
    return this.#ctx.certificate({ names: names.slice(0, MOST_NAMES), addresses, purpose, flaw: show })
  }

  /** A certificate whose name none of the lab's issuers has; nothing more is told to clients. */
  async #stranger(): Promise<string> {
    const names = [`other-authority.${this.#ctx.world.domain}`]
    return (await this.#ctx.certificate({ names, purpose: 'server', flaw: 'self-signed' })).certificate
  }
}

/** The fault in words, for facts. */
export function faultName({ show, ask, staple }: CertificateFault): string {
  const asked = ask && `ask ${ask}`
  const stapled = staple && `staple ${staple}`
  return [show, asked, stapled].filter((part) => part !== undefined).join(', ')
}
