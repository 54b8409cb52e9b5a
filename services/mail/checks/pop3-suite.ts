import type { Suite } from '../../../lab/check.ts'
import { cleanMailboxes } from './maildrop.ts'
import { deletionCases } from './pop3-deletion.ts'
import { loginCases } from './pop3-login.ts'
import { mailCases } from './pop3-mail.ts'
import { mailboxCases } from './pop3-mailbox.ts'
import { stateCases } from './pop3-state.ts'
import { wordCases } from './pop3-words.ts'

/** Cases that fail to log in come last: servers let the logins behind them wait. */
const LATE = new Set(['wrong-password', 'wrong-user', 'apop', 'auth-plain'])

const cases = [...loginCases, ...stateCases, ...wordCases, ...mailboxCases, ...mailCases, ...deletionCases]

/** The cases that grade any server of POP3; with an SMTP server beside it they bring their own mail, else they look at what is there. */
export const pop3Suite: Suite = {
  summary: { en: 'POP3: mail out of its mailbox', es: 'POP3: el correo sale de su buzón' },
  endpoints: {
    pop3: { transport: 'tcp', port: 110 },
    pop3s: { transport: 'tcp', port: 995 },
    smtp: { transport: 'tcp', port: 25 },
  },
  cases: [...cases.filter(({ id }) => !LATE.has(id)), ...cases.filter(({ id }) => LATE.has(id))],
  clean: cleanMailboxes,
}
