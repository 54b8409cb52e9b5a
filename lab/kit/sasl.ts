/** The server side of SASL (RFC 4422), without the framing that each protocol gives it. */
import type { Buffer } from 'node:buffer'
import { Login } from './sasl/login.ts'
import { Plain } from './sasl/plain.ts'
import { Scram } from './sasl/scram.ts'

/** What a mechanism asks of the accounts. */
export interface SaslAccounts {
  /** Rejects with a BusyError when too many logins wait already. */
  verify(name: string, password: string): Promise<boolean>
  /** What is shown of a name, at no cost; one that nobody has looks like one that somebody has: always the same. */
  salt(name: string, hash: 'sha1' | 'sha256'): Pick<ScramSecret, 'salt' | 'iterations'>
  /** The secret, if `isRight` finds that the proof is by it; rejects with a BusyError when too many logins wait already. */
  scram(
    name: string,
    hash: 'sha1' | 'sha256',
    isRight: (secret: ScramSecret) => boolean,
  ): Promise<ScramSecret | undefined>
}

/** The stored half of a SCRAM password (RFC 5802 §3). */
export interface ScramSecret {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** Why a login has failed. `malformed`: the client does not keep to the mechanism; `rejected`: wrong name or password; `busy`: too many logins wait. */
export type SaslFailure = 'malformed' | 'rejected' | 'busy'

/** What comes of one response of the client. */
export type SaslStep =
  | { readonly kind: 'challenge'; readonly octets: Buffer }
  | { readonly kind: 'done'; readonly name: string }
  | { readonly kind: 'failed'; readonly why: SaslFailure; readonly name?: string }

/** One login under way. */
export interface SaslExchange {
  /** The client's next response, decoded; undefined where it sent none with its command (RFC 4422 §3). Rejects only with what the accounts reject with for a bug; after `done` or `failed` each step has failed. */
  step(response: Buffer | undefined): Promise<SaslStep>
}

/** The chance that nonces are made of. */
export interface SaslRandom {
  bytes(count: number): Buffer
}

/** Begins a login by the mechanism of that name, letter case ignored; undefined if there is none such. */
export function openSasl(
  mechanism: string,
  accounts: SaslAccounts,
  random: SaslRandom,
): SaslExchange | undefined {
  switch (mechanism.toUpperCase()) {
    case 'PLAIN':
      return new Plain(accounts)
    case 'LOGIN':
      return new Login(accounts)
    case 'SCRAM-SHA-1':
      return new Scram('sha1', accounts, random)
    case 'SCRAM-SHA-256':
      return new Scram('sha256', accounts, random)
    default:
      return undefined
  }
}
