/** The checksum of the Internet (RFC 1071). */

/** Octets up to which it costs less to add them one by one than to look at them as words. */
const FEW = 64

/** The sum of big-endian 16-bit words, the last one filled up with 0; below 2 ** 49 for anything that a packet holds. */
export function sumOf(octets: Buffer, from: number, to: number): number {
  const start = octets.byteOffset + from
  if (to - from <= FEW || start % 2 === 1) return sumSlowly(octets, from, to)
  // Up to a word of the machine, so that its words can be added whole.
  const first = from + ((4 - (start % 4)) % 4)
  const words = new Uint32Array(octets.buffer, octets.byteOffset + first, (to - first) >>> 2)
  let sum = 0
  // An iterator would take five times as long.
  for (let at = 0; at < words.length; at += 1) sum += words[at] ?? 0
  const rest = first + words.length * 4
  // The words are little-endian; the sum of swapped words is the swapped sum (RFC 1071 §2 B).
  return swapped(fold(sum)) + sumSlowly(octets, from, first) + sumSlowly(octets, rest, to)
}

function sumSlowly(octets: Buffer, from: number, to: number): number {
  let sum = 0
  for (let at = from; at + 1 < to; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)
  return (to - from) % 2 === 1 ? sum + ((octets[to - 1] ?? 0) << 8) : sum
}

/** The checksum that stands for a sum. */
export function checksumOf(sum: number): number {
  return ~fold(sum) & 0xffff
}

/** Adds the carries to 16 bits, which leaves the sum the same modulo 65,535. */
function fold(sum: number): number {
  let folded = Math.floor(sum / 2 ** 32) + (sum % 2 ** 32)
  while (folded > 0xffff) folded = Math.floor(folded / 0x1_0000) + (folded % 0x1_0000)
  return folded
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8)
}
