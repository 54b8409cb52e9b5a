import { canonicalAddress } from '../../../lab/kit/address.ts'
import { readFault } from '../../../lab/kit/fault.ts'
import type { Account, Peer, ServiceContext } from '../../../lab/service.ts'
import type { Client, Entrance, Intake, PostOffice, Refusal } from '../envelope.ts'
import type { Logins } from '../login.ts'
import { smtpFault, type SmtpFault } from '../faults.ts'
import type { Extension, MailConfig, SmtpConfig } from '../options.ts'
import { writeReply, type Outcome, type Reply } from './reply.ts'

/** What all sessions of a server share. */
export interface SmtpParts {
  readonly ctx: Pick<ServiceContext<MailConfig>, 'clock' | 'config' | 'fault' | 'log' | 'record' | 'signal'>
  readonly config: SmtpConfig
  readonly office: PostOffice
  readonly logins: Logins
  readonly hostname: string
  readonly extensions: Readonly<Record<'all' | 'forStrangers', ReadonlySet<Extension>>>
  /** Whether a client of that address may have mail sent on. */
  isNear(host: string): boolean
  /** Messages that have come whole and are not answered yet. */
  readonly storing: Set<Intake>
  /** Whether the client of that address may bring one more message this minute. */
  mayBring(host: string): boolean
}

/** A place where a scenario can break SMTP. */
export type FaultPoint = 'smtp.connect' | 'smtp.mail' | 'smtp.rcpt' | 'smtp.data' | 'smtp.message'

/** From and to whom; of many recipients the first ones. */
export interface Told {
  readonly from?: string | undefined
  readonly to?: readonly string[] | undefined
}

/** Recipients that a fact names. */
const TOLD = 20

/** Who talks to whom, and what every part of a session says by it: replies, facts and faults. */
export class Dialogue {
  readonly parts: SmtpParts
  readonly peer: Peer
  readonly entrance: Entrance
  readonly isSecure: boolean
  /** What the client calls itself; empty before HELO or EHLO. */
  name = ''
  isExtended = false
  account: Account | undefined
  /** Messages taken. */
  messages = 0
  readonly #isTrusted: boolean

  constructor(
    parts: SmtpParts,
    { peer, entrance, isSecure }: Readonly<Pick<Dialogue, 'peer' | 'entrance' | 'isSecure'>>,
  ) {
    this.parts = parts
    this.peer = peer
    this.entrance = entrance
    this.isSecure = isSecure
    // At the other entrances nobody sends who has not logged in.
    this.#isTrusted = entrance !== 'smtp' || parts.isNear(peer.host)
  }

  /** The extensions that this client may use. */
  get extensions(): ReadonlySet<Extension> {
    const { all, forStrangers } = this.parts.extensions
    return this.#isTrusted || this.account !== undefined ? all : forStrangers
  }

  /** The client's address as people write it. */
  get host(): string {
    return canonicalAddress(this.peer.host)
  }

  /** The client as the policy sees it, in a transaction of SMTPUTF8 or not. */
  client(isUtf8: boolean): Client {
    const { peer, entrance, name, account } = this
    return { peer, entrance, name, protocol: this.#protocol(isUtf8), account }
  }

  // RFC 3848, RFC 6531 §3.7.3
  #protocol(isUtf8: boolean): string {
    if (!this.isExtended) return 'SMTP'
    const suffix = `${this.isSecure ? 'S' : ''}${this.account === undefined ? '' : 'A'}`
    return `${isUtf8 ? 'UTF8SMTP' : 'ESMTP'}${suffix}`
  }

  reply(code: number, status: string | undefined, text: Reply['text'], after?: Outcome['after']): Outcome {
    const isEnhanced = this.extensions.has('ENHANCEDSTATUSCODES')
    return { text: writeReply({ code, status, text }, isEnhanced), after }
  }

  /** Takes the client for that account from now on, and tells the journal. */
  welcome(account: Account): void {
    const { host: client, entrance, isSecure: secure } = this
    this.account = account
    this.parts.ctx.record({
      kind: 'smtp.logged-in',
      connection: this.peer.connection,
      data: { account: account.name, client, entrance, secure },
    })
  }

  /** Refuses mail, or who brings it, and tells the journal. */
  refuse({ code, status, text }: Refusal, told: Told = {}, after?: Outcome['after']): Outcome {
    this.tell(code, text, told)
    return this.reply(code, status, text, after)
  }

  /** Tells the journal what is refused; `account` is whom the client wanted to be, or is. */
  tell(code: number, why: string, { from, to }: Told = {}, account = this.account?.name): void {
    const { entrance } = this
    this.parts.ctx.record({
      kind: 'smtp.refused',
      connection: this.peer.connection,
      data: () => ({
        client: this.host,
        entrance,
        account,
        code,
        why,
        from,
        to: to?.slice(0, TOLD),
      }),
    })
  }

  /** What the scenario breaks here and now. */
  fault(point: FaultPoint, { from, to }: Told = {}): SmtpFault | undefined {
    const subject = { client: this.host, from: from ?? '', to: to?.join(',') ?? '' }
    const fault = this.parts.ctx.fault(point, subject)
    return fault && readFault(smtpFault, fault)
  }

  /** Answers as a fault wants it; `run` does what was asked for, unless the fault refuses it. */
  async commit(
    { reply, delay, drop }: SmtpFault,
    told: Told,
    run: () => Outcome | Promise<Outcome>,
  ): Promise<Outcome> {
    const { clock, signal } = this.parts.ctx
    // A lab that stops does not wait for what it broke.
    if (delay !== undefined) await clock.wait(delay, signal).catch(() => undefined)
    if (drop === true) return { text: '', after: 'drop' }
    if (reply === undefined) return run()
    if (reply.startsWith('2')) {
      const outcome = await run()
      return outcome.text.startsWith('2') ? { ...outcome, text: `${reply}\r\n` } : outcome
    }
    this.tell(Number(reply.slice(0, 3)), reply.slice(4), told)
    return { text: `${reply}\r\n`, after: reply.startsWith('421') ? 'close' : undefined }
  }

  /** Goes on without waiting for something that fails only by a bug. */
  background(work: Promise<void>): void {
    const { log } = this.parts.ctx
    work.catch((error: unknown) =>
      log.error({ err: error, connection: this.peer.connection }, 'a message could not be given up'),
    )
  }
}
