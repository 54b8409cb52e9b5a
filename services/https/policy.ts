/** Versions and ciphers by name, after Mozilla's server-side recommendations. */
import { constants } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import type { HttpsConfig } from './options.ts'

const FORWARD_SECRET = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
]
const TLS_13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

/** What `node:tls` is told of each policy. */
export const policies: Readonly<Record<HttpsConfig['policy'], TlsOptions>> = {
  modern: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: TLS_13.join(':') },
  intermediate: {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: [...TLS_13, ...FORWARD_SECRET].join(':'),
  },
  // Debian's and Ubuntu's SSLCipherSuite of those years: CBC and key exchange by RSA are in it.
  'document-2019': {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers: 'HIGH:!aNULL',
    honorCipherOrder: false,
  },
}

/** No client may start a second handshake in a connection (RFC 5746 is no protection against floods of them). */
export const SECURE_OPTIONS = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION
