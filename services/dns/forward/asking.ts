/** One question to one server: how it is put, and what of the answer is passed on. */
import type { ServiceContext } from '../../../lab/service.ts'
import { EXTENDED_ERROR } from '../wire/extended-error.ts'
import { FLAG, type Edns, type Message, type Question } from '../wire/message.ts'
import { NO_OPTIONS } from '../wire/options.ts'
import { RCODE } from '../wire/codes.ts'
import { exchange, ExchangeError, type ExchangeFailure } from './exchange.ts'
import type { Ask, Candidate } from './inquiry.ts'
import { isAnswer, relevantPart, type Resolution } from './relevance.ts'
import { failedAnswer, type Setback } from './setback.ts'

/** What of a client's query changes the answer. */
export interface Wishes {
  /** DO (RFC 3225). */
  readonly dnssec: boolean
  /** CD (RFC 4035 §3.2.2). */
  readonly checkingDisabled: boolean
}

/** What all questions of a forwarder have in common. */
export interface Manner {
  readonly context: Pick<ServiceContext<unknown>, 'connect' | 'clock' | 'random'>
  /** Octets of UDP answer that are asked for. */
  readonly size: number
  /** Whether a name, by its key, lies in the lab's own zones, of which no other server may speak. */
  readonly isOwn: (key: string) => boolean
  /** Told of each server that speaks, with the milliseconds that it took. */
  readonly onAnswer: (candidate: Candidate, milliseconds: number) => void
}

const CODES: Readonly<Record<ExchangeFailure, number>> = {
  silent: EXTENDED_ERROR.noReachableAuthority,
  unreachable: EXTENDED_ERROR.networkError,
  malformed: EXTENDED_ERROR.invalidData,
  shortage: EXTENDED_ERROR.notReady,
}

/** How the servers are to be asked this question. */
export function createAsk(manner: Manner, question: Question, wishes: Wishes): Ask {
  return async (candidate, signal) => {
    const { server } = candidate
    try {
      const message = await converse(manner, candidate, question, wishes, signal)
      return read(manner, candidate, message, question, wishes)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      const { failure, message: text } = error
      const isSilence = failure === 'silent' || failure === 'unreachable'
      return { server, code: CODES[failure], text, isSilence }
    }
  }
}

/** With EDNS and, where that fails, without it, as servers need that are older (RFC 6891 §6.2.2). */
async function converse(
  { context, size, onAnswer }: Manner,
  candidate: Candidate,
  question: Question,
  wishes: Wishes,
  signal: AbortSignal,
): Promise<Message> {
  const { server, health } = candidate
  const { clock } = context
  const started = clock.now()
  const heard = (): void => onAnswer(candidate, clock.now() - started)
  const put = (edns?: Edns): Promise<Message> =>
    exchange(context, server, queryOf(question, wishes, edns), signal, heard)
  if (health.isPlain(started)) return put()
  const answer = await put({ size, version: 0, dnssec: wishes.dnssec, options: NO_OPTIONS })
  if (!isOld(answer)) return answer
  const plain = await put()
  if (isAnswer(plain)) health.notePlain(clock.now())
  return plain
}

// It refuses the form, also where it sends the OPT record back, or cannot read it and leaves the question out.
function isOld({ edns, rcode, questions }: Message): boolean {
  const isUnread = rcode === RCODE.SERVFAIL && edns === undefined && questions.length === 0
  return isUnread || rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP
}

function queryOf(question: Question, wishes: Wishes, edns?: Edns): Omit<Message, 'id'> {
  const flags = FLAG.recursionDesired | (wishes.checkingDisabled ? FLAG.checkingDisabled : 0)
  return {
    flags,
    opcode: 0,
    rcode: 0,
    questions: [question],
    answer: [],
    authority: [],
    additional: [],
    edns,
  }
}

function read(
  { isOwn }: Manner,
  { server }: Candidate,
  message: Message,
  question: Question,
  { dnssec }: Wishes,
): Resolution | Setback {
  if (!isAnswer(message)) return failedAnswer(server, message)
  const resolution = relevantPart({ question, message, dnssec, isOwn })
  if (resolution !== undefined) return resolution
  const text = 'knew no answer and looked for none'
  return { server, code: EXTENDED_ERROR.notAuthoritative, text, isSilence: false }
}
