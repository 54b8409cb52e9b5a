import type { CheckCase } from '../../../lab/check.ts'
import { typed, type CaseDraft } from './claim.ts'
import { SHARED } from './maildrop.ts'
import { CLIENT } from './smtp-talk.ts'

/** Fills in what most cases of SMTP have in common. */
export function smtpCase(draft: CaseDraft): CheckCase {
  const { say = [], ...rest } = draft
  return {
    points: 1,
    endpoints: ['smtp'],
    limit: SHARED,
    ...(draft.id !== 'greeting' && { needs: ['greeting'] }),
    reproduce: (target) => typed(target, 'smtp', [`EHLO ${CLIENT}`, ...say]),
    ...rest,
  }
}
