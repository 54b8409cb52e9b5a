/** One session of POP3, by the rules that are not broken. */
import type { Line, Session, WrongOffice } from './wrong-mail.ts'

let lastId = 0
const ids = new Map<string, string>()

/** An id of a message: the same as long as the message is. */
function idOf(message: string): string {
  const id = ids.get(message) ?? `id-${(lastId += 1)}`
  ids.set(message, id)
  return id
}

export class Pop3Session implements Session, Disposable {
  readonly greeting: string
  readonly #mail: WrongOffice
  readonly #line: Line
  #user = ''
  #account = ''
  #messages: string[] = []
  #deleted = new Set<number>()
  #isAsked = false

  constructor(mail: WrongOffice, line: Line) {
    this.#mail = mail
    this.#line = line
    this.greeting = this.#is('pop3-greeting') ? '-ERR busy\r\n' : '+OK ready\r\n'
  }

  #is(rule: string): boolean {
    return this.#mail.broken.has(rule)
  }

  take(octets: string): string {
    let rest = octets
    for (;;) {
      const at = rest.indexOf('\n')
      if (at < 0) return rest
      const line = rest.slice(0, at).replace(/\r$/, '')
      rest = rest.slice(at + 1)
      if (this.#is('pop3-forgets-rest')) rest = ''
      if (/^STLS$/i.test(line) && (this.#account === '' || this.#is('stls-late'))) {
        this.#ok('go')
        this.#line.secure(rest)
        return ''
      }
      this.#obey(line)
    }
  }

  #say(text: string): void {
    this.#line.say(`${text}\r\n`)
  }

  #ok(text = 'done'): void {
    this.#say(`+OK ${text}`)
  }

  #no(text = 'no'): void {
    this.#say(`-ERR ${text}`)
  }

  #list(lines: readonly string[], status = 'here'): void {
    const stuffed = this.#is('lone-dots')
      ? lines.map((line) => (line === '.' ? '..' : line))
      : lines.map((line) => line.replace(/^\./, '..'))
    this.#line.say([`+OK ${status}`, ...stuffed, '.', ''].join('\r\n'))
  }

  #obey(line: string): void {
    if (this.#isAsked) {
      this.#isAsked = false
      if (line === '*') return this.#is('pop3-cancel') ? this.#ok() : this.#no()
      return this.#plain(line)
    }
    const [word = '', ...more] = line.split(' ')
    const verb = this.#is('pop3-verb-case') ? word : word.toUpperCase()
    const argument = more.join(' ')
    if (verb === 'CAPA') return this.#capa()
    if (verb === 'QUIT') return this.#quit()
    if (this.#account === '') return this.#enter(verb, argument)
    if (['USER', 'PASS', 'APOP'].includes(verb))
      return this.#is('second-login') ? this.#ok() : this.#no('logged in')
    return this.#transact(verb, argument)
  }

  #capa(): void {
    if (this.#is('no-capa')) return this.#no()
    const words = ['USER', ...(this.#is('no-uidl') ? [] : ['UIDL']), 'TOP', 'SASL PLAIN']
    if (!this.#is('no-stls') && (!this.#line.isSecure || this.#is('stls-again'))) words.push('STLS')
    this.#list(words)
  }

  #enter(verb: string, argument: string): void {
    switch (verb) {
      case 'USER':
        if (this.#is('pop3-tells-names') && !this.#mail.mailboxes.has(argument)) return this.#no('who?')
        this.#user = argument
        return this.#ok()
      case 'PASS':
        return this.#login(this.#user, argument)
      case 'APOP':
        return this.#is('apop') ? this.#open('ana') : this.#no()
      case 'AUTH': {
        const [, response] = argument.split(' ')
        if (response !== undefined) return this.#plain(response)
        this.#isAsked = true
        return this.#say('+ ')
      }
      case 'STAT':
      case 'LIST':
        return this.#is('before-login') ? this.#ok('0 0') : this.#no('log in')
      default:
        return this.#is('pop3-unknown') ? this.#ok() : this.#no('log in')
    }
  }

  #plain(response: string): void {
    const [, name = '', password = ''] = Buffer.from(response, 'base64').toString('latin1').split('\0')
    if (this.#is('no-plain')) return this.#no()
    this.#login(name, password)
  }

  #login(name: string, password: string): void {
    const isRight = this.#mail.mailboxes.has(name) && password === `${name}-secret`
    if (this.#is('pop3-no-login') || (!isRight && !this.#is('pop3-any-password'))) return this.#no('wrong')
    this.#open(name)
  }

  #open(name: string): void {
    const lock = this.#is('one-lock') ? '*' : name
    if (this.#mail.locks.has(lock) && !this.#is('no-lock')) return this.#no('[IN-USE] locked')
    this.#mail.locks.add(lock)
    this.#account = name
    this.#messages = [...(this.#mail.mailboxes.get(this.#is('shared-mailbox') ? 'ana' : name) ?? [])]
    if (this.#is('redrawn')) this.#messages = this.#messages.toSorted(() => Math.random() - 0.5)
    if (this.#is('bookkeeping')) this.#messages.unshift('CreationTime=1\nLastLogin=2\r\n')
    if (this.#is('invisible'))
      this.#messages = this.#messages.map((each) =>
        each.replace(/Subject: telelab [0-9a-f]{16}/, 'Subject: x'),
      )
    this.#ok('welcome')
  }

  #sizeOf(message: string): number {
    return this.#is('wrong-octets') ? message.replaceAll('\r\n', '\n').length : message.length
  }

  #transact(verb: string, argument: string): void {
    const live = [...this.#messages.keys()].filter((place) => !this.#deleted.has(place))
    switch (verb) {
      case 'STAT': {
        const octets = live.reduce((sum, place) => sum + this.#sizeOf(this.#messages[place] ?? ''), 0)
        const count = this.#is('stat-all') ? this.#messages.length : live.length
        return this.#ok(`${count} ${this.#is('stat-wrong') ? octets + 1 : octets}`)
      }
      case 'NOOP':
        return this.#is('pop3-noop') ? this.#no() : this.#ok()
      case 'RSET':
        if (!this.#is('pop3-rset')) this.#deleted.clear()
        return this.#ok()
      case 'LIST':
      case 'UIDL': {
        const tell = (place: number): string =>
          `${place + 1} ${verb === 'LIST' ? this.#sizeOf(this.#messages[place] ?? '') : this.#idAt(place)}`
        if (argument === '') return this.#list(live.map(tell))
        const place = this.#place(argument)
        if (place === undefined) return this.#no('no such message')
        return this.#is('list-bare') ? this.#ok(`${place + 1}`) : this.#ok(tell(place))
      }
      default:
        return this.#message(verb, argument)
    }
  }

  #idAt(place: number): string {
    if (this.#is('same-ids')) return 'id'
    if (this.#is('new-ids')) return `${idOf(this.#messages[place] ?? '')}-${(lastId += 1)}`
    return idOf(this.#messages[place] ?? '')
  }

  /** The place of a message by its number, if it is there. */
  #place(text: string): number | undefined {
    const place = Number(text) - 1
    if (this.#deleted.has(place) && !this.#is('deleted-there')) return undefined
    if (!/^\d+$/.test(text) || place < 0 || place >= this.#messages.length)
      return this.#is('any-number') && this.#messages.length > 0 ? 0 : undefined
    return place
  }

  #message(verb: string, argument: string): void {
    const [number = '', count] = argument.split(' ')
    const place = this.#place(number)
    const isTop = verb === 'TOP'
    if (!['RETR', 'TOP', 'DELE'].includes(verb) || place === undefined || (isTop && count === undefined))
      return this.#no()
    if (verb === 'DELE') {
      // What INetSim does: it says so, and nothing happens.
      if (!this.#is('dele-never')) this.#deleted.add(place)
      return this.#ok()
    }
    const lines = (this.#messages[place] ?? '').split('\r\n').slice(0, -1)
    const head = lines.indexOf('') + 1
    const most = this.#is('top-all') ? lines.length : head + Number(count)
    this.#list(isTop ? lines.slice(0, most) : lines)
  }

  #quit(): void {
    this.#ok('bye')
    if (!this.#is('keeps-deleted')) this.#remove()
    this[Symbol.dispose]()
    if (!this.#is('pop3-stays')) this.#line.end()
  }

  #remove(): void {
    const mailbox = this.#mail.mailboxes.get(this.#account)
    if (mailbox === undefined) return
    const doomed = new Set([...this.#deleted].map((place) => this.#messages[place]))
    if (this.#is('deletes-more') && doomed.size > 0) mailbox.length = 0
    const left = mailbox.filter((message) => !doomed.has(message))
    mailbox.splice(0, mailbox.length, ...left)
    this.#deleted.clear()
  }

  [Symbol.dispose](): void {
    if (this.#is('drop-deletes')) this.#remove()
    if (this.#account !== '') this.#mail.locks.delete(this.#is('one-lock') ? '*' : this.#account)
    this.#account = ''
  }
}
