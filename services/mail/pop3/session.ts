/** The commands of one POP3 session and its states (RFC 1939 §3). */
import type { Account } from '../../../lab/service.ts'
import { Authorization } from './authorization.ts'
import { capabilities, languages } from './capabilities.ts'
import { Talk, type Pop3Desk } from './desk.ts'
import { damageOf, type FaultPoint } from './fault.ts'
import { Maildrop } from './maildrop.ts'
import { Transaction } from './transaction.ts'
import { LANGUAGES, type Language } from './words.ts'

/** What a command answers: a line, or nothing where its answer stands in the outlet already. */
export type Reply = string | undefined

type Command = (argument: string, isLast: boolean) => Reply | Promise<Reply>

/** Octets of a command with its end (RFC 2449 §4); passwords and the like may be longer. */
const LONGEST_COMMAND = 255
const LONG_COMMANDS: readonly string[] = ['AUTH', 'PASS']

/** One session: a connection, or what of it comes behind STLS. */
export class Pop3Session {
  readonly #talk: Talk
  readonly #authorization: Authorization
  #transaction: Transaction | undefined
  #isUtf8 = false
  #isUpgrading = false
  #isClosed = false
  readonly #before: ReadonlyMap<string, Command>
  readonly #behind: ReadonlyMap<string, Command>

  constructor(desk: Pop3Desk, client: Pick<Talk, 'peer' | 'isSecure' | 'outlet' | 'gone'>) {
    const talk = new Talk(desk, client)
    const authorization = new Authorization(talk, (account, mechanism) => this.#enter(account, mechanism))
    this.#talk = talk
    this.#authorization = authorization
    const both = [
      ['CAPA', () => this.#capa()],
      ['LANG', (argument) => this.#lang(argument)],
      ['QUIT', () => this.#quit()],
    ] as const satisfies [string, Command][]
    this.#before = new Map<string, Command>([
      ...both,
      ['USER', (name) => authorization.user(name)],
      ['PASS', (password) => authorization.pass(password)],
      ['APOP', (argument) => authorization.apop(argument)],
      ['AUTH', (argument) => (argument === '' ? this.#mechanisms() : authorization.auth(argument))],
      ['STLS', (argument, isLast) => this.#stls(argument, isLast)],
      ['UTF8', (argument) => this.#utf8(argument)],
    ])
    const inside =
      (act: (transaction: Transaction, argument: string) => Reply | Promise<Reply>): Command =>
      (argument) =>
        this.#transaction === undefined ? talk.mistake('early') : act(this.#transaction, argument)
    this.#behind = new Map<string, Command>([
      ...both,
      ['STAT', inside((transaction, argument) => transaction.stat(argument))],
      ['LIST', inside((transaction, argument) => transaction.list(argument))],
      ['UIDL', inside((transaction, argument) => transaction.uidl(argument))],
      ['RETR', inside((transaction, argument) => transaction.retr(argument))],
      ['TOP', inside((transaction, argument) => transaction.top(argument))],
      ['DELE', inside((transaction, argument) => transaction.dele(argument))],
      ['RSET', inside((transaction, argument) => transaction.rset(argument))],
      ['NOOP', () => '+OK'],
    ])
  }

  /** The connection ends behind what was answered. */
  get isOver(): boolean {
    return this.#talk.isOver
  }

  /** TLS begins behind what was answered. */
  get isUpgrading(): boolean {
    return this.#isUpgrading
  }

  /** What a client is greeted with. */
  async greet(): Promise<Reply> {
    const { config } = this.#talk.desk
    const { timestamp } = this.#authorization
    const greeting = `+OK ${config.banner}${timestamp === undefined ? '' : ` ${timestamp}`}`
    return this.#broken('pop3.connect', {}, () => greeting)
  }

  /** Answers one line, given as one character for each octet; `isLast` if nothing has come behind it yet. */
  command(line: string, isLast: boolean): Reply | Promise<Reply> {
    if (this.#authorization.isAsking) return this.#authorization.respond(line)
    const blank = line.indexOf(' ')
    const verb = (blank < 0 ? line : line.slice(0, blank)).toUpperCase()
    const [here, elsewhere] =
      this.#transaction === undefined ? [this.#before, this.#behind] : [this.#behind, this.#before]
    if (line.length + 2 > LONGEST_COMMAND && !LONG_COMMANDS.includes(verb)) return this.tooLong()
    const command = here.get(verb)
    if (command !== undefined) return command(blank < 0 ? '' : line.slice(blank + 1), isLast)
    if (!elsewhere.has(verb)) return this.#talk.mistake('unknown')
    return this.#talk.mistake(this.#transaction === undefined ? 'early' : 'late')
  }

  /** Answers a line that was too long to be read. */
  tooLong(): string {
    this.#authorization.abandon()
    return this.#talk.mistake('long')
  }

  /** Answers when something has gone wrong that is no fault of the client; with nothing in the middle of a message, of which it would seem a part. */
  fail(): Reply {
    this.#talk.isOver = true
    return this.#transaction?.isBroken === true ? undefined : this.#talk.err('internal', 'SYS/TEMP')
  }

  /** The connection has closed; nothing is deleted (RFC 1939 §6). */
  close(): void {
    this.#isClosed = true
    this.#transaction?.close()
  }

  async #enter(account: Account, mechanism: string): Promise<Reply> {
    let isAsked = false
    const reply = await this.#broken('pop3.login', { account: account.name }, () => {
      isAsked = true
      return this.#open(account, mechanism)
    })
    if (!isAsked)
      this.#talk.record('pop3.refused', {
        account: account.name,
        client: this.#talk.host,
        mechanism,
        why: 'fault',
      })
    return reply
  }

  async #open(account: Account, mechanism: string): Promise<Reply> {
    const { desk, gone, isSecure, host: client } = this.#talk
    const refuse = (why: 'locked' | 'unreadable'): string => {
      this.#talk.record('pop3.refused', { account: account.name, client, mechanism, why })
      return this.#talk.err(why, why === 'locked' ? 'IN-USE' : 'SYS/TEMP')
    }
    const mailbox = desk.ctx.world.mail.mailbox(account.name)
    if (mailbox === undefined) return refuse('unreadable')
    const lock = await desk.locks.take(mailbox.folder, gone)
    if (lock === undefined) return refuse('locked')
    try {
      const maildrop = await Maildrop.open(mailbox)
      this.#transaction = new Transaction(this.#talk, account, maildrop, lock)
      // It has left while the mailbox was looked through.
      if (this.#isClosed) this.#transaction.close()
      this.#talk.record('pop3.logged-in', {
        account: account.name,
        client,
        mechanism,
        secure: isSecure,
        messages: maildrop.count,
      })
      return this.#talk.ok('loggedIn')
    } catch (error) {
      lock[Symbol.dispose]()
      desk.ctx.log.error({ err: error, account: account.name }, 'a mailbox could not be read')
      return refuse('unreadable')
    }
  }

  /** Answers rightly, or as the scenario wants it. */
  async #broken(
    point: FaultPoint,
    subject: Readonly<Record<string, string>>,
    right: () => Reply | Promise<Reply>,
  ): Promise<Reply> {
    const { desk, gone, host } = this.#talk
    const damage = await damageOf(desk.ctx, point, { ...subject, client: host }, gone)
    if (damage?.drop === true || (point === 'pop3.connect' && damage?.reply?.startsWith('-ERR') === true))
      this.#talk.isOver = true
    if (damage?.drop === true) return undefined
    if (damage?.reply?.startsWith('-ERR') === true) return damage.reply
    const reply = await right()
    return reply?.startsWith('+OK') === true ? (damage?.reply ?? reply) : reply
  }

  #capa(): Reply {
    const { mechanisms, isClearAllowed } = this.#authorization
    const isTlsOffered = this.#transaction === undefined && this.#isTlsOffered
    return this.#listing('+OK', capabilities({ mechanisms, isClearAllowed, isTlsOffered }))
  }

  #mechanisms(): Reply {
    return this.#listing('+OK', this.#authorization.mechanisms)
  }

  #listing(status: string, lines: readonly string[]): undefined {
    for (const line of [status, ...lines, '.']) this.#talk.outlet.line(line)
  }

  #lang(argument: string): Reply {
    if (argument === '') return this.#listing(this.#talk.ok('languages'), languages())
    const tag = argument.toLowerCase()
    // RFC 6856 §3.2: `*` leaves the choice to the server; RFC 4647 §3.4 for the rest.
    const language = argument === '*' ? 'en' : languageOf(tag)
    if (language === undefined) return this.#talk.err('language')
    this.#talk.language = language
    return this.#talk.ok('language').replace('+OK', `+OK ${language}`)
  }

  #utf8(argument: string): Reply {
    if (argument !== '') return this.#talk.mistake('arguments')
    this.#isUtf8 = true
    return '+OK'
  }

  get #isTlsOffered(): boolean {
    return !this.#talk.isSecure && this.#talk.desk.ctx.config.tls
  }

  #stls(argument: string, isLast: boolean): Reply {
    if (argument !== '') return this.#talk.mistake('arguments')
    if (this.#talk.isSecure) return this.#talk.mistake('secure')
    if (!this.#isTlsOffered) return this.#talk.mistake('noTls')
    // RFC 6856 §2.1
    if (this.#isUtf8) return this.#talk.mistake('utf8Tls')
    // RFC 2595 §4: whoever sits between could put commands there, to be obeyed as if they had come by TLS (CVE-2011-0411).
    if (!isLast) {
      this.#talk.isOver = true
      return this.#talk.err('behindTls')
    }
    this.#isUpgrading = true
    return this.#talk.ok('tls')
  }

  async #quit(): Promise<Reply> {
    this.#talk.isOver = true
    return this.#transaction === undefined ? this.#talk.ok('loggedOut') : this.#transaction.quit()
  }
}

function languageOf(tag: string): Language | undefined {
  const [primary = ''] = tag.split('-')
  if (primary === 'i') return tag === 'i-default' ? 'en' : undefined
  return primary in LANGUAGES && (primary === 'en' || primary === 'es') ? primary : undefined
}
