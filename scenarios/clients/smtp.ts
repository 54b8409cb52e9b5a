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

  private constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Connects, and says EHLO; `trust` is for TLS from the start. */
  static async open(address: Address, trust?: Trust): Promise<Smtp> {
    const smtp = new Smtp(await Lines.open(address, trust))
    await smtp.#reply(220)
    await smtp.ask('EHLO client.example', 250)
    return smtp
  }

  /** STARTTLS (RFC 3207). */
  async secure(trust: Trust): Promise<void> {
    await this.ask('STARTTLS', 220)
    await this.#lines.secure(trust)
    await this.ask('EHLO client.example', 250)
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

  async #reply(code: number): Promise<string> {
    let line = await this.#lines.line()
    while (/^\d{3}-/.test(line)) line = await this.#lines.line()
    if (!line.startsWith(`${code}`)) throw new Error(line)
    return line
  }
}
