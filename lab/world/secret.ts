/** The password of one account: plain until its first use, then only as salted verifiers. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { SCRAM_ITERATIONS } from '../kit/sasl/decoys.ts'
import type { Clock, Random, ScramVerifier } from '../service.ts'
import type { Gate } from './gate.ts'
import { deriveScram, hashPassword } from './password.ts'

/** How long, in milliseconds, a password that was right is recognised without the work of scrypt. */
const REMEMBERED = 10 * 60_000

/** All that is kept of a password. */
interface Verifiers {
  readonly hash: Buffer
  readonly sha1: ScramVerifier
  readonly sha256: ScramVerifier
}

/** The salts of one account, which stay when its password changes: whoever looks on does not learn that it has. */
export type Salts = Readonly<Record<keyof Verifiers, Buffer>>

/** Draws salts. */
export function createSalts(random: Pick<Random, 'bytes'>): Salts {
  return { hash: random.bytes(16), sha1: random.bytes(16), sha256: random.bytes(16) }
}

/** What the secrets of one lab share. */
export interface SecretTools {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  readonly gate: Gate
  /** Keys the short memory of right passwords; of no use once the process has ended. */
  readonly key: Buffer
}

/**
 * One password. Nothing is derived before it is needed: the first right login or SCRAM proof derives all verifiers and
 * forgets the plain text. A wrong password derives nothing, so that it takes no longer than one for an unknown account.
 */
export class Secret {
  readonly #tools: SecretTools
  /** Those of SCRAM are shown to whoever asks, before anything is derived. */
  readonly salts: Salts
  /** The password that the verifiers below do not stand for yet. */
  #plain: string | undefined
  #verifiers: Verifiers | undefined
  #deriving: Promise<void> | undefined
  #remembered: { readonly mac: Buffer; readonly until: number } | undefined

  /** Takes a password as `preparePassword` returns it. */
  constructor(password: string, tools: SecretTools) {
    this.#tools = tools
    this.salts = createSalts(tools.random)
    this.#plain = password
  }

  /** Sets the password anew; the verifiers stay if it turns out to be the same. */
  replace(password: string): void {
    this.#plain = password
    this.#remembered = undefined
  }

  /** Whether the prepared password is this one; one scrypt long, or microseconds if it was right within the last ten minutes. */
  async verify(password: string): Promise<boolean> {
    if (this.#remembers(password)) return true
    const hash = await this.#tools.gate(() => hashPassword(password, this.salts.hash))
    const plain = this.#plain
    if (plain !== undefined) {
      if (!isEqual(password, plain)) return false
      await this.#derive(plain, hash)
    } else if (!this.#verifiers || !timingSafeEqual(hash, this.#verifiers.hash)) {
      return false
    }
    this.#remember(password)
    return true
  }

  /** The next use of SCRAM derives the verifiers. */
  get isFresh(): boolean {
    return this.#plain !== undefined
  }

  /** The verifier for SCRAM, derived if this is the first use. */
  async scram(hash: 'sha1' | 'sha256'): Promise<ScramVerifier | undefined> {
    // Another password may be set while one is derived, hence the loop.
    while (this.#plain !== undefined) await this.#derive(this.#plain)
    return this.#verifiers?.[hash]
  }

  #derive(plain: string, hash?: Buffer): Promise<void> {
    this.#deriving ??= this.#deriveOnce(plain, hash).finally(() => {
      this.#deriving = undefined
    })
    return this.#deriving
  }

  async #deriveOnce(plain: string, known?: Buffer): Promise<void> {
    const hash = known ?? (await this.#tools.gate(() => hashPassword(plain, this.salts.hash)))
    if (!this.#verifiers || !timingSafeEqual(hash, this.#verifiers.hash))
      this.#verifiers = { hash, ...(await deriveBoth(plain, this.salts)) }
    if (this.#plain === plain) this.#plain = undefined
  }

  #remember(password: string): void {
    if (this.#plain !== undefined) return
    this.#remembered = { mac: this.#mac(password), until: this.#tools.clock.now() + REMEMBERED }
  }

  #remembers(password: string): boolean {
    if (!this.#remembered) return false
    if (this.#tools.clock.now() >= this.#remembered.until) {
      this.#remembered = undefined
      return false
    }
    return timingSafeEqual(this.#mac(password), this.#remembered.mac)
  }

  #mac(password: string): Buffer {
    return createHmac('sha256', this.#tools.key).update(password).digest()
  }
}

/** Does the work of a first use for nobody. */
export async function deriveDecoy(salts: Salts, { gate }: SecretTools): Promise<void> {
  await gate(() => hashPassword('', salts.hash))
  await deriveBoth('', salts)
}

async function deriveBoth(password: string, salts: Salts): Promise<Omit<Verifiers, 'hash'>> {
  const [sha1, sha256] = await Promise.all([
    deriveScram(password, 'sha1', salts.sha1, SCRAM_ITERATIONS),
    deriveScram(password, 'sha256', salts.sha256, SCRAM_ITERATIONS),
  ])
  return { sha1, sha256 }
}

function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
