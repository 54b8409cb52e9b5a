/** Commands that wait for their replies, which come in the same order (RFC 2920, RFC 2449 §6.6). */

import { ALL } from './secrets.ts'

/** Commands that are remembered. */
const WAITING = 1000
/** Characters of an argument that are kept. */
const ARGUMENT = 1024
/** Characters that a reply must not repeat, and of how many commands. */
const HIDDEN = { length: 256, count: 16 }

/** One command. */
export interface Waiting {
  readonly verb: string
  readonly hasArgument: boolean
  /** What stands behind the verb, a long one cut; it may be a secret. */
  readonly argument?: string
  /** What its reply must not repeat. */
  readonly hidden: string
}

/** The commands of one session that have no reply yet. */
export class Pending {
  readonly #waiting: Waiting[] = []
  #hidden = 0
  #logins = 0

  get first(): Waiting | undefined {
    return this.#waiting[0]
  }

  /** Whether a login is under way, so that what the client says is no command. */
  get isLogin(): boolean {
    return this.#logins > 0
  }

  add({ verb, hasArgument, hidden, argument = '' }: Waiting): void {
    if (this.#waiting.length >= WAITING) this.take()
    // Of what is too long to keep, the end would show.
    const isKept = hidden !== '' && hidden.length <= HIDDEN.length && this.#hidden < HIDDEN.count
    if (isKept) this.#hidden += 1
    if (isLogin({ verb, hasArgument })) this.#logins += 1
    this.#waiting.push({
      verb,
      hasArgument,
      hidden: isKept || hidden === '' ? hidden : ALL,
      argument: argument.slice(0, ARGUMENT),
    })
  }

  take(): Waiting | undefined {
    const first = this.#waiting.shift()
    if (first === undefined) return undefined
    if (first.hidden !== '' && first.hidden !== ALL) this.#hidden -= 1
    if (isLogin(first)) this.#logins -= 1
    return first
  }

  /** Gives up those before the first of a verb: what came just now answers that one. */
  skipTo(verb: string): void {
    if (!this.#waiting.some((each) => each.verb === verb)) return
    while (this.first?.verb !== verb) this.take()
  }
}

// POP3's AUTH alone asks for the mechanisms.
function isLogin({ verb, hasArgument }: Pick<Waiting, 'verb' | 'hasArgument'>): boolean {
  return verb === 'AUTH' && hasArgument
}
