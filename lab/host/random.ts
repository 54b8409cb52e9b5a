import { createCipheriv, createHash, randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../service.ts'

/** The system's random source, or one that the same seed makes give the same values. */
export function createRandom(seed?: string): Random {
  if (seed === undefined)
    return { bytes: (count) => randomBytes(count), integer: (low, high) => randomInt(low, high) }
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  const bytes = (count: number): Buffer => stream.update(Buffer.alloc(count))
  return {
    bytes,
    integer: (low, high) => low + Math.floor((bytes(6).readUIntBE(0, 6) / 2 ** 48) * (high - low)),
  }
}
