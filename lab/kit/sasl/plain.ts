import { Buffer } from 'node:buffer'
import type { SaslAccounts, SaslExchange, SaslStep } from '../sasl.ts'
import { isName, MALFORMED, responseText, verifyPassword } from './text.ts'

/** PLAIN (RFC 4616): name and password in one response; acting for somebody else is not offered. */
export class Plain implements SaslExchange {
  readonly #accounts: SaslAccounts
  #state: 'begun' | 'asked' | 'over' = 'begun'

  constructor(accounts: SaslAccounts) {
    this.#accounts = accounts
  }

  async step(response: Buffer | undefined): Promise<SaslStep> {
    if (response === undefined && this.#state === 'begun') {
      this.#state = 'asked'
      return { kind: 'challenge', octets: Buffer.alloc(0) }
    }
    if (response === undefined || this.#state === 'over') return MALFORMED
    this.#state = 'over'
    const parts = responseText(response)?.split('\0')
    if (parts?.length !== 3) return MALFORMED
    const [authorized = '', name = '', password = ''] = parts
    if (!isName(name) || password === '') return MALFORMED
    const step = await verifyPassword(this.#accounts, name, password)
    // RFC 4616 §2: judged after the password, so that nothing is learnt without it.
    if (step.kind === 'done' && authorized !== '' && authorized !== name)
      return { kind: 'failed', why: 'rejected', name }
    return step
  }
}
