/** Why a handshake failed, in plain words. */
import type { Text } from '../../service.ts'

/** Parts of what OpenSSL and Node say, and what is meant. */
const MEANINGS: readonly (readonly [pattern: RegExp, en: string, es: string])[] = [
  [
    /no shared cipher/i,
    'Both ends know no cipher suite in common (or the server has no certificate for those offered).',
    'Los dos extremos no tienen ninguna suite de cifrado en común (o el servidor no tiene certificado para las ofrecidas).',
  ],
  [
    /unsupported protocol|alert protocol version|version too low/i,
    'Both ends know no version of TLS in common.',
    'Los dos extremos no tienen ninguna versión de TLS en común.',
  ],
  [
    /http request|https proxy request/i,
    'The client spoke HTTP without TLS to a port where TLS is expected (http:// instead of https://).',
    'El cliente habló HTTP sin TLS a un puerto donde se espera TLS (http:// en vez de https://).',
  ],
  [
    /wrong version number|unknown protocol|packet length too long|bad record type|unexpected message/i,
    'The other end did not speak TLS.',
    'El otro extremo no habló TLS.',
  ],
  [
    /alert unknown ca|unable to (?:get local issuer|verify the first)|self.signed certificate/i,
    'The certificate is not signed by an authority that its reader trusts.',
    'El certificado no está firmado por una autoridad en la que confíe quien lo recibe.',
  ],
  [
    /alert certificate expired|certificate has expired|not yet valid/i,
    'The certificate is out of its dates.',
    'El certificado está fuera de fechas.',
  ],
  [/revoked/i, 'The certificate is revoked.', 'El certificado está revocado.'],
  [
    /does not match|altname|hostname mismatch/i,
    'The certificate is for another name than the one that was asked for.',
    'El certificado es de otro nombre que el pedido.',
  ],
  [
    /certificate required|did not return a certificate/i,
    'The client showed no certificate, and one is required.',
    'El cliente no mostró ningún certificado, y se exige uno.',
  ],
  [
    /alert (?:bad certificate|certificate unknown|unsupported certificate)|certificate verify failed/i,
    'The other end does not accept the certificate.',
    'El otro extremo no acepta el certificado.',
  ],
  [
    /no application protocol/i,
    'Both ends know no protocol inside TLS in common (ALPN).',
    'Los dos extremos no tienen ningún protocolo en común dentro de TLS (ALPN).',
  ],
  [
    /no suitable (?:key share|signature)|no shared (?:group|signature)/i,
    'Both ends know no group or signature in common.',
    'Los dos extremos no tienen ningún grupo o firma en común.',
  ],
  [
    /alert handshake failure/i,
    'The other end finds nothing that it can agree to.',
    'El otro extremo no encuentra nada que pueda acordar.',
  ],
  [/timeout/i, 'The handshake took too long.', 'La negociación tardó demasiado.'],
  [
    /left during|econnreset|socket hang up|disconnected before|premature close/i,
    'The other end left in the middle of the handshake; a client that does not trust the certificate often does.',
    'El otro extremo se fue en mitad de la negociación; un cliente que no se fía del certificado suele hacerlo.',
  ],
]

/** What the lab itself says of a client that leaves. */
const LEFT = { en: 'the client left during the handshake', es: 'el cliente se fue durante la negociación' }

/** The reason, in English out of a message of OpenSSL, which names places in its source as well. */
export function reasonOf(failure: string): string | Text {
  if (failure === LEFT.en) return LEFT
  const [, reason] = /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/i.exec(failure) ?? []
  return (reason ?? failure).trim().slice(0, 200)
}

/** What the failure means. */
export function meaningOf(failure: string): Text {
  const reason = failure.slice(0, 2000)
  const found = MEANINGS.find(([pattern]) => pattern.test(reason))
  if (found === undefined) return { en: 'The handshake failed.', es: 'La negociación ha fallado.' }
  const [, en, es] = found
  return { en, es }
}
