/** What the mail service brings for graders. */
import type { Checks } from '../../lab/check.ts'
import { pop3Suite } from './checks/pop3-suite.ts'
import { smtpSuite } from './checks/smtp-suite.ts'
import { verbs } from './checks/verbs.ts'

/** The suites `smtp` and `pop3`, and what tasks may say of mail. */
export const checks: Checks = { verbs, suites: { smtp: smtpSuite, pop3: pop3Suite } }
