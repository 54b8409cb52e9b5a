/** What the https service brings for graders. */
import type { Checks } from '../../lab/check.ts'
import { certificateCases } from './checks/certificate.ts'
import { clientCases } from './checks/client.ts'
import { handshakeCases } from './checks/handshake.ts'
import { httpCases } from './checks/http.ts'
import { sessionCases } from './checks/session.ts'
import { verbs } from './checks/verbs.ts'

/** The suite `tls`, what tasks may say of TLS, and what reads captures. */
export const checks: Checks = {
  verbs,
  witnesses: {
    facts: ['tls.handshaken', 'tls.failed'],
    load: async () => (await import('./checks/capture.ts')).tlsWitness,
  },
  suites: {
    tls: {
      summary: {
        en: 'TLS, and the certificates of server and clients',
        es: 'TLS, y los certificados de servidor y clientes',
      },
      endpoints: { https: { transport: 'tcp', port: 443 }, redirect: { transport: 'tcp', port: 80 } },
      cases: [...handshakeCases, ...sessionCases, ...certificateCases, ...clientCases, ...httpCases],
    },
  },
}
