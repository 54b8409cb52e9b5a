/** Which servers take the mail of a domain (RFC 5321 §5). */
import { isIP } from 'node:net'
import { canonicalAddress } from '../../../lab/kit/address.ts'
import type { Lookup, MailHost, Resolver } from '../../../lab/kit/resolver.ts'
import type { Address, Random } from '../../../lab/service.ts'
import { literalAddress } from '../address.ts'
import type { MailConfig } from '../options.ts'
import { deferred, failed, type Outcome } from './reply.ts'

/** A server with one of its addresses. */
export interface Target extends Address {
  /** Its name, for people. */
  readonly name: string
}

/** What finds servers. */
export interface HostFinderOptions {
  readonly config: Pick<MailConfig, 'routes' | 'outgoingPort'>
  readonly hostname: string
  readonly resolver: Pick<Resolver, 'a' | 'aaaa' | 'mx'>
  readonly random: Pick<Random, 'integer'>
  /** Where this server listens, so that it does not talk to itself. */
  readonly own: () => readonly Address[]
}

/** Mail hosts of a domain that are looked at, and addresses that are tried. */
const MOST_HOSTS = 10
const MOST_TARGETS = 10

/** Splits `host`, `host:port` or `[address]:port`. */
export function splitHostPort(text: string, port: number): Address {
  const [, six, name = text, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: six ?? name, port: digits === undefined ? port : Number(digits) }
}

/** Finds the servers of a domain, best first; or what becomes of its mail. */
export class HostFinder {
  readonly #options: HostFinderOptions

  constructor(options: HostFinderOptions) {
    this.#options = options
  }

  async find(domain: string): Promise<readonly Target[] | Outcome> {
    const { config } = this.#options
    // Anybody may write to x@constructor.
    const route = config.routes[Object.hasOwn(config.routes, domain) ? domain : '*']
    if (route !== undefined) return this.#route(splitHostPort(route, config.outgoingPort))
    const literal = literalAddress(domain)
    if (literal !== undefined) return this.#foreign([{ name: domain, ...this.#at(literal) }])
    if (domain.startsWith('[')) return failed(550, '5.1.2', `${domain} is no address`)
    const answer = await this.#options.resolver.mx(domain)
    if (answer.kind === 'failed') return deferred('4.4.3', answer.why)
    // RFC 5321 §5.1: without MX, the domain is its own mail host.
    if (answer.kind === 'none')
      return answer.missing === 'name'
        ? failed(550, '5.1.2', `there is no domain ${domain}`)
        : this.#addresses([{ preference: 0, host: domain }], domain)
    const [only, ...others] = answer.records
    // RFC 7505 §3
    if (others.length === 0 && only?.host === '') return failed(556, '5.1.10', `${domain} takes no mail`)
    return this.#addresses(this.#order(answer.records), domain)
  }

  async #route({ host, port }: Address): Promise<readonly Target[] | Outcome> {
    if (isIP(host) !== 0) return [{ name: host, host, port }]
    const found = await this.#lookup(host)
    if ('kind' in found) return found
    if (found.length > 0) return found.map((address) => ({ name: host, host: address, port }))
    // A name of this machine's own, such as localhost, which no name server knows.
    return [{ name: host, host, port }]
  }

  /** By preference, and by chance where that is equal. */
  #order(hosts: readonly MailHost[]): readonly MailHost[] {
    return hosts
      .filter(({ host }) => host !== '')
      .map((host) => ({ ...host, chance: this.#options.random.integer(0, 2 ** 31) }))
      .toSorted((one, other) => one.preference - other.preference || one.chance - other.chance)
  }

  async #addresses(hosts: readonly MailHost[], domain: string): Promise<readonly Target[] | Outcome> {
    const better = this.#betterThanUs(hosts)
    let ours = better.length < hosts.length ? Number.POSITIVE_INFINITY : undefined
    const ranked: { readonly target: Target; readonly preference: number }[] = []
    let trouble: Outcome | undefined
    for (const { host, preference } of better.slice(0, MOST_HOSTS)) {
      const found = await this.#lookup(host)
      if ('kind' in found) {
        trouble = found
        continue
      }
      const here = found.map((address) => ({ name: host, ...this.#at(address) }))
      if (here.some((target) => this.#isUs(target))) ours = Math.min(ours ?? preference, preference)
      ranked.push(...here.map((target) => ({ target, preference })))
    }
    // RFC 5321 §5.1: what is no better than ourselves is left out.
    const targets = ranked.filter(({ preference }) => ours === undefined || preference < ours)
    if (targets.length > 0) return targets.slice(0, MOST_TARGETS).map(({ target }) => target)
    if (trouble !== undefined) return trouble
    if (ours !== undefined) return failed(554, '5.4.6', `mail for ${domain} comes back to this server`)
    return failed(550, '5.4.4', `no mail host of ${domain} has an address`)
  }

  #betterThanUs(hosts: readonly MailHost[]): readonly MailHost[] {
    const { hostname } = this.#options
    const us = hosts.find(({ host }) => host.toLowerCase().replace(/\.$/, '') === hostname.toLowerCase())
    return us === undefined ? hosts : hosts.filter(({ preference }) => preference < us.preference)
  }

  #foreign(targets: readonly Target[]): readonly Target[] | Outcome {
    return targets.some((target) => this.#isUs(target))
      ? failed(554, '5.4.6', 'the address is this server itself')
      : targets
  }

  #isUs({ host, port }: Address): boolean {
    return this.#options
      .own()
      .some((own) => own.port === port && canonicalAddress(own.host) === canonicalAddress(host))
  }

  #at(host: string): Address {
    return { host, port: this.#options.config.outgoingPort }
  }

  /** The addresses of a host, IPv4 first; none if it has none. */
  async #lookup(name: string): Promise<readonly string[] | Outcome> {
    const { resolver } = this.#options
    const answers: readonly Lookup<string>[] = await Promise.all([resolver.a(name), resolver.aaaa(name)])
    const found = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []))
    if (found.length > 0) return found
    const [trouble] = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.why] : []))
    return trouble === undefined ? [] : deferred('4.4.3', trouble)
  }
}
