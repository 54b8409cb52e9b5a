/** The mail of the lab: SMTP in, Maildir on disk, POP3 out, and a queue for the mail of others. */
import { certificateProblems } from '../../lab/kit/certificate-problems.ts'
import { defineService } from '../../lab/service.ts'
import { certificateFault, pop3Fault, smtpFault } from './faults.ts'
import { mailOptions, TLS, type MailConfig } from './options.ts'
import { mailProblems } from './policy/problems.ts'

/** The `mail` service. */
export const service = defineService<MailConfig>({
  name: 'mail',
  summary: {
    en: 'Mail: SMTP and submission, a Maildir for each account, POP3',
    es: 'Correo: SMTP y envío autenticado, un Maildir por cuenta, POP3',
  },
  config: mailOptions,
  endpoints: {
    smtp: { transport: 'tcp', standard: 25, fallback: 2525, try: 'nc -C ${host} ${port}' },
    submission: { transport: 'tcp', standard: 587, fallback: 2587 },
    smtps: { transport: 'tcp', standard: 465, fallback: 2465 },
    pop3: { transport: 'tcp', standard: 110, fallback: 2110, try: 'nc -C ${host} ${port}' },
    pop3s: { transport: 'tcp', standard: 995, fallback: 2995 },
  },
  // Its certificate names where the authority tells of revocations; its queue asks the lab's name server.
  after: ['ca', 'dns'],
  faults: {
    'smtp.connect': smtpFault,
    'smtp.mail': smtpFault,
    'smtp.rcpt': smtpFault,
    'smtp.data': smtpFault,
    'smtp.message': smtpFault,
    'pop3.connect': pop3Fault,
    'pop3.login': pop3Fault,
    'pop3.retrieve': pop3Fault,
    'mail.certificate': certificateFault,
  },
  problems: (config, files, world) => [
    ...mailProblems(config, files, world),
    ...certificateProblems(config.certificate, TLS, files),
  ],
  dissector: async (endpoint) => (await import('./dissect/dissector.ts')).mailDissector(endpoint),
  start: async (ctx) => (await import('./start.ts')).start(ctx),
})
