/** The messages of a SCRAM client (RFC 5802 §7); pure. */
import type { Buffer } from 'node:buffer'
import { decodeBase64 } from './base64.ts'

/** What a client-first-message says. */
export interface ScramFirst {
  /** The gs2-header with its last comma, as `c` is to repeat it. */
  readonly header: string
  /** As whom the client wants to act; empty if as itself. */
  readonly authorized: string
  readonly name: string
  readonly nonce: string
  /** client-first-message-bare */
  readonly bare: string
}

/** What a client-final-message says. */
export interface ScramFinal {
  /** The gs2-header that `c` repeats. */
  readonly header: string
  readonly nonce: string
  readonly proof: Buffer
  /** client-final-message-without-proof */
  readonly withoutProof: string
}

/** Characters of a client's nonce; the RFC sets no bound. */
const LONGEST_NONCE = 512

/** Reads a client-first-message; undefined if it is none, asks for channel binding (`p`) or for an extension that must be understood (`m`). */
export function parseFirst(text: string): ScramFirst | undefined {
  // `y`: the client could bind, and thinks that the server cannot, which is so.
  const [, header = '', authorized, bare = '', saslName = '', nonce = ''] =
    /^([ny],(?:a=([^,\0]+))?,)(n=([^,\0]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*)$/.exec(text) ?? []
  const name = saslNameText(saslName)
  const other = saslNameText(authorized ?? '')
  if (header === '' || name === undefined || other === undefined || nonce.length > LONGEST_NONCE)
    return undefined
  return { header, authorized: other, name, nonce, bare }
}

/** Reads a client-final-message; undefined if it is none. */
export function parseFinal(text: string): ScramFinal | undefined {
  const [, withoutProof = '', binding = '', nonce = '', proof = ''] =
    /^(c=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*),p=([^,]+)$/.exec(text) ?? []
  const header = decodeBase64(binding)
  const decoded = decodeBase64(proof)
  if (withoutProof === '' || header === undefined || decoded === undefined) return undefined
  return { header: header.toString('utf8'), nonce, proof: decoded, withoutProof }
}

/** A saslname, in which `=2C` is a comma and `=3D` an equals sign (RFC 5802 §5.1). */
function saslNameText(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
