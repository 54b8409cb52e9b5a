import type { CheckCase } from '../../../lab/check.ts'
import type { MailCase } from './claim.ts'
import { reproducing, typed } from './command.ts'
import { SHARED } from './maildrop.ts'
import { CLIENT } from './smtp-talk.ts'

/** Fills in what most cases of SMTP have in common; what is said follows EHLO. */
export function smtpCase(draft: MailCase): CheckCase {
  const common = {
    points: 1,
    endpoints: ['smtp'],
    limit: SHARED,
    ...(draft.id !== 'greeting' && { needs: ['greeting'] }),
  }
  const reproduce = reproducing(draft, (target, lines) => typed(target, 'smtp', [`EHLO ${CLIENT}`, ...lines]))
  return { ...common, ...draft, hint: { text: draft.hint }, reproduce }
}
