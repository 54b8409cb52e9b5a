import type { Buffer } from 'node:buffer'
import type { Line } from '../inlet.ts'
import { LONGEST_RESPONSE } from '../login.ts'
import { EXTENSIONS, type Extension } from '../options.ts'
import { Authentication } from './authentication.ts'
import { parseCommand, type Command } from './command.ts'
import type { Dialogue } from './dialogue.ts'
import { isClientName } from './path.ts'
import type { Outcome } from './reply.ts'
import { bare, Transaction } from './transaction.ts'

/** Octets of a command line without its end; RFC 5321 §4.5.3.1.4 and what the extensions add to it. */
const LONGEST_LINE = 2048

/** Commands without arguments. */
const ALONE: ReadonlySet<string> = new Set(['DATA', 'RSET', 'QUIT', 'STARTTLS'])

/** What browsers begin with: a page of the Web could have them write commands into the text that it posts. */
const WEB: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
])

/** The extensions that commands come with. */
const NEEDED: ReadonlyMap<string, Extension> = new Map([
  ['BDAT', 'CHUNKING'],
  ['STARTTLS', 'STARTTLS'],
  ['AUTH', 'AUTH'],
  ['HELP', 'HELP'],
])

/** One SMTP session (RFC 5321 §4.1): lines and octets go in, replies come out; it knows of no socket. */
export class SmtpSession {
  readonly #dialogue: Dialogue
  readonly #authentication: Authentication
  readonly #transaction: Transaction
  #errors = 0
  /** From the first message on a bare LF may be what a hidden one ends with. */
  #isStrict = false

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue
    this.#authentication = new Authentication(dialogue)
    this.#transaction = new Transaction(dialogue)
  }

  /** How many octets the next line may have. */
  get longestLine(): number {
    // A login may begin with its command's own line.
    return this.#authentication.isUnderWay || this.#dialogue.account === undefined
      ? LONGEST_RESPONSE
      : LONGEST_LINE
  }

  /** How many of the next octets are a message's; 0 while a line is expected. */
  get wanted(): number {
    return this.#transaction.wanted
  }

  /** Octets of a message, of which it takes as many as are the message's. */
  take(octets: Buffer): { readonly taken: number; readonly outcome: Outcome | Promise<Outcome> } {
    const { taken, outcome } = this.#transaction.take(octets)
    return { taken, outcome: this.#judge(outcome) }
  }

  /** One line; `isLast` if nothing has come behind it yet. */
  line(line: Line, isLast: boolean): Outcome | Promise<Outcome> {
    if (line.isBare && this.#isStrict) {
      const refusal = bare('LF')
      return this.#dialogue.refuse(refusal, {}, 'close')
    }
    if (this.#authentication.isUnderWay) return this.#judge(this.#authentication.respond(line.octets))
    const command =
      line.octets.length > LONGEST_LINE && !isAuth(line.octets) ? 'long' : parseCommand(line.octets)
    if (command === 'long') return this.overflow()
    if (command === undefined)
      return this.#judge(
        this.#dialogue.reply(500, '5.5.2', 'A command has no control characters and is UTF-8'),
      )
    return this.#judge(this.#obey(command, isLast))
  }

  /** A line was longer than `longestLine`. */
  overflow(): Outcome | Promise<Outcome> {
    if (this.#authentication.isUnderWay) return this.#judge(this.#authentication.overflow())
    return this.#judge(this.#dialogue.reply(500, '5.5.2', 'Line too long'))
  }

  /** The client has gone. */
  close(): void {
    this.#dialogue.background(this.#transaction.reset())
  }

  #obey({ verb, argument }: Command, isLast: boolean): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const transaction = this.#transaction
    // RFC 5321 §4.3.2
    if (argument !== '' && ALONE.has(verb)) return dialogue.reply(501, '5.5.4', `${verb} stands alone`)
    const extension = NEEDED.get(verb)
    if (extension !== undefined && !this.#has(extension)) return this.#unknown(verb)
    switch (verb) {
      case 'HELO':
      case 'EHLO':
        return this.#greet(argument, verb === 'EHLO')
      case 'MAIL':
        return transaction.mail(argument)
      case 'RCPT':
        return transaction.rcpt(argument)
      case 'DATA':
        this.#isStrict = true
        return transaction.data()
      case 'BDAT':
        this.#isStrict = true
        return transaction.bdat(argument)
      case 'RSET':
        return this.#reset()
      case 'NOOP':
        return dialogue.reply(250, '2.0.0', 'OK')
      case 'QUIT':
        return dialogue.reply(221, '2.0.0', `${dialogue.parts.hostname} closing connection`, 'close')
      case 'VRFY':
      case 'EXPN':
        return this.#look(verb, argument)
      case 'HELP':
        return this.#help()
      case 'STARTTLS':
        return this.#startTls(isLast)
      case 'AUTH':
        // RFC 4954 §4
        if (transaction.isOpen) return dialogue.reply(503, '5.5.1', 'Not within a mail transaction')
        return this.#authentication.begin(argument)
      default:
        return this.#unknown(verb)
    }
  }

  #greet(name: string, isExtended: boolean): Outcome | Promise<Outcome> {
    const dialogue = this.#dialogue
    const { parts, host } = dialogue
    if (!isClientName(name)) {
      const verb = isExtended ? 'EHLO' : 'HELO'
      return dialogue.reply(501, undefined, `Write it as ${verb} and the name of your computer`)
    }
    dialogue.name = name
    dialogue.isExtended = isExtended
    const hello = `${parts.hostname} Hello ${name} [${host}]`
    const outcome = dialogue.reply(250, undefined, isExtended ? [hello, ...this.#offers()] : hello)
    return this.#transaction.isOpen ? this.#transaction.reset().then(() => outcome) : outcome
  }

  /** What EHLO names. */
  #offers(): readonly string[] {
    const { parts, isSecure } = this.#dialogue
    const { mechanisms } = this.#authentication
    return EXTENSIONS.filter((extension) => this.#dialogue.extensions.has(extension)).flatMap((extension) => {
      if (extension === 'SIZE') return [`SIZE ${parts.config.maxSize}`]
      if (extension === 'STARTTLS') return isSecure ? [] : ['STARTTLS']
      if (extension === 'AUTH') return mechanisms.length > 0 ? [`AUTH ${mechanisms.join(' ')}`] : []
      return [extension]
    })
  }

  async #reset(): Promise<Outcome> {
    await this.#transaction.reset()
    return this.#dialogue.reply(250, '2.0.0', 'Reset OK')
  }

  // RFC 3207 §4
  #startTls(isLast: boolean): Outcome {
    const dialogue = this.#dialogue
    if (dialogue.isSecure) return dialogue.reply(503, '5.5.1', 'TLS is on already')
    if (dialogue.name === '') return dialogue.reply(503, '5.5.1', 'EHLO first')
    // Whoever sits between could put commands there, to be obeyed as if they had come by TLS.
    if (!isLast)
      return dialogue.reply(503, '5.5.0', 'Nothing may follow STARTTLS; it was thrown away', 'discard')
    return dialogue.reply(220, '2.0.0', 'TLS go ahead', 'tls')
  }

  #look(verb: 'VRFY' | 'EXPN', argument: string): Outcome {
    const dialogue = this.#dialogue
    const { config, office } = dialogue.parts
    // RFC 6531 §3.7.4.2
    const name = argument.replace(/ +SMTPUTF8$/i, '').replace(/^<(.*)>$/, '$1')
    if (name === '') return dialogue.reply(501, '5.5.4', `Write it as ${verb} name`)
    if (!config.verify) {
      // RFC 5321 §3.5.3, §7.3
      return verb === 'VRFY'
        ? dialogue.reply(252, '2.5.2', 'Not told here; send to it, and see')
        : dialogue.reply(502, '5.5.1', 'EXPN is off')
    }
    const found = office.look(name)
    if (found === undefined || found.length === 0)
      return dialogue.reply(550, '5.1.1', `${name}: no such name here`)
    if (verb === 'VRFY' && found.length > 1)
      return dialogue.reply(252, '2.1.5', `${name} stands for several; EXPN tells them`)
    return dialogue.reply(
      250,
      '2.1.5',
      found.map((address) => `<${address}>`),
    )
  }

  #help(): Outcome {
    const { extensions } = this.#dialogue
    const verbs = ['HELO', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'QUIT', 'VRFY', 'EXPN', 'HELP']
    if (extensions.has('CHUNKING')) verbs.push('BDAT')
    if (extensions.has('STARTTLS')) verbs.push('STARTTLS')
    if (extensions.has('AUTH')) verbs.push('AUTH')
    return this.#dialogue.reply(214, '2.0.0', ['Commands supported:', verbs.join(' ')])
  }

  #has(extension: Extension): boolean {
    return this.#dialogue.extensions.has(extension)
  }

  #unknown(verb: string): Outcome {
    if (WEB.has(verb)) return this.#dialogue.reply(500, '5.5.1', 'This is SMTP, not HTTP', 'close')
    const text = verb === '' ? 'A command is missing' : `${verb.slice(0, 40)}: unrecognized command`
    return this.#dialogue.reply(500, '5.5.1', text)
  }

  /** Counts what went wrong; a client that only errs is sent away. */
  #judge(outcome: Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    return outcome instanceof Promise ? outcome.then((settled) => this.#count(settled)) : this.#count(outcome)
  }

  #count(outcome: Outcome): Outcome {
    const { text } = outcome
    if (!text.startsWith('4') && !text.startsWith('5')) return outcome
    this.#errors += 1
    const { parts } = this.#dialogue
    if (this.#errors < parts.config.maxErrors || outcome.after === 'close') return outcome
    const why = `${parts.hostname} Too many errors`
    const last = this.#dialogue.refuse({ code: 421, status: '4.7.0', text: why }, {}, 'close')
    return { ...last, text: text + last.text }
  }
}

function isAuth(line: Buffer): boolean {
  return /^AUTH /i.test(line.toString('latin1', 0, 5))
}
