/** SipHash-2-4, the keyed hash of server cookies (RFC 9018 §4.4), which `node:crypto` lacks. */

/** The 64-bit hash of the octets under a key of 16, as its 8 octets follow each other in a cookie. */
export function siphash(key: Buffer, octets: Buffer): Buffer {
  const state = new State(key)
  const tail = octets.length & ~7
  for (let at = 0; at < tail; at += 8) state.take(octets.readInt32LE(at + 4), octets.readInt32LE(at))
  const last = Buffer.alloc(8)
  octets.copy(last, 0, tail)
  last[7] = octets.length
  state.take(last.readInt32LE(4), last.readInt32LE(0))
  return state.finish()
}

/** The words v0 to v3 in halves of 32 bits, since numbers hold no more than 53 exactly: `a` is the upper half of v0, `b` the lower. */
class State {
  private a: number
  private b: number
  private c: number
  private d: number
  private e: number
  private f: number
  private g: number
  private h: number

  // The constants spell "somepseudorandomlygeneratedbytes".
  constructor(key: Buffer) {
    const [low0, high0] = [key.readInt32LE(0), key.readInt32LE(4)]
    const [low1, high1] = [key.readInt32LE(8), key.readInt32LE(12)]
    this.a = 0x736f6d65 ^ high0
    this.b = 0x70736575 ^ low0
    this.c = 0x646f7261 ^ high1
    this.d = 0x6e646f6d ^ low1
    this.e = 0x6c796765 ^ high0
    this.f = 0x6e657261 ^ low0
    this.g = 0x74656462 ^ high1
    this.h = 0x79746573 ^ low1
  }

  take(high: number, low: number): void {
    this.g ^= high
    this.h ^= low
    this.round()
    this.round()
    this.a ^= high
    this.b ^= low
  }

  finish(): Buffer {
    this.f ^= 0xff
    for (let count = 0; count < 4; count += 1) this.round()
    const hash = Buffer.allocUnsafe(8)
    hash.writeInt32LE(this.b ^ this.d ^ this.f ^ this.h, 0)
    hash.writeInt32LE(this.a ^ this.c ^ this.e ^ this.g, 4)
    return hash
  }

  private round(): void {
    const { a, b, c, d, e, f, g, h } = this
    // v0 += v1, v1 = (v1 <<< 13) ^ v0, v0 <<<= 32
    let sum = (b >>> 0) + (d >>> 0)
    const a1 = (a + c + carry(sum)) | 0
    const b1 = sum | 0
    const c1 = rotated(c, d, 13) ^ a1
    const d1 = rotated(d, c, 13) ^ b1
    // v2 += v3, v3 = (v3 <<< 16) ^ v2
    sum = (f >>> 0) + (h >>> 0)
    const e1 = (e + g + carry(sum)) | 0
    const f1 = sum | 0
    const g1 = rotated(g, h, 16) ^ e1
    const h1 = rotated(h, g, 16) ^ f1
    // v0 += v3, v3 = (v3 <<< 21) ^ v0
    sum = (a1 >>> 0) + (h1 >>> 0)
    this.a = (b1 + g1 + carry(sum)) | 0
    this.b = sum | 0
    this.g = rotated(g1, h1, 21) ^ this.a
    this.h = rotated(h1, g1, 21) ^ this.b
    // v2 += v1, v1 = (v1 <<< 17) ^ v2, v2 <<<= 32
    sum = (f1 >>> 0) + (d1 >>> 0)
    this.f = (e1 + c1 + carry(sum)) | 0
    this.e = sum | 0
    this.c = rotated(c1, d1, 17) ^ this.f
    this.d = rotated(d1, c1, 17) ^ this.e
  }
}

function carry(sum: number): number {
  return sum > 0xffffffff ? 1 : 0
}

/** One half of a word after it was rotated to the left, of which `other` was the other half. */
function rotated(half: number, other: number, bits: number): number {
  return (half << bits) | (other >>> (32 - bits))
}
