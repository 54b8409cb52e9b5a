import { Buffer } from 'node:buffer'
import type { SaslExchange, SaslFailure } from '../../../lab/kit/sasl.ts'
import { decodeBase64 } from '../../../lab/kit/sasl/base64.ts'
import type { Dialogue } from './dialogue.ts'
import type { Outcome } from './reply.ts'

/** The AUTH command (RFC 4954). */
export class Authentication {
  readonly #dialogue: Dialogue
  #exchange: SaslExchange | undefined
  #failed = 0

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue
  }

  /** A challenge waits for its response. */
  get isUnderWay(): boolean {
    return this.#exchange !== undefined
  }

  /** The mechanisms that EHLO names. */
  get mechanisms(): readonly string[] {
    const { parts, peer, isSecure, account, extensions } = this.#dialogue
    if (account !== undefined || !extensions.has('AUTH')) return []
    return parts.logins.mechanisms(peer, isSecure)
  }

  /** AUTH, outside a transaction. */
  begin(argument: string): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const { parts, peer, isSecure, account, isExtended } = dialogue
    if (!isExtended) return dialogue.reply(503, '5.5.1', 'EHLO first')
    if (account !== undefined) return dialogue.reply(503, '5.5.1', 'Already logged in')
    const [mechanism = '', initial, ...more] = argument.split(/ +/)
    if (mechanism === '' || more.length > 0)
      return dialogue.reply(501, '5.5.4', 'Write it as AUTH mechanism [response]')
    const exchange = parts.logins.open(mechanism, peer.host)
    if (exchange === undefined) return dialogue.reply(504, '5.5.4', `${mechanism}: unknown mechanism`)
    if (!parts.logins.mechanisms(peer, isSecure).includes(mechanism.toUpperCase())) {
      const text = `${mechanism} shows the password to everybody on the way; STARTTLS first`
      return dialogue.reply(538, '5.7.11', text)
    }
    // RFC 4954 §4: `=` is a response of no octets.
    const response =
      initial === '=' ? Buffer.alloc(0) : initial === undefined ? undefined : decodeBase64(initial)
    if (initial !== undefined && response === undefined) return this.#notBase64()
    this.#exchange = exchange
    return this.#step(exchange, response)
  }

  /** The line that answers a challenge. */
  respond(line: Buffer): Outcome | Promise<Outcome> {
    const exchange = this.#exchange
    const text = line.toString('latin1')
    if (exchange === undefined || text === '*') {
      this.#exchange = undefined
      return this.#dialogue.reply(501, '5.7.0', 'Login cancelled')
    }
    const response = decodeBase64(text)
    return response === undefined ? this.#notBase64() : this.#step(exchange, response)
  }

  /** The response was longer than any may be. */
  overflow(): Outcome {
    this.#exchange = undefined
    return this.#dialogue.reply(500, '5.5.6', 'Line too long')
  }

  #notBase64(): Outcome {
    this.#exchange = undefined
    return this.#dialogue.reply(501, '5.5.2', 'Malformed base64')
  }

  async #step(exchange: SaslExchange, response: Buffer | undefined): Promise<Outcome> {
    const dialogue = this.#dialogue
    const step = await exchange.step(response)
    if (step.kind === 'challenge') return { text: `334 ${step.octets.toString('base64')}\r\n` }
    this.#exchange = undefined
    if (step.kind === 'failed') return this.#fail(step.why, step.name)
    const account = dialogue.parts.logins.account(step.name)
    if (account === undefined) return this.#fail('rejected', step.name)
    dialogue.welcome(account)
    return dialogue.reply(235, '2.7.0', 'Authentication succeeded')
  }

  #fail(why: SaslFailure, name = ''): Outcome {
    const dialogue = this.#dialogue
    if (why === 'malformed') return dialogue.reply(501, '5.5.2', 'Malformed response')
    if (why === 'busy')
      return dialogue.reply(454, '4.7.0', 'Too many logins wait; try again in a few seconds')
    this.#failed += 1
    // Only a name that exists: what somebody typed for one may be the password.
    const account = dialogue.parts.logins.account(name)?.name
    dialogue.tell(535, 'wrong name or password', {}, account)
    const isLast = this.#failed >= dialogue.parts.ctx.config.maxLogins
    return dialogue.reply(535, '5.7.8', 'Wrong name or password', isLast ? 'close' : undefined)
  }
}
