/** Response rate limiting as BIND, Knot and NSD do it: so that nobody can aim the server's answers at someone else. */
import type { Clock } from '../../../lab/service.ts'
import type { Networks } from '../../../lab/kit/networks.ts'
import { siteOf } from './address.ts'

/** How much of the same answer one network of clients gets. */
export interface RateLimitOptions {
  /** Equal answers a second. */
  readonly responses: number
  /** Seconds of silence that too many answers may cost at most. */
  readonly window: number
  /** Each how many-th limited answer is sent cut short instead of dropped; 0 drops all. */
  readonly slip: number
  readonly exempt: Networks
}

/** What happens to an answer; `slip` sends it without records, so that a real client comes back over TCP. */
export type RateVerdict = 'send' | 'slip' | 'drop'

/** Accounts kept at most; the one that was used longest ago goes first. */
const TABLE_LIMIT = 20_000

interface Account {
  balance: number
  /** Milliseconds since 1970. */
  at: number
  limited: number
}

/** Keeps an account for each network and kind of answer, which fills with time and empties with answers. */
export class RateLimit {
  private readonly options: RateLimitOptions
  private readonly clock: Pick<Clock, 'now'>
  /** By site and kind, the longest unused first. */
  private readonly accounts = new Map<string, Account>()

  constructor(options: RateLimitOptions, clock: Pick<Clock, 'now'>) {
    this.options = options
    this.clock = clock
  }

  /** Charges one answer of the kind to the client's network. */
  judge(host: string, kind: string): RateVerdict {
    const { responses, window, slip, exempt } = this.options
    if (exempt.has(host)) return 'send'
    const account = this.account(`${siteOf(host)} ${kind}`)
    account.balance = Math.max(account.balance - 1, -window * responses)
    if (account.balance >= 0) return 'send'
    account.limited += 1
    return slip > 0 && account.limited % slip === 0 ? 'slip' : 'drop'
  }

  private account(key: string): Account {
    const { responses } = this.options
    const now = this.clock.now()
    const known = this.accounts.get(key)
    this.accounts.delete(key)
    const account = known ?? { balance: responses, at: now, limited: 0 }
    const earned = (Math.max(now - account.at, 0) / 1000) * responses
    account.balance = Math.min(account.balance + earned, responses)
    account.at = now
    this.accounts.set(key, account)
    if (this.accounts.size > TABLE_LIMIT) {
      for (const oldest of this.accounts.keys()) {
        this.accounts.delete(oldest)
        break
      }
    }
    return account
  }
}
