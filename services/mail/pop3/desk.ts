/** What the parts of one POP3 session share. */
import type { TlsOptions } from 'node:tls'
import { canonicalAddress } from '../../../lab/kit/address.ts'
import type { Account, Peer, ServiceContext } from '../../../lab/service.ts'
import type { Logins } from '../login.ts'
import type { MailConfig, Pop3Config } from '../options.ts'
import type { Locks } from './locks.ts'
import type { Outlet } from './outlet.ts'
import type { Scratch } from './stuffing.ts'
import { ERR, OK, type ErrText, type Language, type OkText } from './words.ts'

/** What all sessions of a server share. */
export interface Pop3Desk {
  readonly ctx: Pick<
    ServiceContext<MailConfig>,
    'clock' | 'config' | 'fault' | 'log' | 'random' | 'record' | 'signal' | 'upgrade' | 'world'
  >
  readonly config: Pop3Config
  readonly tlsOptions: (client: string) => TlsOptions | Promise<TlsOptions>
  readonly logins: Logins
  readonly locks: Locks
  readonly scratch: Scratch
  /** The sessions in the UPDATE state, whose clients wait to hear what was deleted. */
  readonly updating: Set<object>
}

/** The code that stands before a text (RFC 2449 §8, RFC 3206). */
export type ResponseCode = 'AUTH' | 'IN-USE' | 'SYS/TEMP'

/** One client, and how it is spoken to. */
export class Talk {
  readonly desk: Pop3Desk
  readonly peer: Peer
  readonly isSecure: boolean
  readonly outlet: Outlet
  /** Aborts when the connection has closed. */
  readonly gone: AbortSignal
  language: Language = 'en'
  /** The connection ends behind the reply. */
  isOver = false
  #mistakes = 0
  #strikes = 0

  constructor(desk: Pop3Desk, client: Pick<Talk, 'peer' | 'isSecure' | 'outlet' | 'gone'>) {
    this.desk = desk
    this.peer = client.peer
    this.isSecure = client.isSecure
    this.outlet = client.outlet
    this.gone = client.gone
  }

  /** The client's address, in one spelling. */
  get host(): string {
    return canonicalAddress(this.peer.host)
  }

  ok(text: OkText): string {
    return `+OK ${OK[text][this.language]}`
  }

  err(text: ErrText, code?: ResponseCode): string {
    return `-ERR ${code === undefined ? '' : `[${code}] `}${ERR[text][this.language]}`
  }

  /** Answers a wrong command; the session ends with one too many. */
  mistake(text: ErrText): string {
    this.#mistakes += 1
    if (this.#mistakes < this.desk.config.maxErrors) return this.err(text)
    this.isOver = true
    return this.err('errors')
  }

  /** Answers a login that has failed; the session ends with one too many. */
  refuse(why: 'rejected' | 'logins', account: Account | undefined, mechanism: string): string {
    if (why === 'rejected') this.#strikes += 1
    if (this.#strikes >= this.desk.ctx.config.maxLogins) this.isOver = true
    this.record('pop3.refused', { account: account?.name, client: this.host, mechanism, why })
    return this.err(why, why === 'rejected' ? 'AUTH' : 'SYS/TEMP')
  }

  record(kind: string, data: Record<string, string | number | boolean | undefined>): void {
    this.desk.ctx.record({ kind, connection: this.peer.connection, data })
  }
}
