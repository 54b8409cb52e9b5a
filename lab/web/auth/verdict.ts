import type { HttpRequest } from '../../kit/http/request.ts'
import type { Accounts, Clock, Random } from '../../service.ts'

/** What authentication reads of a request. */
export type AskedRequest = Pick<HttpRequest, 'method' | 'target' | 'path' | 'query' | 'fields'>

/** Why a protected folder stays closed; each has its text in `words.ts`. */
export type AuthReason = 'auth-missing' | 'auth-wrong' | 'auth-stale' | 'auth-uri' | 'auth-busy'

/** The answer to somebody who is let in. */
export interface Welcome {
  readonly user: string
  /** Field lines for the answer, `Authentication-Info` for Digest (RFC 7616 §3.5); empty for Basic. */
  readonly fields: string
}

/** The answer to everybody else. */
export interface Refusal {
  readonly why: AuthReason
  readonly status: 400 | 401 | 503
  /** Field lines for the answer: `WWW-Authenticate` with 401, `Retry-After` with 503, none with 400. */
  readonly challenge: string
}

/** What is found of one request; undefined if nothing protects its path. */
export type Verdict = Welcome | Refusal | undefined

/** What authentication needs of the lab. */
export interface AuthTools {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  readonly accounts: Pick<Accounts, 'find' | 'verify'>
}
