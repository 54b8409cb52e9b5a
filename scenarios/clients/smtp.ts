/** A client that sends mail (RFC 5321). */
import type { Address } from '../../lab/service.ts'
import { Lines, type Trust } from './lines.ts'
import type { Account } from './pop3.ts'

/** A message with its envelope. */
export interface Letter {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly lines: readonly string[]
}

/** A session with an SMTP server. */
export class Smtp implements AsyncDisposable {
  readonly #lines: Lines
  /** What the server has offered after EHLO, as in `SIZE 1000`. */
  offers: readonly string[] = []

  private constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Connects, and says EHLO; `trust` is for TLS from the start. */
  static async open(address: Address, trust?: Trust): Promise<Smtp> {
    const smtp = new Smtp(await Lines.open(address, trust))
    await smtp.#reply(220)
    await smtp.#greet()
    return smtp
  }

  /** STARTTLS (RFC 3207). */
  async secure(trust: Trust): Promise<void> {
    await this.ask('STARTTLS', 220)
    await this.#lines.secure(trust)
    await this.#greet()
  }

  /** AUTH PLAIN (RFC 4954). */
  async logIn({ name, password }: Account): Promise<void> {
    await this.ask(`AUTH PLAIN ${Buffer.from(`\0${name}\0${password}`).toString('base64')}`, 235)
  }

  /** Sends a message. */
  async send({ from, to, subject, lines }: Letter): Promise<void> {
    await this.ask(`MAIL FROM:<${from}>`, 250)
    await this.ask(`RCPT TO:<${to}>`, 250)
    await this.ask('DATA', 354)
    const message = [`From: <${from}>`, `To: <${to}>`, `Subject: ${subject}`, '', ...lines]
    await this.ask([...message.map((line) => line.replace(/^\./, '..')), '.'].join('\r\n'), 250)
  }

  /** Sends a command; throws unless the reply has the code. */
  ask(command: string, code: number): Promise<string> {
    this.#lines.send(command)
    return this.#reply(code)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask('QUIT', 221).catch(() => undefined)
    await this.#lines[Symbol.asyncDispose]()
  }

  async #greet(): Promise<void> {
    this.#lines.send('EHLO client.example')
    this.offers = (await this.#replies(250)).slice(1).map((line) => line.slice(4))
  }

  async #reply(code: number): Promise<string> {
    return (await this.#replies(code)).at(-1) ?? ''
  }

  /** All lines of a reply. */
  async #replies(code: number): Promise<readonly string[]> {
    const lines = [await this.#lines.line()]
    while (/^\d{3}-/.test(lines.at(-1) ?? '')) lines.push(await this.#lines.line())
    const last = lines.at(-1) ?? ''
    if (!last.startsWith(`${code}`)) throw new Error(last)
    return lines
  }
}
