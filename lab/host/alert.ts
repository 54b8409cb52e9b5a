/** TLS 1.3 alerts (RFC 8446 §6) that Node cannot send: it judges a client's certificate after the handshake and then only hangs up. */
import { createCipheriv, createHmac } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { TlsAlert } from '../service.ts'

const NUMBERS: Readonly<Record<TlsAlert, number>> = {
  'bad certificate': 42,
  'unsupported certificate': 43,
  'certificate revoked': 44,
  'certificate expired': 45,
  'certificate unknown': 46,
  'unknown ca': 48,
  'access denied': 49,
  'certificate required': 116,
}

/** The cipher suites of TLS 1.3 that Node offers, with the octets of their keys (RFC 8446 appendix B.4). */
const SUITES = {
  TLS_AES_128_GCM_SHA256: { cipher: 'aes-128-gcm', key: 16, hash: 'sha256' },
  TLS_AES_256_GCM_SHA384: { cipher: 'aes-256-gcm', key: 32, hash: 'sha384' },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: 'chacha20-poly1305', key: 32, hash: 'sha256' },
} as const

/** Fatal, and of what an encrypted record hides: an alert (RFC 8446 §5.1). */
const FATAL = 2
const ALERT = 21
const TAG_SIZE = 16

/**
 * The record with a fatal alert that the server may send as the first thing after its tickets, `secret` being its first
 * traffic secret; undefined below TLS 1.3, where the keys cannot be known, and for a client that has left.
 */
export function alertRecord(socket: TLSSocket, secret: Buffer, alert: TlsAlert): Buffer | undefined {
  const suite = suiteOf(socket)
  if (suite === undefined) return undefined
  const iv = expand(suite.hash, secret, 'iv', 12)
  // §5.3: OpenSSL has sent two tickets before it, and none where Node says that the one of the client goes on to do.
  const sequence = socket.isSessionReused() ? 0 : 2
  iv.writeUInt8(iv.readUInt8(11) ^ sequence, 11)
  const content = Buffer.of(FATAL, NUMBERS[alert], ALERT)
  // §5.2: an encrypted record looks like application data of TLS 1.2.
  const header = Buffer.of(23, 3, 3, 0, content.length + TAG_SIZE)
  const key = expand(suite.hash, secret, 'key', suite.key)
  const options = { authTagLength: TAG_SIZE }
  const encryption =
    suite.cipher === 'chacha20-poly1305'
      ? createCipheriv(suite.cipher, key, iv, options)
      : createCipheriv(suite.cipher, key, iv, options)
  encryption.setAAD(header, { plaintextLength: content.length })
  return Buffer.concat([header, encryption.update(content), encryption.final(), encryption.getAuthTag()])
}

/** Undefined too for a client that has left: then Node knows no cipher, which its types do not tell. */
function suiteOf(socket: {
  getCipher(): { readonly standardName: string } | null
}): (typeof SUITES)[keyof typeof SUITES] | undefined {
  const name = socket.getCipher()?.standardName
  return Object.entries(SUITES).find(([suite]) => suite === name)?.[1]
}

// HKDF-Expand-Label (§7.1) with an empty context and no more than one block of output.
function expand(hash: string, secret: Buffer, label: string, length: number): Buffer {
  const text = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.of(0, length, text.length), text, Buffer.of(0, 1)])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}
