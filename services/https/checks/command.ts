/** Commands that a person pastes into a shell to see what a case has seen; `cacert.pem`, `client.pem` … are the person's own files. */
import { X509Certificate } from 'node:crypto'
import type { CheckTarget, Identity } from '../../../lab/check.ts'
import type { Address } from '../../../lab/service.ts'

/** Where an endpoint is; `HOST` where it is not offered. */
export function placeOf({ endpoints }: CheckTarget, endpoint: 'https' | 'redirect'): Address {
  return endpoints[endpoint] ?? { host: 'HOST', port: endpoint === 'https' ? 443 : 80 }
}

/** A handshake by openssl, with further words of it; `then` is what the shell does with its output. */
export function shakeHands(target: CheckTarget, words = '', then = ''): string {
  return `${sClient(target, words)} </dev/null${then}`
}

/** The same, and a request for the start page: only the answer tells what a server of TLS 1.3 thinks of a client's certificate. */
export function getPage(target: CheckTarget, words = ''): string {
  const request = `GET / HTTP/1.1\\r\\nHost: ${target.domain}\\r\\nConnection: close\\r\\n\\r\\n`
  return `printf '${request}' | ${sClient(target, `-ign_eof${words === '' ? '' : ` ${words}`}`)}`
}

/** A client that asks to negotiate anew, as `R` on a line of its own makes openssl do. */
export function renegotiate(target: CheckTarget): string {
  return `(sleep 1; echo R; sleep 2) | ${sClient(target, '-tls1_2')}`
}

function sClient(target: CheckTarget, words: string): string {
  const { host, port } = placeOf(target, 'https')
  const name = words.includes('servername') ? '' : ` -servername ${target.domain}`
  const root = target.authority === undefined ? '' : ' -CAfile cacert.pem'
  return `openssl s_client -connect ${host}:${port}${name}${root}${words === '' ? '' : ` ${words}`}`
}

const NEW = 'openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'

/** Makes `wrong.pem` with `wrong.key`, which claims to be the same client: signed by itself, or by another authority of the same name. */
export function forging({ certificate }: Identity, kind: 'self-signed' | 'forged'): string {
  const { subject, issuer } = new X509Certificate(certificate)
  const own = `-subj '${slashed(subject)}' -keyout wrong.key`
  if (kind === 'self-signed') return `${NEW} -x509 -days 1 ${own} -out wrong.pem`
  return [
    `${NEW} -x509 -days 1 -subj '${slashed(issuer)}' -keyout other.key -out other.pem`,
    `${NEW} ${own} -out wrong.csr`,
    'openssl x509 -req -days 1 -in wrong.csr -CA other.pem -CAkey other.key -CAcreateserial -out wrong.pem',
  ].join(' && ')
}

/** A name as `openssl req` takes it. */
function slashed(name: string): string {
  const parts = name.split('\n').map((part) => part.replaceAll('\\', '\\\\').replaceAll('/', '\\/'))
  return `/${parts.join('/')}`.replaceAll("'", `'\\''`)
}
