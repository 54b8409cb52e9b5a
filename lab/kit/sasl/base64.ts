import { Buffer } from 'node:buffer'

/** Decodes base64 (RFC 4648 §4); undefined for anything that is not exactly that. */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const octets = Buffer.from(text, 'base64')
  // Bits beyond the last octet that are not zero, and a padding too long, come out shorter or different.
  return octets.toString('base64') === text ? octets : undefined
}
