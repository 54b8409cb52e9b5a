/** How clients of SMTP and POP3 log in, and whether their password may be seen on the wire. */
import { BusyError } from '../../lab/kit/busy.ts'
import { createNetworks } from '../../lab/kit/networks.ts'
import { openSasl, type SaslAccounts, type SaslExchange } from '../../lab/kit/sasl.ts'
import { Decoys, SCRAM_ITERATIONS } from '../../lab/kit/sasl/decoys.ts'
import type { Account, Peer, ServiceContext } from '../../lab/service.ts'
import { isOwnDomain } from './hostname.ts'
import type { MailConfig } from './options.ts'

/** Octets of a line of a login, without its end (RFC 4954 §4, RFC 5034 §4). */
export const LONGEST_RESPONSE = 12_288

/** Mechanisms that show the password to whoever reads the wire. */
const CLEAR: readonly string[] = ['PLAIN', 'LOGIN']

/** Logins of one client's address that are under way at a time: the accounts bound all of them together, and nobody shall take every place. */
const MOST_OF_ONE = 16

const loopback = createNetworks(['127.0.0.0/8', '::1/128'])

/** Logs clients in by the accounts of the lab; the name may be `user` or `user@domain` with a domain of the service. */
export class Logins {
  readonly #ctx: Pick<ServiceContext<MailConfig>, 'clock' | 'config' | 'random' | 'world'>
  readonly #decoys: Decoys
  readonly #accounts: SaslAccounts
  /** Who logs in, and who waits to, by the client's address. */
  readonly #lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>()

  constructor(ctx: Pick<ServiceContext<MailConfig>, 'clock' | 'config' | 'random' | 'world'>) {
    this.#ctx = ctx
    this.#decoys = new Decoys(ctx.random, SCRAM_ITERATIONS)
    const { accounts } = ctx.world
    this.#accounts = {
      // Asked of an unknown name too, which takes as long as a wrong password.
      verify: (name, password) => accounts.verify(this.#local(name) ?? '', password),
      salt: (name, hash) =>
        accounts.scramSalt(this.#local(name) ?? '', hash) ??
        this.#decoys.of((this.#local(name) ?? name).toLowerCase(), hash),
      scram: (name, hash, isRight) => accounts.scram(this.#local(name) ?? '', hash, isRight),
    }
  }

  /** Whether a password may cross this connection as it is: under TLS, or as the option `plaintext` says. */
  isClearAllowed(peer: Peer, isSecure: boolean): boolean {
    const { plaintext } = this.#ctx.config
    return isSecure || plaintext === 'allowed' || (plaintext === 'loopback' && loopback.has(peer.host))
  }

  /** The mechanisms that the connection may use now, in the order of the options. */
  mechanisms(peer: Peer, isSecure: boolean): readonly string[] {
    const { mechanisms } = this.#ctx.config
    if (this.isClearAllowed(peer, isSecure)) return mechanisms
    return mechanisms.filter((mechanism) => !CLEAR.includes(mechanism))
  }

  /** Begins a login of a client by a mechanism of the options, letter case ignored; a wrong one is answered after `failureDelay`. */
  open(mechanism: string, host: string): SaslExchange | undefined {
    const { config, random } = this.#ctx
    if (!config.mechanisms.some((known) => known === mechanism.toUpperCase())) return undefined
    const exchange = openSasl(mechanism, this.#accounts, random)
    if (exchange === undefined) return undefined
    return {
      step: async (response) => {
        const step = await this.#inTurn(host, () => exchange.step(response))
        if (step.kind === 'failed' && step.why === 'rejected') await this.delay()
        return step
      },
    }
  }

  /** The account that name and password are right for; if they are not, after `failureDelay`. */
  async check(name: string, password: string, host: string): Promise<Account | 'rejected' | 'busy'> {
    try {
      if (await this.#inTurn(host, () => this.#accounts.verify(name, password))) {
        const account = this.account(name)
        if (account !== undefined) return account
      }
    } catch (error) {
      if (error instanceof BusyError) return 'busy'
      throw error
    }
    await this.delay()
    return 'rejected'
  }

  /** The account that a name of a login stands for. */
  account(name: string): Account | undefined {
    const local = this.#local(name)
    return local === undefined ? undefined : this.#ctx.world.accounts.find(local)
  }

  /** Of many logins of one address, those beyond the bound wait here, and take no place from others. */
  async #inTurn<Result>(host: string, run: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.getOrInsertComputed(host, () => ({ running: 0, waiting: [] }))
    if (line.running < MOST_OF_ONE) line.running += 1
    else await new Promise<void>((resolve) => void line.waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = line.waiting.shift()
      if (next === undefined) line.running -= 1
      // It has the place of the one that ends.
      else next()
      if (line.running === 0) this.#lines.delete(host)
    }
  }

  /** The name without its domain; undefined if the domain is not of this service. */
  #local(name: string): string | undefined {
    const at = name.lastIndexOf('@')
    if (at < 0) return name
    return isOwnDomain(name.slice(at + 1).toLowerCase(), this.#ctx) ? name.slice(0, at) : undefined
  }

  /** Waits as before the answer to every failed login. */
  async delay(): Promise<void> {
    const { clock, config } = this.#ctx
    if (config.failureDelay > 0) await clock.wait(config.failureDelay * 1000)
  }
}
