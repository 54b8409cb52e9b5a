/** Who is here: the accounts, and all the names that lead to them. */
import { canonicalAddress } from '../../../lab/kit/address.ts'
import type { Account, World } from '../../../lab/service.ts'
import { literalAddress, quote, splitAddress } from '../address.ts'
import { isOwnDomain } from '../hostname.ts'
import type { MailConfig } from '../options.ts'

/** Aliases that lead from one to the next. */
const DEEPEST = 20
/** Addresses that one name may stand for. */
const MOST = 10_000

/** Names whose mail is always taken (RFC 5321 §4.5.1, RFC 2142 §2). */
const DUTIES: readonly string[] = ['postmaster', 'abuse']

/** Where the mail for an address goes. */
export interface Destinations {
  readonly accounts: readonly Account[]
  /** Addresses of other servers, each as somebody wrote it. */
  readonly remote: readonly string[]
}

/** What a directory is made of. */
export interface DirectoryOptions {
  readonly config: Pick<MailConfig, 'domains' | 'aliases' | 'postmaster' | 'tag' | 'catchAll'>
  readonly world: Pick<World, 'domain' | 'address' | 'accounts'>
}

/** The domains, accounts and aliases of the service, as they are at the moment of each question. */
export class Directory {
  readonly #config: DirectoryOptions['config']
  readonly #world: DirectoryOptions['world']
  readonly #aliases: ReadonlyMap<string, readonly string[]>

  constructor({ config, world }: DirectoryOptions) {
    this.#config = config
    this.#world = world
    this.#aliases = aliasMap(config.aliases)
  }

  /** Whether mail for the domain is for the accounts here. */
  isOurs(domain: string): boolean {
    if (isOwnDomain(domain, { config: this.#config, world: this.#world })) return true
    const literal = literalAddress(domain)
    return literal !== undefined && literal === canonicalAddress(this.#world.address)
  }

  /** Whether the address is of here: of a domain of ours, or `<postmaster>`. */
  isLocal(address: string): boolean {
    const { local, domain } = splitAddress(address)
    return domain === '' ? isDuty(local) : this.isOurs(domain)
  }

  /** Whether mail to the name must always be taken. */
  isDuty(address: string): boolean {
    return this.isLocal(address) && isDuty(splitAddress(address).local)
  }

  /** Where mail for a local address goes; undefined if nobody has that name. */
  expand(
    address: string,
    takes: { readonly catchAll: boolean } = { catchAll: true },
  ): Destinations | undefined {
    const accounts = new Map<string, Account>()
    const remote = new Map<string, string>()
    const isKnown = this.#follow(address, { accounts, remote, seen: new Set() }, takes.catchAll)
    return isKnown ? { accounts: [...accounts.values()], remote: [...remote.values()] } : undefined
  }

  /** What stands for all addresses that lead to the same places, for they differ only in their tags. */
  nameOf(address: string): string {
    if (!this.isLocal(address)) return address
    const { local, domain } = splitAddress(address)
    const isName =
      this.#world.accounts.find(local) !== undefined || this.#aliasOf(local, domain) !== undefined
    const bare = isName ? local : (withoutTag(local, this.#config.tag) ?? local)
    return `${bare.toLowerCase()}@${domain}`
  }

  /** The address behind a name, or the addresses behind an alias. */
  look(name: string): readonly string[] | undefined {
    const { local, domain } = splitAddress(name)
    if (domain !== '' && !this.isOurs(domain)) return undefined
    const alias = this.#world.accounts.find(local) ? undefined : this.#aliasOf(local, domain)
    const found = this.expand(name, { catchAll: false })
    if (found === undefined) return undefined
    if (alias === undefined) return found.accounts.map((account) => account.address)
    return alias.map((target) => (target.includes('@') ? target : `${target}@${this.#world.domain}`))
  }

  /** Whether the account may send in the name of an address: its own, with a word of its choice, or an alias that leads to it. */
  owns(account: Account, address: string): boolean {
    const { domain } = splitAddress(address)
    if (domain === '' || !this.isOurs(domain)) return false
    const found = this.expand(address, { catchAll: false })
    return found?.accounts.some(({ name }) => name === account.name) ?? false
  }

  /** False if the name leads nowhere. */
  #follow(text: string, found: Found, takesAll: boolean, depth = 0): boolean {
    const { local, domain } = splitAddress(text)
    if (domain !== '' && !this.isOurs(domain)) {
      if (found.remote.size + found.accounts.size < MOST) found.remote.set(`${local}@${domain}`, text)
      return true
    }
    const account = this.#world.accounts.find(local)
    if (account !== undefined) {
      found.accounts.set(account.name, account)
      return true
    }
    const targets = this.#aliasOf(local, domain)
    if (targets !== undefined) return this.#followAlias(`${local}@${domain}`, targets, found, depth)
    return this.#followOther(local, domain, found, takesAll, depth)
  }

  #followAlias(name: string, targets: readonly string[], found: Found, depth: number): boolean {
    const key = name.toLowerCase()
    // A loop leads nowhere new; `mailProblems` tells of it before the start.
    if (found.seen.has(key) || depth >= DEEPEST) return false
    found.seen.add(key)
    const led = targets.map((target) => this.#follow(target, found, false, depth + 1))
    return led.includes(true)
  }

  #followOther(local: string, domain: string, found: Found, takesAll: boolean, depth: number): boolean {
    const { accounts } = this.#world
    if (isDuty(local)) {
      const { postmaster } = this.#config
      const who = postmaster === undefined ? accounts.list()[0] : accounts.find(postmaster)
      if (who !== undefined) found.accounts.set(who.name, who)
      return who !== undefined
    }
    const bare = withoutTag(local, this.#config.tag)
    if (bare !== undefined && depth < DEEPEST) {
      const target = domain === '' ? bare : `${bare.includes('@') ? quote(bare) : bare}@${domain}`
      if (this.#follow(target, found, false, depth + 1)) return true
    }
    const everybodys =
      takesAll && this.#config.catchAll !== undefined ? accounts.find(this.#config.catchAll) : undefined
    if (everybodys !== undefined) found.accounts.set(everybodys.name, everybodys)
    return everybodys !== undefined
  }

  #aliasOf(local: string, domain: string): readonly string[] | undefined {
    const name = local.toLowerCase()
    const full = domain === '' ? this.#world.domain.toLowerCase() : domain
    return this.#aliases.get(`${name}@${full}`) ?? this.#aliases.get(name)
  }
}

interface Found {
  readonly accounts: Map<string, Account>
  readonly remote: Map<string, string>
  readonly seen: Set<string>
}

/** Whether the local part is one whose mail is always taken. */
export function isDuty(local: string): boolean {
  return DUTIES.includes(local.toLowerCase())
}

/** What stands before the tag of a local part; undefined if it has none. */
export function withoutTag(local: string, tag: MailConfig['tag']): string | undefined {
  const at = tag === false ? -1 : local.indexOf(tag)
  return at > 0 ? local.slice(0, at) : undefined
}

/** The targets of each alias, by its name in lower case. */
export function aliasMap(aliases: MailConfig['aliases']): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(aliases).map(([name, targets]) => [
      name.toLowerCase(),
      typeof targets === 'string' ? [targets] : targets,
    ]),
  )
}
