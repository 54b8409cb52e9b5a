import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthTools } from './verdict.ts'

/** How many of the last counts of a nonce are told apart; those of parallel connections may overtake each other. */
const window = 64
/** Octets of a time or a serial number, and of the MAC behind both; 30 in all need no padding in Base64. */
const numberSize = 6
const macSize = 18

/** The counts that one nonce was used with. */
interface Use {
  highest: number
  /** Bit n is set if `highest - n` was used. */
  seen: bigint
}

/** How nonces live. */
export interface NonceRules {
  /** Milliseconds. */
  readonly lifetime: number
  /** Used nonces that are remembered. */
  readonly most: number
}

/**
 * The nonces of one protected folder (RFC 7616 §5.4). One that was only given out costs no memory: it carries its time, a
 * serial number and a MAC. One that was used is remembered with its counts, so that nobody can use them again.
 */
export class Nonces {
  readonly #clock: AuthTools['clock']
  readonly #rules: NonceRules
  readonly #key: Buffer
  readonly #uses = new Map<number, Use>()
  #serial = 0
  /** The highest serial number that was forgotten: what is not above it and not remembered may have been used. */
  #forgotten = 0

  constructor({ clock, random }: Pick<AuthTools, 'clock' | 'random'>, rules: NonceRules) {
    this.#clock = clock
    this.#rules = rules
    this.#key = random.bytes(32)
  }

  /** Used nonces that are remembered now. */
  get remembered(): number {
    return this.#uses.size
  }

  /** A new nonce: letters, digits, hyphens and underscores. */
  issue(): string {
    this.#serial += 1
    const head = Buffer.alloc(2 * numberSize)
    head.writeUIntBE(Math.max(0, this.#clock.now()), 0, numberSize)
    head.writeUIntBE(this.#serial, numberSize, numberSize)
    return Buffer.concat([head, this.#mac(head)]).toString('base64url')
  }

  /** Uses up one count of a nonce; false if the nonce is not from here or has expired, or the count was used or is too old. */
  use(nonce: string, count: number): boolean {
    const serial = this.#serialOf(nonce)
    if (serial === undefined) return false
    const use = this.#uses.get(serial)
    if (use !== undefined) return take(use, count)
    if (serial <= this.#forgotten) return false
    this.#makeRoom()
    this.#uses.set(serial, { highest: count, seen: 1n })
    return true
  }

  #serialOf(nonce: string): number | undefined {
    if (!/^[\w-]{40}$/.test(nonce)) return undefined
    const octets = Buffer.from(nonce, 'base64url')
    const head = octets.subarray(0, 2 * numberSize)
    if (!timingSafeEqual(octets.subarray(2 * numberSize), this.#mac(head))) return undefined
    const age = this.#clock.now() - head.readUIntBE(0, numberSize)
    // Below 0 the machine's clock was set back.
    if (age < 0 || age >= this.#rules.lifetime) return undefined
    return head.readUIntBE(numberSize, numberSize)
  }

  #makeRoom(): void {
    if (this.#uses.size < this.#rules.most) return
    for (const serial of this.#uses.keys()) {
      this.#uses.delete(serial)
      this.#forgotten = Math.max(this.#forgotten, serial)
      return
    }
  }

  #mac(head: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(head).digest().subarray(0, macSize)
  }
}

function take(use: Use, count: number): boolean {
  const ahead = count - use.highest
  if (ahead > 0) {
    use.seen = ahead >= window ? 1n : BigInt.asUintN(window, use.seen << BigInt(ahead)) | 1n
    use.highest = count
    return true
  }
  if (ahead <= -window) return false
  const bit = 1n << BigInt(-ahead)
  if ((use.seen & bit) !== 0n) return false
  use.seen |= bit
  return true
}
