/** What follows from an attempt: another one, or a report to the sender. */
import type { Random } from '../../../lab/service.ts'
import type { MailConfig } from '../options.ts'
import type { Entry, QueuedRecipient } from './entry.ts'
import { replyText, type Outcome } from './reply.ts'
import type { ReportAction } from './words.ts'

/** By how many thousandths a wait may be shorter or longer. */
const JITTER = 100

type Settled = readonly [QueuedRecipient, Outcome]

/** Reports that are due, and changes of the entry that are to be made after them. */
export interface Verdicts {
  readonly reports: readonly { readonly action: ReportAction; readonly recipients: readonly Settled[] }[]
  /** The report could not be made: what it tells has not happened yet. */
  withhold(action: ReportAction): void
  /** Changes the entry. */
  apply(): void
}

/** Judges attempts by the options of the queue. */
export class Judgement {
  readonly #options: MailConfig['queue']
  readonly #random: Pick<Random, 'integer'>

  constructor(options: MailConfig['queue'], random: Pick<Random, 'integer'>) {
    this.#options = options
    this.#random = random
  }

  judge(entry: Entry, outcomes: readonly Settled[], now: number): Verdicts {
    const isOver = now >= this.endOf(entry)
    const final = outcomes.map(([recipient, outcome]): Settled => [
      recipient,
      isOver && outcome.kind === 'deferred' ? expired(outcome) : outcome,
    ])
    const isLate = this.#options.warn > 0 && !entry.isWarned && now >= this.#warningOf(entry)
    const reports = final.flatMap((settled): readonly (readonly [ReportAction, Settled])[] => {
      const action = actionFor(settled, isLate)
      return action === undefined ? [] : [[action, settled]]
    })
    const withheld = new Set<ReportAction>()
    return {
      reports: [...Map.groupBy(reports, ([action]) => action)].map(([action, list]) => ({
        action,
        recipients: list.map(([, settled]) => settled),
      })),
      withhold: (action) => void withheld.add(action),
      apply: () => {
        if (isLate && !withheld.has('delayed') && final.some(([, { kind }]) => kind === 'deferred'))
          entry.isWarned = true
        for (const [recipient, outcome] of final)
          this.#apply(entry, recipient, outcome, withheld.has('failed'), now)
      },
    }
  }

  /** When the message goes back. */
  endOf({ received }: Entry): number {
    return received + this.#options.lifetime * 1000
  }

  #warningOf({ received }: Entry): number {
    return received + this.#options.warn * 1000
  }

  #apply(entry: Entry, recipient: QueuedRecipient, outcome: Outcome, isWithheld: boolean, now: number): void {
    recipient.attempts += 1
    recipient.reply = replyText(outcome.reply)
    if (outcome.host !== undefined) recipient.host = outcome.host
    if (outcome.kind === 'delivered') recipient.state = 'delivered'
    else if (outcome.kind === 'failed' && !isWithheld) recipient.state = 'failed'
    else recipient.next = this.#next(entry, recipient.attempts, now)
  }

  #next(entry: Entry, attempts: number, now: number): number {
    const { retry, warn } = this.#options
    const wait = retry[Math.min(attempts, retry.length) - 1] ?? 60
    const next = now + wait * (1000 + this.#random.integer(-JITTER, JITTER + 1))
    // The moments at which the sender is to hear of it are attempts too.
    const moments = [this.endOf(entry), ...(warn > 0 && !entry.isWarned ? [this.#warningOf(entry)] : [])]
    return Math.min(next, ...moments.filter((moment) => moment > now))
  }
}

function expired(outcome: Outcome): Outcome {
  const { code, text } = outcome.reply
  return {
    ...outcome,
    kind: 'failed',
    reply: { code, status: '4.4.7', text: `retry time exceeded: ${text}` },
  }
}

/** What the sender is to hear of a recipient (RFC 3461 §4.1, §5.2). */
function actionFor(
  [{ notify, account }, { kind, isPassedOn = false }]: Settled,
  isLate: boolean,
): ReportAction | undefined {
  const wants = (wish: 'FAILURE' | 'DELAY'): boolean => notify?.includes(wish) ?? true
  if (kind === 'failed') return wants('FAILURE') ? 'failed' : undefined
  if (kind === 'deferred') return isLate && wants('DELAY') ? 'delayed' : undefined
  if (notify?.includes('SUCCESS') !== true || isPassedOn) return undefined
  return account === undefined ? 'relayed' : 'delivered'
}
