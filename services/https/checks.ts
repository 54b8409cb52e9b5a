/** What the https service brings for graders. */
import type { Checks } from '../../lab/check.ts'
import { verbs } from './checks/verbs.ts'

/** The suite `tls`, what tasks may say of TLS, and what reads captures. */
export const checks: Checks = {
  verbs,
  witnesses: {
    facts: ['tls.handshaken', 'tls.failed'],
    load: async () => (await import('./checks/capture.ts')).tlsWitness,
  },
  suites: async () => ({ tls: (await import('./checks/suite.ts')).tlsSuite }),
}
