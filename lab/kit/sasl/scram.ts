import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SaslAccounts, SaslExchange, SaslRandom, SaslStep, ScramSecret } from '../sasl.ts'
import { parseFinal, parseFirst, type ScramFirst } from './scram-message.ts'
import { busyStep, isName, MALFORMED, responseText } from './text.ts'

type State =
  | { readonly kind: 'begun' | 'asked' | 'over' }
  | {
      readonly kind: 'first'
      readonly first: ScramFirst
      readonly serverFirst: string
      readonly nonce: string
    }
  | { readonly kind: 'proved'; readonly name: string }

/** SCRAM-SHA-1 (RFC 5802) and SCRAM-SHA-256 (RFC 7677), without channel binding. */
export class Scram implements SaslExchange {
  readonly #hash: 'sha1' | 'sha256'
  readonly #accounts: SaslAccounts
  readonly #random: SaslRandom
  #state: State = { kind: 'begun' }

  constructor(hash: 'sha1' | 'sha256', accounts: SaslAccounts, random: SaslRandom) {
    this.#hash = hash
    this.#accounts = accounts
    this.#random = random
  }

  async step(response: Buffer | undefined): Promise<SaslStep> {
    const state = this.#state
    this.#state = { kind: 'over' }
    if (response === undefined) {
      if (state.kind !== 'begun') return MALFORMED
      this.#state = { kind: 'asked' }
      return { kind: 'challenge', octets: Buffer.alloc(0) }
    }
    const text = responseText(response)
    if (text === undefined) return MALFORMED
    switch (state.kind) {
      case 'begun':
      case 'asked':
        return this.#begin(text)
      case 'first':
        return this.#prove(text, state.first, state.serverFirst, state.nonce)
      case 'proved':
        // What the server has proved is acknowledged with nothing (RFC 4954 §4, RFC 5034 §4).
        return text === '' ? { kind: 'done', name: state.name } : MALFORMED
      case 'over':
        break
    }
    return MALFORMED
  }

  #begin(text: string): SaslStep {
    const first = parseFirst(text)
    if (first === undefined || !isName(first.name)) return MALFORMED
    const { name } = first
    if (first.authorized !== '' && first.authorized !== name) return { kind: 'failed', why: 'rejected', name }
    const { salt, iterations } = this.#accounts.salt(name, this.#hash)
    const nonce = first.nonce + this.#random.bytes(18).toString('base64')
    const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
    this.#state = { kind: 'first', first, serverFirst, nonce }
    return { kind: 'challenge', octets: Buffer.from(serverFirst) }
  }

  async #prove(text: string, first: ScramFirst, serverFirst: string, nonce: string): Promise<SaslStep> {
    const final = parseFinal(text)
    // RFC 5802 §5.1: `c` repeats the header of the first message, so that nobody took the binding away.
    if (final === undefined || final.header !== first.header || final.nonce !== nonce) return MALFORMED
    const { name } = first
    const message = `${first.bare},${serverFirst},${final.withoutProof}`
    if (final.proof.length !== (this.#hash === 'sha1' ? 20 : 32)) return MALFORMED
    let secret: ScramSecret | undefined
    try {
      secret = await this.#accounts.scram(name, this.#hash, ({ storedKey }) =>
        this.#isProof(final.proof, storedKey, message),
      )
    } catch (error) {
      return busyStep(error, name)
    }
    if (secret === undefined) return { kind: 'failed', why: 'rejected', name }
    this.#state = { kind: 'proved', name }
    return {
      kind: 'challenge',
      octets: Buffer.from(`v=${this.#sign(secret.serverKey, message).toString('base64')}`),
    }
  }

  // RFC 5802 §3: ClientKey := ClientProof XOR ClientSignature, and its hash is what is stored.
  #isProof(proof: Buffer, storedKey: Buffer, message: string): boolean {
    const clientKey = this.#sign(storedKey, message)
    for (const [place, octet] of proof.entries()) clientKey[place] = (clientKey[place] ?? 0) ^ octet
    return timingSafeEqual(createHash(this.#hash).update(clientKey).digest(), storedKey)
  }

  #sign(key: Buffer, message: string): Buffer {
    return createHmac(this.#hash, key).update(message).digest()
  }
}
