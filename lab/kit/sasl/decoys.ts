import { createHmac } from 'node:crypto'
import type { Buffer } from 'node:buffer'
import type { SaslRandom, ScramSecret } from '../sasl.ts'

/** The rounds of PBKDF2 that the accounts of a lab have; RFC 7677 §4 asks for at least 4096. */
export const SCRAM_ITERATIONS = 10_000

/** Salts of names that nobody has: always the same for one name, and not to be told from real ones without the key (RFC 5802 §9). */
export class Decoys {
  readonly #key: Buffer
  readonly #iterations: number

  /** Takes the iterations that real accounts have. */
  constructor(random: SaslRandom, iterations: number) {
    this.#key = random.bytes(32)
    this.#iterations = iterations
  }

  /** The name must be in the form in which accounts are told apart. */
  of(name: string, hash: 'sha1' | 'sha256'): Pick<ScramSecret, 'salt' | 'iterations'> {
    const salt = createHmac('sha256', this.#key).update(`${hash} ${name}`).digest().subarray(0, 16)
    return { salt, iterations: this.#iterations }
  }
}
