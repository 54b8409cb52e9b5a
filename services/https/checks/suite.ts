import type { Suite } from '../../../lab/check.ts'
import { certificateCases } from './certificate.ts'
import { clientCases } from './client.ts'
import { handshakeCases } from './handshake.ts'
import { httpCases } from './http.ts'
import { sessionCases } from './session.ts'

/** The suite `tls`. */
export const tlsSuite: Suite = {
  summary: {
    en: 'TLS, and the certificates of server and clients',
    es: 'TLS, y los certificados de servidor y clientes',
  },
  endpoints: { https: { transport: 'tcp', port: 443 }, redirect: { transport: 'tcp', port: 80 } },
  cases: [...handshakeCases, ...sessionCases, ...certificateCases, ...clientCases, ...httpCases],
}
