/** What the mail service brings for graders. */
import type { Checks } from '../../lab/check.ts'
import { pop3Suite } from './checks/pop3-suite.ts'
import { smtpSuite } from './checks/smtp-suite.ts'
import { verbs } from './checks/verbs.ts'

/** The suites `smtp` and `pop3`, what tasks may say of mail, and what reads captures. */
export const checks: Checks = {
  verbs,
  suites: { smtp: smtpSuite, pop3: pop3Suite },
  witnesses: {
    facts: ['smtp.accepted', 'smtp.refused', 'pop3.logged-in', 'pop3.retrieved', 'pop3.deleted'],
    load: async () => (await import('./checks/capture.ts')).mailWitness,
  },
}
