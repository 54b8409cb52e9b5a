import { Basic } from './basic.ts'
import { readCredentials, type Credentials } from './credentials.ts'
import { Digest } from './digest.ts'
import { foldPath } from './fold.ts'
import type { ProtectRules } from './options.ts'
import type { AskedRequest, AuthReason, AuthTools, Refusal, Verdict, Welcome } from './verdict.ts'

/** One protected folder. */
interface Guard {
  readonly prefix: string
  readonly scheme: 'basic' | 'digest'
  challenge(isStale: boolean): string
  judge(request: AskedRequest, credentials: Credentials): Welcome | AuthReason | Promise<Welcome | AuthReason>
}

/** Seconds after which a login may be tried again when too many wait. */
const retryAfter = 2

/** Lets only those into protected folders who prove that they know a password (RFC 9110 §11). */
export class Gate {
  /** Those with the longest prefix first. */
  readonly #guards: readonly Guard[]

  constructor(rules: ProtectRules, tools: AuthTools) {
    this.#guards = Object.entries(rules)
      .map(([prefix, rule]) => makeGuard(prefix, rule, tools))
      .toSorted((one, other) => other.prefix.length - one.prefix.length)
  }

  /** `path` as `decodePath` gives it. */
  judge(request: AskedRequest, path: string): Verdict | Promise<Verdict> {
    if (this.#guards.length === 0) return undefined
    const guard = this.#guardOf(path)
    if (guard === undefined) return undefined
    const values = request.fields.all('authorization')
    if (values.length === 0) return refusal(guard, 'auth-missing')
    // RFC 9110 §11.6.2: the field is no list, so two of them are one too many.
    const credentials = values.length === 1 ? readCredentials(values[0] ?? '') : undefined
    if (credentials?.scheme !== guard.scheme) return refusal(guard, 'auth-wrong')
    const found = guard.judge(request, credentials)
    return found instanceof Promise ? found.then((later) => verdict(guard, later)) : verdict(guard, found)
  }

  /** The protected folder that a path lies in, as its guard knows it; undefined if there is none. */
  prefixOf(path: string): string | undefined {
    return this.#guardOf(path)?.prefix
  }

  #guardOf(path: string): Guard | undefined {
    // The folder itself is as protected without its final slash: a server behind a path may answer there.
    const folded = foldPath(`${path}/`)
    return this.#guards.find(({ prefix }) => folded.startsWith(prefix))
  }
}

function makeGuard(path: string, rule: ProtectRules[string], tools: AuthTools): Guard {
  const prefix = foldPath(path)
  if (rule.scheme === 'basic') {
    const basic = new Basic(rule.realm, rule.users, tools)
    return {
      prefix,
      scheme: 'basic',
      challenge: () => basic.challenge,
      judge: (_, credentials) => basic.judge(credentials),
    }
  }
  const digest = new Digest(rule.realm, path, rule.users, tools)
  return {
    prefix,
    scheme: 'digest',
    challenge: (isStale) => digest.challenge(isStale),
    judge: (request, credentials) => digest.judge(request, credentials),
  }
}

function verdict(guard: Guard, found: Welcome | AuthReason): Welcome | Refusal {
  return typeof found === 'string' ? refusal(guard, found) : found
}

function refusal(guard: Guard, why: AuthReason): Refusal {
  // RFC 7616 §3.4.6: this is a mistake in the request, not in the password.
  if (why === 'auth-uri') return { why, status: 400, challenge: '' }
  if (why === 'auth-busy') return { why, status: 503, challenge: `Retry-After: ${retryAfter}\r\n` }
  return { why, status: 401, challenge: guard.challenge(why === 'auth-stale') }
}
