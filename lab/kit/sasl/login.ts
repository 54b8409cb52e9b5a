import { Buffer } from 'node:buffer'
import type { SaslAccounts, SaslExchange, SaslStep } from '../sasl.ts'
import { isName, MALFORMED, responseText, verifyPassword } from './text.ts'

/** LOGIN, which no standard describes (draft-murchison-sasl-login): the name in one response, the password in the next. */
export class Login implements SaslExchange {
  readonly #accounts: SaslAccounts
  #state: 'begun' | 'name' | 'password' | 'over' = 'begun'
  #name = ''

  constructor(accounts: SaslAccounts) {
    this.#accounts = accounts
  }

  async step(response: Buffer | undefined): Promise<SaslStep> {
    const state = this.#state
    if (state === 'begun' && response === undefined) {
      this.#state = 'name'
      return { kind: 'challenge', octets: Buffer.from('Username:') }
    }
    this.#state = 'over'
    if (state === 'over' || response === undefined) return MALFORMED
    const text = responseText(response)
    if (state === 'password') {
      if (text === undefined || text === '') return MALFORMED
      return verifyPassword(this.#accounts, this.#name, text)
    }
    if (text === undefined || !isName(text)) return MALFORMED
    this.#name = text
    this.#state = 'password'
    return { kind: 'challenge', octets: Buffer.from('Password:') }
  }
}
