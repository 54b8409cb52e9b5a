/** A client of SMTP that says what its case tells it to, rightly or wrongly. */
import {
  CheckFailure,
  type Assertion,
  type CheckContext,
  type Dialogue,
  type DialogueOptions,
} from '../../../lab/check.ts'
import type { Text } from '../../../lab/service.ts'
import { accountOf, addressOf, claim } from './claim.ts'

/** A reply of a server. */
export interface Reply {
  readonly code: number
  /** What stands behind the codes, line by line. */
  readonly lines: readonly string[]
  /** As it came, lines joined by ` / `. */
  readonly text: string
}

/** What the cases call their client. */
export const CLIENT = 'client.example'
/** Whom their mail comes from, in a domain that no server here has. */
export const SENDER = `grader@${CLIENT}`
/** Milliseconds for the answer to a login: many servers let one wait where others have failed. */
const LOGIN = 20_000
/** Lines of a reply at most. */
const LONGEST = 100

/** A conversation in SMTP. */
export class SmtpTalk {
  readonly dialogue: Dialogue
  #greeting: Reply = { code: 0, lines: [], text: '' }

  constructor(dialogue: Dialogue) {
    this.dialogue = dialogue
  }

  /** Connects, and reads the greeting. */
  static async open(context: CheckContext, endpoint = 'smtp', options?: DialogueOptions): Promise<SmtpTalk> {
    const talk = new SmtpTalk(await context.open(endpoint, options))
    talk.#greeting = await talk.reply({ en: 'the greeting', es: 'el saludo' })
    return talk
  }

  /** The same, and EHLO. */
  static async greeted(
    context: CheckContext,
    endpoint?: string,
    options?: DialogueOptions,
  ): Promise<SmtpTalk> {
    const talk = await SmtpTalk.open(context, endpoint, options)
    await talk.must(`EHLO ${CLIENT}`)
    return talk
  }

  /** What the server said first. */
  get greeting(): Reply {
    return this.#greeting
  }

  /** Sends a command, without waiting for its reply. */
  async send(line: string): Promise<void> {
    await this.dialogue.send(`${line}\r\n`)
  }

  /** Sends a command, and reads its reply. */
  async ask(line: string): Promise<Reply> {
    await this.send(line)
    const [verb = ''] = line.split(' ')
    return this.reply({ en: `the reply to ${verb}`, es: `la respuesta a ${verb}` })
  }

  /** Sends what no transcript may show, and reads the reply. */
  async askSecret(line: string): Promise<Reply> {
    await this.dialogue.sendSecret(`${line}\r\n`)
    return this.reply({ en: 'the reply to the login', es: 'la respuesta al inicio de sesión' }, LOGIN)
  }

  /** The same for a command without whose success the case cannot go on. */
  async must(line: string, codes: readonly number[] = [250, 251]): Promise<Reply> {
    const reply = await this.ask(line)
    if (codes.includes(reply.code)) return reply
    throw new CheckFailure(
      { en: `“${line}” was refused`, es: `«${line}» fue rechazado` },
      { expected: codes.join(' / '), actual: reply.text, at: 0 },
    )
  }

  /** Reads a reply, of one line or several (RFC 5321 §4.2.1). */
  async reply(wanted: Text = { en: 'a reply', es: 'una respuesta' }, patience?: number): Promise<Reply> {
    const raw: string[] = []
    const lines: string[] = []
    let first: string | undefined
    for (;;) {
      const line = await this.dialogue.line(wanted, patience)
      raw.push(line)
      const [, code = '', sign = '', text = ''] = /^([2-5]\d\d)(?:([ -])(.*))?$/.exec(line) ?? []
      if (code === '' || (first !== undefined && code !== first) || raw.length > LONGEST) {
        throw new CheckFailure(
          { en: `${wanted.en} is no reply of SMTP`, es: `${wanted.es} no es una respuesta de SMTP` },
          { expected: `${first ?? '250'} …`, actual: line, at: 0 },
        )
      }
      first = code
      lines.push(text)
      if (sign !== '-') return { code: Number(code), lines, text: raw.join(' / ') }
    }
  }

  /** What EHLO offers: keywords in upper case with their parameters. */
  async offers(): Promise<ReadonlyMap<string, string>> {
    return offersOf(await this.must(`EHLO ${CLIENT}`))
  }

  /** Begins a transaction for an account. */
  async begin(context: CheckContext, { from = SENDER, place = 0, parameters = '' } = {}): Promise<void> {
    await this.must(`MAIL FROM:<${from}>${parameters}`)
    await this.must(`RCPT TO:<${addressOf(context.target, place)}>`)
  }

  /** Sends a message, dots doubled, and reads the reply to its end. */
  async message(text: string): Promise<Reply> {
    await this.must('DATA', [354])
    await this.dialogue.send(`${text.replaceAll(/^\./gm, '..')}.\r\n`)
    return this.reply({ en: 'the reply to the message', es: 'la respuesta al mensaje' })
  }

  /** Turns to TLS with the name that the server calls itself. */
  async secure(): Promise<void> {
    const reply = await this.must(`EHLO ${CLIENT}`)
    await this.must('STARTTLS', [220])
    const [name = ''] = reply.lines[0]?.split(' ') ?? []
    await this.dialogue.startTls(/^[\w.-]+\.[\w-]+$/.test(name) ? { name } : {})
  }
}

/** Keywords of a reply to EHLO. */
export function offersOf(reply: Reply): ReadonlyMap<string, string> {
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = '', ...rest] = line.split(/[ =]/)
      return [keyword.toUpperCase(), rest.join(' ')] as const
    }),
  )
}

/** The assertion that EHLO offers a keyword. */
export function offersKeyword(offers: ReadonlyMap<string, string>, keyword: string): Assertion {
  const title = { en: 'EHLO offers it', es: 'EHLO lo ofrece' }
  return claim(title, offers.has(keyword), { expected: keyword, actual: [...offers.keys()].join(' ') })
}

/** The assertion that a reply has one of these codes. */
export function hasCode(title: Text, reply: Reply, codes: readonly number[], weight?: number): Assertion {
  return claim(
    title,
    codes.includes(reply.code),
    { expected: codes.join(' / '), actual: reply.text, at: 0 },
    weight,
  )
}

/** The assertion that something was refused for good. */
export function isRefused(title: Text, reply: Reply, weight?: number): Assertion {
  const expected = '5xx'
  return claim(title, reply.code >= 500 && reply.code < 600, { expected, actual: reply.text, at: 0 }, weight)
}

/** A connection on which AUTH is offered: submission if there is one, by TLS where it is only offered so. */
export async function loginTalk(
  context: CheckContext,
): Promise<{ readonly talk: SmtpTalk; readonly mechanisms: string }> {
  const endpoint = context.target.endpoints['submission'] === undefined ? 'smtp' : 'submission'
  const talk = await SmtpTalk.open(context, endpoint)
  let offers = await talk.offers()
  if (!offers.has('AUTH') && offers.has('STARTTLS')) {
    await talk.secure()
    offers = await talk.offers()
  }
  const mechanisms = offers.get('AUTH')
  if (mechanisms !== undefined) return { talk, mechanisms }
  throw new CheckFailure(
    { en: `AUTH is not offered on ${endpoint}`, es: `no se ofrece AUTH en ${endpoint}` },
    { expected: '250-AUTH PLAIN', actual: [...offers.keys()].join(' ') },
  )
}

/** What AUTH PLAIN sends for an account, or for a name and password. */
export function plain(
  context: CheckContext,
  { name, password }: { name?: string; password?: string } = {},
): string {
  const account = accountOf(context.target)
  return Buffer.from(`\0${name ?? account.name}\0${password ?? account.password}`).toString('base64')
}
