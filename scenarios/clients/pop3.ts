/** A client that fetches mail (RFC 1939). */
import type { Address } from '../../lab/service.ts'
import { Lines, type Trust } from './lines.ts'

/** Who logs in. */
export interface Account {
  readonly name: string
  readonly password: string
}

/** A session with a POP3 server. */
export class Pop3 implements AsyncDisposable {
  readonly #lines: Lines

  private constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Connects, and waits for the greeting; `trust` is for TLS from the start. */
  static async open(address: Address, trust?: Trust): Promise<Pop3> {
    const pop3 = new Pop3(await Lines.open(address, trust))
    await pop3.#ok()
    return pop3
  }

  /** STLS (RFC 2595). */
  async secure(trust: Trust): Promise<void> {
    await this.ask('STLS')
    await this.#lines.secure(trust)
  }

  /** AUTH PLAIN (RFC 5034), as Thunderbird does it. */
  async logIn({ name, password }: Account): Promise<void> {
    this.#lines.send('AUTH PLAIN')
    const challenge = await this.#lines.line()
    if (!challenge.startsWith('+')) throw new Error(challenge)
    await this.ask(Buffer.from(`\0${name}\0${password}`).toString('base64'))
  }

  /** USER and PASS. */
  async logInByUser({ name, password }: Account): Promise<void> {
    await this.ask(`USER ${name}`)
    await this.ask(`PASS ${password}`)
  }

  /** How many messages there are. */
  async count(): Promise<number> {
    return Number((await this.ask('STAT')).split(' ')[1])
  }

  /** One message, as lines. */
  async retrieve(number: number): Promise<string[]> {
    await this.ask(`RETR ${number}`)
    const lines: string[] = []
    for (let line = await this.#lines.line(); line !== '.'; line = await this.#lines.line())
      lines.push(line.replace(/^\./, ''))
    return lines
  }

  /** Sends a command; throws unless the answer is +OK. */
  ask(command: string): Promise<string> {
    this.#lines.send(command)
    return this.#ok()
  }

  /** Ends the session in order, which deletes what was marked. */
  async quit(): Promise<void> {
    await this.ask('QUIT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines[Symbol.asyncDispose]()
  }

  async #ok(): Promise<string> {
    const line = await this.#lines.line()
    if (!line.startsWith('+OK')) throw new Error(line)
    return line
  }
}
