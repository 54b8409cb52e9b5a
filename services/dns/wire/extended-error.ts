/** Extended DNS Errors: why an answer is a failure or less than it could be (RFC 8914). */
import { OPTION, optionsOf } from './options.ts'

/** One error; what it says is for people and must not steer programs (RFC 8914 §6). */
export interface ExtendedError {
  /** One of `EXTENDED_ERROR`, 16 bits. */
  readonly code: number
  /** EXTRA-TEXT in English, which may be empty. */
  readonly text: string
}

/** The INFO-CODEs by name (RFC 8914 §4). */
export const EXTENDED_ERROR = {
  other: 0,
  unsupportedDnskeyAlgorithm: 1,
  unsupportedDsDigestType: 2,
  staleAnswer: 3,
  forgedAnswer: 4,
  dnssecIndeterminate: 5,
  dnssecBogus: 6,
  signatureExpired: 7,
  signatureNotYetValid: 8,
  dnskeyMissing: 9,
  rrsigsMissing: 10,
  noZoneKeyBitSet: 11,
  nsecMissing: 12,
  cachedError: 13,
  notReady: 14,
  blocked: 15,
  censored: 16,
  filtered: 17,
  prohibited: 18,
  staleNxdomainAnswer: 19,
  notAuthoritative: 20,
  notSupported: 21,
  noReachableAuthority: 22,
  networkError: 23,
  invalidData: 24,
} as const

/** Octets of text at most, so that an error never fills a datagram (RFC 8914 §3: it should be short). */
const TEXT_LIMIT = 200
/** Option code, length and INFO-CODE. */
const HEAD_LENGTH = 6

/** The whole EDNS option, option code and length included; a text over 200 octets is cut (RFC 8914 §2). */
export function encodeExtendedError({ code, text }: ExtendedError): Buffer {
  const octets = boundedText(text)
  const option = Buffer.alloc(HEAD_LENGTH + octets.length)
  option.writeUInt16BE(OPTION.extendedError, 0)
  option.writeUInt16BE(2 + octets.length, 2)
  option.writeUInt16BE(code, 4)
  octets.copy(option, HEAD_LENGTH)
  return option
}

// UTF-8 without an end mark (RFC 8914 §2); a character is never cut in two.
function boundedText(text: string): Buffer {
  const octets = Buffer.from(text)
  if (octets.length <= TEXT_LIMIT) return octets
  let end = TEXT_LIMIT
  while (((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return octets.subarray(0, end)
}

/** The errors of an OPT record's options, as they stand; those too short to hold a code are left out. */
export function readExtendedErrors(options: Buffer): readonly ExtendedError[] {
  return optionsOf(options)
    .filter(({ code, data }) => code === OPTION.extendedError && data.length >= 2)
    .map(({ data }) => ({
      code: data.readUInt16BE(0),
      // A final zero may be there and means nothing (RFC 8914 §2).
      text: data.toString('utf8', 2).replace(/\0+$/, ''),
    }))
}
