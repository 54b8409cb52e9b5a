/** How the cases of the suite are written. */
import {
  defineCase,
  type Assertion,
  type CaseDraft,
  type CheckCase,
  type CheckTarget,
} from '../../../lab/check.ts'
import { ask, dig, type Answer, type Asking } from './ask.ts'

/** A case that asks one question by datagram and looks at the answer. */
export function asking(
  draft: Omit<CaseDraft, 'reproduce' | 'run'> & {
    readonly ask: Asking
    readonly judge: (answer: Answer['message'], target: CheckTarget, octets: Buffer) => readonly Assertion[]
  },
): CheckCase {
  const { ask: question, judge, ...rest } = draft
  return probing({
    ...rest,
    reproduce: (target) => dig(target, question),
    async run(context) {
      const { message, octets } = await ask(context, question)
      return judge(message, context.target, octets)
    },
  })
}

/** A case that does as it likes. */
export function probing(draft: CaseDraft): CheckCase {
  return defineCase('dns', draft)
}
