/** What the mail service brings for graders. */
import type { Checks } from '../../lab/check.ts'
import { verbs } from './checks/verbs.ts'

/** The suites `smtp` and `pop3`, what tasks may say of mail, and what reads captures. */
export const checks: Checks = {
  verbs,
  suites: async () => ({
    smtp: (await import('./checks/smtp-suite.ts')).smtpSuite,
    pop3: (await import('./checks/pop3-suite.ts')).pop3Suite,
  }),
  witnesses: {
    facts: ['smtp.accepted', 'smtp.refused', 'pop3.logged-in', 'pop3.retrieved', 'pop3.deleted'],
    load: async () => (await import('./checks/capture.ts')).mailWitness,
  },
}
