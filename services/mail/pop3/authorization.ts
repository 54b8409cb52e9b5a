/** How a client of POP3 logs in: USER and PASS, APOP (RFC 1939), AUTH (RFC 5034). */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { SaslExchange, SaslStep } from '../../../lab/kit/sasl.ts'
import { decodeBase64 } from '../../../lab/kit/sasl/base64.ts'
import type { Account } from '../../../lab/service.ts'
import { hostnameOf } from '../hostname.ts'
import type { Talk } from './desk.ts'

/** The AUTHORIZATION state of one session. */
export class Authorization {
  readonly #talk: Talk
  readonly #enter: (account: Account, mechanism: string) => Promise<string | undefined>
  /** What APOP digests with the secret; undefined where nobody has one. */
  readonly timestamp: string | undefined
  #user: string | undefined
  #exchange: { readonly mechanism: string; readonly sasl: SaslExchange } | undefined

  /** `enter` is told who has logged in, and answers the client. */
  constructor(talk: Talk, enter: (account: Account, mechanism: string) => Promise<string | undefined>) {
    this.#talk = talk
    this.#enter = enter
    const { config, ctx } = talk.desk
    if (Object.keys(config.apop).length === 0) return
    // RFC 1939 §7: each greeting has another one.
    this.timestamp = `<${ctx.random.bytes(8).toString('hex')}.${ctx.clock.now()}@${hostnameOf(ctx)}>`
  }

  get isClearAllowed(): boolean {
    return this.#talk.desk.logins.isClearAllowed(this.#talk.peer, this.#talk.isSecure)
  }

  get mechanisms(): readonly string[] {
    return this.#talk.desk.logins.mechanisms(this.#talk.peer, this.#talk.isSecure)
  }

  /** The next line is no command, but the answer to a challenge. */
  get isAsking(): boolean {
    return this.#exchange !== undefined
  }

  user(name: string): string {
    // The password is not even asked for.
    if (!this.isClearAllowed) return this.#refuseClear('USER')
    if (name === '') return this.#talk.mistake('arguments')
    this.#user = utf8(name)
    return '+OK'
  }

  async pass(password: string): Promise<string | undefined> {
    if (!this.isClearAllowed) return this.#refuseClear('USER')
    const name = this.#user
    this.#user = undefined
    if (name === undefined) return this.#talk.mistake('noName')
    // RFC 1939 §7: blanks are part of the password.
    const { logins } = this.#talk.desk
    const account = await logins.check(name, utf8(password), this.#talk.peer.host)
    if (account === 'rejected') return this.#talk.refuse('rejected', logins.account(name), 'USER')
    if (account === 'busy') return this.#talk.refuse('logins', logins.account(name), 'USER')
    return this.#enter(account, 'USER')
  }

  async apop(argument: string): Promise<string | undefined> {
    const [, name = '', digest = ''] = /^(\S+) ([0-9a-fA-F]{32})$/.exec(argument) ?? []
    if (this.timestamp === undefined) return this.#talk.mistake('unknown')
    if (digest === '') return this.#talk.mistake('arguments')
    const { logins } = this.#talk.desk
    const account = logins.account(utf8(name))
    const secret = account && this.#secretOf(account)
    // What an unknown name is compared with takes as long.
    const right = createHash('md5')
      .update(`${this.timestamp}${secret ?? ''}`)
      .digest()
    const isRight = timingSafeEqual(right, Buffer.from(digest, 'hex'))
    if (account !== undefined && secret !== undefined && isRight) return this.#enter(account, 'APOP')
    await logins.delay()
    return this.#talk.refuse('rejected', account, 'APOP')
  }

  async auth(argument: string): Promise<string | undefined> {
    const [name = '', initial, ...more] = argument.split(' ')
    if (more.length > 0) return this.#talk.mistake('arguments')
    const { logins } = this.#talk.desk
    const mechanism = name.toUpperCase()
    const sasl = logins.open(mechanism, this.#talk.peer.host)
    if (sasl === undefined) return this.#talk.mistake('mechanism')
    if (!this.mechanisms.includes(mechanism)) return this.#refuseClear(mechanism)
    this.#exchange = { mechanism, sasl }
    // RFC 5034 §4: `=` is an initial response without octets.
    if (initial === '=') return this.#step(Buffer.alloc(0))
    return initial === undefined ? this.#step(undefined) : this.respond(initial)
  }

  /** The answer to a challenge. */
  async respond(line: string): Promise<string | undefined> {
    if (line === '*') return this.#abandon('cancelled')
    const response = decodeBase64(line)
    return response === undefined ? this.#abandon('malformed') : this.#step(response)
  }

  /** Ends a login whose answer was too long. */
  abandon(): void {
    this.#exchange = undefined
  }

  #abandon(text: 'cancelled' | 'malformed'): string {
    this.#exchange = undefined
    return this.#talk.mistake(text)
  }

  async #step(response: Buffer | undefined): Promise<string | undefined> {
    if (this.#exchange === undefined) return this.#talk.mistake('malformed')
    const { mechanism, sasl } = this.#exchange
    const step = await sasl.step(response)
    if (step.kind === 'challenge') return `+ ${step.octets.toString('base64')}`
    this.#exchange = undefined
    if (step.kind === 'failed') return this.#failed(step, mechanism)
    const account = this.#talk.desk.logins.account(step.name)
    // It may have left the list meanwhile.
    return account === undefined
      ? this.#talk.refuse('rejected', undefined, mechanism)
      : this.#enter(account, mechanism)
  }

  #failed({ why, name }: SaslStep & { readonly kind: 'failed' }, mechanism: string): string {
    const account = name === undefined ? undefined : this.#talk.desk.logins.account(name)
    if (why === 'malformed') return this.#talk.mistake('malformed')
    return this.#talk.refuse(why === 'busy' ? 'logins' : 'rejected', account, mechanism)
  }

  #refuseClear(mechanism: string): string {
    this.#talk.record('pop3.refused', { client: this.#talk.host, mechanism, why: 'clear' })
    this.#talk.mistake('clear')
    return this.#talk.err('clear', 'AUTH')
  }

  #secretOf(account: Account): string | undefined {
    const { apop } = this.#talk.desk.config
    const [, secret] =
      Object.entries(apop).find(([name]) => name.toLowerCase() === account.name.toLowerCase()) ?? []
    return secret
  }
}

/** Lines are read as one character for each octet. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString()
}
