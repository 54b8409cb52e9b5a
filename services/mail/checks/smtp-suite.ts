import type { Suite } from '../../../lab/check.ts'
import { cleanMailboxes } from './maildrop.ts'
import { addressCases } from './smtp-address.ts'
import { commandCases } from './smtp-command.ts'
import { extensionCases } from './smtp-extension.ts'
import { loginCases } from './smtp-login.ts'
import { messageCases } from './smtp-message.ts'
import { secureCases } from './smtp-secure.ts'
import { sessionCases } from './smtp-session.ts'

/** The cases that grade any server of SMTP. */
export const smtpSuite: Suite = {
  summary: { en: 'SMTP: mail in, and submission', es: 'SMTP: correo entrante, y envío' },
  endpoints: {
    smtp: { transport: 'tcp', port: 25 },
    submission: { transport: 'tcp', port: 587 },
    smtps: { transport: 'tcp', port: 465 },
    pop3: { transport: 'tcp', port: 110 },
  },
  cases: [
    ...sessionCases,
    ...commandCases,
    ...addressCases,
    ...messageCases,
    ...extensionCases,
    ...secureCases,
    ...loginCases,
  ],
  clean: cleanMailboxes,
}
