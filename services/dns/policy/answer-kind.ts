/** Which answers count as the same for the rate limit, as BIND counts them. */
import type { Reply } from '../reply.ts'
import { RCODE } from '../wire/codes.ts'
import { TYPE } from '../records/types.ts'
import type { Question } from '../wire/message.ts'

/** Equal for answers that somebody could make the server repeat, even by asking for ever new names. */
export function answerKind(question: Question | undefined, reply: Reply): string {
  const { rcode, answer, authority } = reply
  const [first] = answer
  const [support] = authority
  if (question === undefined) return 'error'
  if (rcode === RCODE.NXDOMAIN) return `no name ${support?.owner.key ?? ''}`
  if (rcode !== RCODE.NOERROR) return 'error'
  if (first === undefined && support?.type === TYPE.ns) return `referral ${support.owner.key}`
  if (first === undefined) return `no data ${question.name.key}`
  // What a wildcard gives bears the very name of the question; all its names are one.
  if (first.owner === question.name) return `wildcard ${support?.owner.key ?? ''} ${question.type}`
  return `data ${question.name.key} ${question.type}`
}
