/** What graders may ask of name servers. */
import type { Checks } from '../../lab/check.ts'
import { dnsVerbs } from './checks/verbs.ts'

/** The suite `dns`, what tasks may say of names and zone files, and what reads captures. */
export const checks: Checks = {
  verbs: dnsVerbs,
  suites: async () => ({ dns: (await import('./checks/suite.ts')).dnsSuite }),
  witnesses: {
    facts: ['dns.queried', 'dns.answered'],
    load: async () => (await import('./checks/capture.ts')).dnsWitness,
  },
}
