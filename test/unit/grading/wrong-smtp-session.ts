/** One session of SMTP, by the rules that are not broken. */
import { randomInt } from 'node:crypto'
import { DOMAIN, type Line, type Session, type WrongOffice } from './wrong-mail.ts'

const KEYWORDS = ['PIPELINING', 'SIZE 10000', '8BITMIME', 'ENHANCEDSTATUSCODES', 'CHUNKING']
const COMMANDS = /^(EHLO|HELO|MAIL|RCPT|DATA|RSET|NOOP|QUIT|VRFY|EXPN|HELP|STARTTLS|AUTH|BDAT)$/

export class SmtpSession implements Session {
  readonly greeting: string
  readonly #mail: WrongOffice
  readonly #line: Line
  readonly #isSubmission: boolean
  #name = ''
  #sender: string | undefined
  #recipients: string[] = []
  #account = ''
  #state: 'commands' | 'data' | 'login' = 'commands'
  #chunk = 0
  #messages = 0

  constructor(mail: WrongOffice, line: Line, isSubmission: boolean) {
    this.#mail = mail
    this.#line = line
    this.#isSubmission = isSubmission
    this.greeting = this.#is('greeting') ? '200 hello there\r\n' : '220 mail.lab.test ESMTP\r\n'
  }

  #is(rule: string): boolean {
    return this.#mail.broken.has(rule)
  }

  take(octets: string): string {
    let rest = octets
    for (;;) {
      if (this.#state === 'data') {
        const end = (this.#is('bare-ends') ? /(^|\r?\n|\r)\.(\r?\n|\r)/ : /(^|\r\n)\.\r\n/).exec(rest)
        if (end === null) return rest
        const text = rest.slice(0, end.index + (end[1]?.length ?? 0))
        rest = rest.slice(end.index + end[0].length)
        this.#state = 'commands'
        this.#keep(this.#is('dots-kept') ? text : text.replaceAll(/(^|\r\n)\./g, '$1'))
        continue
      }
      if (this.#chunk > 0) {
        if (rest.length < this.#chunk) return rest
        const text = rest.slice(0, this.#chunk)
        rest = rest.slice(this.#chunk)
        this.#chunk = 0
        if (this.#is('chunks')) this.#say('451 4.0.0 no')
        else this.#keep(text)
        continue
      }
      const at = rest.indexOf('\n')
      if (at < 0) return rest
      const line = rest.slice(0, at).replace(/\r$/, '')
      rest = rest.slice(at + 1)
      if (this.#is('forgets-rest') && !/^(EHLO|HELO)/i.test(line)) rest = ''
      if (this.#obey(line, rest)) return ''
    }
  }

  #say(text: string): void {
    this.#line.say(`${text}\r\n`)
  }

  /** True once the connection is somebody else's. */
  #obey(line: string, rest: string): boolean {
    if (this.#state === 'login') {
      this.#state = 'commands'
      if (line === '*') this.#say(this.#is('cancel') ? '334 again' : '501 5.7.0 canceled')
      else this.#login(line)
      return false
    }
    const [word = '', ...more] = line.split(' ')
    const verb = this.#is('verb-case') ? word : word.toUpperCase()
    const argument = more.join(' ')
    if (!COMMANDS.test(verb)) {
      this.#say(this.#is('unknown-command') ? '250 2.0.0 sure' : '500 5.5.1 what?')
      return false
    }
    if (line.length > 2000 && this.#is('long-command')) {
      this.#line.end()
      return true
    }
    if (['DATA', 'RSET', 'QUIT'].includes(verb) && argument !== '' && !this.#is('no-arguments')) {
      this.#say('501 5.5.4 no argument')
      return false
    }
    return this.#command(verb, argument, rest)
  }

  #command(verb: string, argument: string, rest: string): boolean {
    const plain = this.#plain(verb, argument)
    if (plain !== undefined) {
      this.#say(plain)
      return false
    }
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        this.#hello(verb, argument)
        break
      case 'MAIL':
        this.#say(this.#from(argument))
        break
      case 'RCPT':
        this.#say(this.#to(argument))
        break
      case 'DATA':
        if (this.#recipients.length === 0 && !this.#is('data-needs-rcpt')) this.#say('503 5.5.1 RCPT first')
        else {
          this.#state = 'data'
          this.#say('354 go')
        }
        break
      case 'BDAT':
        this.#chunk = Number(argument.split(' ')[0])
        break
      case 'RSET':
        if (!this.#is('rset')) this.#forget()
        this.#say('250 2.0.0 OK')
        break
      case 'QUIT':
        if (!this.#is('quit-mute')) this.#say('221 2.0.0 bye')
        if (!this.#is('quit-stays')) this.#line.end()
        break
      case 'STARTTLS':
        this.#say('220 2.0.0 go')
        if (!this.#is('tls-remembers')) {
          this.#name = ''
          this.#forget()
        }
        this.#line.secure(rest)
        return true
      default:
        this.#auth(argument)
    }
    return false
  }

  #plain(verb: string, argument: string): string | undefined {
    const replies: Readonly<Record<string, string>> = {
      NOOP: this.#is('noop') && argument !== '' ? '501 5.5.4 no' : '250 2.0.0 OK',
      VRFY: this.#is('vrfy') ? '250 2.1.5 yes' : '252 2.5.2 try',
      EXPN: '502 5.5.1 no',
      HELP: '214 2.0.0 see RFC 5321',
    }
    return replies[verb]
  }

  #hello(verb: string, name: string): void {
    if (name === '' && !this.#is('nameless')) return this.#say('501 5.5.4 who?')
    this.#name = name || 'x'
    if (!this.#is('ehlo-keeps')) this.#forget()
    if (verb === 'HELO' && !this.#is('helo-lists')) return this.#say('250 mail.lab.test')
    const words = KEYWORDS.filter((word) => !this.#is(`no-${word.split(' ')[0]}`))
    if (!this.#line.isSecure && !this.#is('no-STARTTLS')) words.push('STARTTLS')
    if (this.#line.isSecure && this.#is('tls-again')) words.push('STARTTLS')
    if (this.#line.isSecure || this.#isSubmission) words.push('AUTH PLAIN')
    if (this.#is('ehlo-random')) words.sort(() => randomInt(3) - 1)
    if (this.#is('ehlo-words')) words.push('what a nice day, isn’t it?')
    const lines = ['mail.lab.test', ...words]
    this.#line.say(
      lines.map((line, index) => `250${index < lines.length - 1 ? '-' : ' '}${line}\r\n`).join(''),
    )
  }

  #forget(): void {
    this.#sender = undefined
    this.#recipients = []
  }

  #from(argument: string): string {
    if (this.#name === '' && !this.#is('mail-needs-ehlo')) return '503 5.5.1 EHLO first'
    if (this.#sender !== undefined && !this.#is('second-mail')) return '503 5.5.1 RSET first'
    if (this.#isSubmission && this.#account === '' && !this.#is('submission-login')) return '530 5.7.0 log in'
    return this.#sentBy(argument)
  }

  #sentBy(argument: string): string {
    const [, path, parameters = ''] = /^FROM:<([^<>]*)>(.*)$/i.exec(argument) ?? []
    if (this.#is('mail-syntax')) {
      this.#sender = path ?? ''
      return '250 2.1.0 OK'
    }
    const valid = path !== undefined && (path === '' || /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(path))
    if (!valid || (path === '' && this.#is('null-sender'))) return '501 5.1.7 no path'
    if (path.length > 64 && this.#is('short-names')) return '501 5.1.7 too long'
    const refusal = this.#parameters(parameters)
    if (refusal !== undefined) return refusal
    this.#sender = path
    return this.#is('status-codes') ? '250 OK' : '250 2.1.0 OK'
  }

  #parameters(parameters: string): string | undefined {
    const size = Number(/SIZE=(\d+)/i.exec(parameters)?.[1] ?? 0)
    if (size > 10_000 && !this.#is('size')) return '552 5.3.4 too big'
    if (/FOO/.test(parameters) && !this.#is('unknown-parameter')) return '555 5.5.4 what?'
    if (/BODY/.test(parameters) && this.#is('body')) return '555 5.5.4 what?'
    return undefined
  }

  #to(argument: string): string {
    if (this.#sender === undefined && !this.#is('rcpt-needs-mail')) return '503 5.5.1 MAIL first'
    const [, path = ''] = /^TO:<([^<>]*)>/i.exec(argument) ?? []
    const [, quoted, word, domain = ''] = /^(?:"([^"]+)"|([\w.+%-]+))(?:@([\w.-]+))?$/.exec(path) ?? []
    const name = quoted ?? word ?? ''
    if (this.#is('rcpt-syntax') && !path.includes('.')) return this.#take('ana')
    const isPostmaster = /^postmaster$/i.test(name)
    if (isPostmaster && this.#is('no-postmaster')) return '550 5.1.1 who?'
    if (isPostmaster && (domain === '' || domain === DOMAIN)) return this.#take('ana')
    if (name === '' || domain === '') return '501 5.1.3 no path'
    return this.#known(name, domain)
  }

  #known(name: string, domain: string): string {
    const isOurs = (this.#is('domain-case') ? domain : domain.toLowerCase()) === DOMAIN
    if (!isOurs) return this.#is('relay') ? '250 2.1.5 OK' : '550 5.7.1 no relay'
    if (name.includes('%') && this.#is('relay-percent')) return '250 2.1.5 OK'
    if (this.#mail.mailboxes.has(name)) return this.#take(name)
    if (this.#is('refused-ends')) this.#forget()
    return this.#is('unknown-user') ? this.#take('ben') : '550 5.1.1 who?'
  }

  #take(name: string): string {
    if (this.#recipients.length >= 20 && this.#is('few-recipients')) return '452 4.5.3 too many'
    this.#recipients.push(name)
    return '250 2.1.5 OK'
  }

  #keep(text: string): void {
    this.#messages += 1
    const id = this.#is('one-id') ? 'id=12345678' : `id=1234567${this.#messages}`
    if (this.#is('message')) return this.#say('554 5.0.0 no')
    const fields = [
      ...(this.#is('return-path') ? [] : [`Return-Path: <${this.#sender}>\r\n`]),
      ...(this.#is('received')
        ? ['Received: from victim\r\n']
        : [`Received: from ${this.#name} by mail.lab.test; Mon, 16 Nov 2026 10:00:00 +0000\r\n`]),
    ]
    let body = text
    // eslint-disable-next-line no-control-regex
    if (this.#is('seven-bits')) body = body.replaceAll(/[\u0080-\u00FF]/g, '?')
    if (this.#is('short-lines')) body = body.replaceAll(/[^\r\n]{500,}/g, (line) => line.slice(0, 500))
    if (!this.#is('lost'))
      for (const name of new Set(this.#recipients))
        this.#mail.mailboxes.get(this.#is('one-mailbox') ? 'ana' : name)?.push(fields.join('') + body)
    this.#forget()
    this.#say(`250 2.0.0 OK ${id}`)
  }

  #auth(argument: string): void {
    const [mechanism = '', response] = argument.split(' ')
    if (!this.#line.isSecure && !this.#isSubmission) return this.#say('538 5.7.11 TLS first')
    if (this.#account !== '' && !this.#is('auth-twice')) return this.#say('503 5.5.1 again?')
    if (mechanism !== 'PLAIN' && !this.#is('any-mechanism')) return this.#say('504 5.5.4 what?')
    if (response !== undefined) return this.#login(response)
    this.#state = 'login'
    this.#say('334 ')
  }

  #login(response: string): void {
    if (!/^[A-Za-z0-9+/]+=*$/.test(response) && !this.#is('any-mechanism'))
      return this.#say('501 5.5.2 no base64')
    const [, name = '', password = ''] = Buffer.from(response, 'base64').toString('latin1').split('\0')
    const isKnown = this.#mail.mailboxes.has(name)
    const isRight =
      (isKnown && password === `${name}-secret` && !this.#is('no-login')) || this.#is('any-password')
    if (isRight) this.#account = name
    this.#say(
      isRight
        ? '235 2.7.0 welcome'
        : !isKnown && this.#is('tells-names')
          ? '535 5.7.8 no such user'
          : '535 5.7.8 wrong',
    )
  }
}
