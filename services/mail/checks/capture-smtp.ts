import type { Overheard, WitnessedFact } from '../../../lab/check.ts'
import { decodeValue } from '../../../lab/kit/mime/fields.ts'
import type { Dissector } from '../../../lab/service.ts'
import type { Waiting } from '../dissect/pending.ts'
import { smtpDissector } from '../dissect/smtp.ts'
import { parsePath } from '../smtp/path.ts'
import { accountOf, nameOf } from './capture-login.ts'

/** Recipients of one message, and characters of what a client calls itself, that are kept. */
const [RECIPIENTS, NAME] = [1000, 256]
/** Messages that may wait for their replies. */
const WAITING = 1000

/** Follows one session of SMTP (RFC 5321 §4.1.4). */
export class SmtpWitness {
  readonly #overheard: Overheard
  readonly #dissector: Dissector
  #facts: WitnessedFact[] = []
  /** The first answer to a challenge of SASL. */
  #response: string | undefined
  #name: string | undefined
  #isExtended = false
  #account: string | undefined
  #from: string | undefined
  #isUtf8 = false
  #to: string[] = []
  /** Of messages that have no reply yet. */
  readonly #subjects: (string | undefined)[] = []
  isSecured = false

  constructor(overheard: Overheard) {
    this.#overheard = overheard
    this.#dissector = smtpDissector(overheard.begin, {
      responded: (line) => (this.#response ??= line),
      sent: (subject) => this.#subjects.length < WAITING && void this.#subjects.push(subject),
      replied: (code, answered) => this.#replied(Number(code), answered),
    })
  }

  read(from: 'client' | 'server', octets: Buffer): readonly WitnessedFact[] {
    this.#dissector.read(from, octets)
    const facts = this.#facts
    this.#facts = []
    return facts
  }

  #replied(code: number, { verb = '', argument = '' }: Partial<Waiting> = {}): void {
    if (code >= 400) this.#refused(code, verb, argument)
    else if (code < 300) this.#done.get(verb)?.(argument)
  }

  /** What each command comes to that has succeeded. */
  readonly #done = new Map<string, (argument: string) => void>([
    ['HELO', (argument) => this.#greeted(argument, false)],
    ['EHLO', (argument) => this.#greeted(argument, true)],
    ['AUTH', (argument) => void (this.#account = this.#claimed(argument))],
    ['MAIL', (argument) => this.#begun(argument)],
    ['RCPT', (argument) => this.#addressed(argument)],
    ['message', () => this.#accepted()],
    ['RSET', () => this.#reset()],
    ['STARTTLS', () => void (this.isSecured = true)],
  ])

  #greeted(argument: string, isExtended: boolean): void {
    this.#name = argument.slice(0, NAME)
    this.#isExtended = isExtended
    this.#reset()
  }

  #begun(argument: string): void {
    this.#reset()
    this.#from = addressIn(argument, 'reverse')
    this.#isUtf8 = /\sSMTPUTF8\b/i.test(argument)
  }

  #addressed(argument: string): void {
    if (this.#to.length < RECIPIENTS) this.#to.push(addressIn(argument, 'forward') ?? '')
  }

  #accepted(): void {
    const subject = textOf(this.#subjects.shift())
    const data = { ...this.#told(), subject, name: this.#name, protocol: this.#protocol() }
    if (this.#from !== undefined) this.#facts.push({ kind: 'smtp.accepted', data })
    this.#reset()
  }

  #refused(code: number, verb: string, argument: string): void {
    const told = this.#told()
    const refused = {
      MAIL: { ...told, from: addressIn(argument, 'reverse') },
      RCPT: { ...told, to: [addressIn(argument, 'forward') ?? ''] },
      AUTH: { ...told, account: verb === 'AUTH' ? this.#claimed(argument) : undefined },
      DATA: told,
      message: told,
    }
    const data = Object.entries(refused).find(([name]) => name === verb)?.[1]
    if (verb === 'message') {
      this.#subjects.shift()
      this.#reset()
    }
    if (data !== undefined) this.#facts.push({ kind: 'smtp.refused', data: { ...data, code } })
  }

  #told(): {
    entrance: string
    from: string | undefined
    to: readonly string[]
    account: string | undefined
  } {
    const { endpoint = 'smtp' } = this.#overheard
    return { entrance: endpoint, from: this.#from, to: this.#to, account: this.#account }
  }

  /** Whose login it was to be; the next one has another response. */
  #claimed(argument: string): string | undefined {
    const name = nameOf(argument, this.#response)
    this.#response = undefined
    return name === undefined ? undefined : accountOf(name, this.#overheard.domain)
  }

  // RFC 3848, RFC 6531 §3.7.3
  #protocol(): string {
    if (!this.#isExtended) return 'SMTP'
    return `${this.#isUtf8 ? 'UTF8SMTP' : 'ESMTP'}${this.#account === undefined ? '' : 'A'}`
  }

  #reset(): void {
    this.#from = undefined
    this.#to = []
    this.#isUtf8 = false
  }
}

/** The dissector has read UTF-8 already; encoded words are still as they came. */
function textOf(subject: string | undefined): string | undefined {
  return subject === undefined ? undefined : decodeValue(Buffer.from(subject).toString('latin1'))
}

/** The address of MAIL or RCPT. */
function addressIn(argument: string, kind: 'reverse' | 'forward'): string | undefined {
  return parsePath(argument.replace(/^(?:FROM|TO):[\t ]*/i, ''), kind)?.address
}
