/** How the cases of the suite are written. */
import type { Assertion, CheckCase, CheckContext, CheckTarget } from '../../../lab/check.ts'
import { ask, dig, type Answer, type Asking } from './ask.ts'

/** What every case says of itself. */
type About = Pick<CheckCase, 'id' | 'title' | 'reference' | 'needs'> & {
  /** 1 if not given. */
  readonly points?: number
  readonly hint: { readonly en: string; readonly es: string }
}

/** A case that asks one question by datagram and looks at the answer. */
export function asking(
  about: About & {
    readonly ask: Asking
    readonly judge: (answer: Answer['message'], target: CheckTarget, octets: Buffer) => readonly Assertion[]
  },
): CheckCase {
  const { ask: question, judge, ...rest } = about
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
export function probing(
  about: About & {
    readonly reproduce: (target: CheckTarget) => string
    readonly run: (context: CheckContext) => Promise<readonly Assertion[]>
  },
): CheckCase {
  const { points = 1, hint, run, ...rest } = about
  return {
    ...rest,
    points,
    endpoints: ['dns'],
    hint: { text: hint },
    run: async (context) => ({ assertions: await run(context) }),
  }
}
