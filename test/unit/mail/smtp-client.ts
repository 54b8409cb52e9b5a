import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** Milliseconds that a test waits for a reply. */
const PATIENCE = 10_000

/** A client of SMTP that sends what it is told, one character for each octet. */
export class SmtpClient {
  #stream: Duplex
  received = ''
  hasEnded = false

  constructor(stream: Duplex) {
    this.#stream = stream
    this.#listen(stream)
  }

  /** What its octets go through; TLS may take its place. */
  get stream(): Duplex {
    return this.#stream
  }

  set stream(stream: Duplex) {
    this.#stream = stream
    this.#listen(stream)
  }

  #listen(stream: Duplex): void {
    stream.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')))
    stream.on('end', () => (this.hasEnded = true))
    stream.on('close', () => (this.hasEnded = true))
    stream.on('error', () => (this.hasEnded = true))
  }

  send(text: string): this {
    this.#stream.write(Buffer.from(text, 'latin1'))
    return this
  }

  /** Sends a line and returns the reply; the code alone with `code`. */
  async ask(line: string): Promise<string> {
    return this.send(`${line}\r\n`).reply()
  }

  async code(line: string): Promise<number> {
    return Number((await this.ask(line)).slice(0, 3))
  }

  /** The next reply, its lines joined by LF. */
  async reply(): Promise<string> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      const [whole] = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.received) ?? []
      if (whole !== undefined) {
        this.received = this.received.slice(whole.length)
        return whole.slice(0, -2).replaceAll('\r\n', '\n')
      }
      assert.ok(!this.hasEnded, `the connection has ended after ${JSON.stringify(this.received)}`)
      assert.ok(performance.now() < deadline, `no reply; there is ${JSON.stringify(this.received)}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The codes of so many replies. */
  async codes(count: number): Promise<number[]> {
    const codes: number[] = []
    for (let place = 0; place < count; place += 1) codes.push(Number((await this.reply()).slice(0, 3)))
    return codes
  }

  /** All that comes until the server ends. */
  async rest(): Promise<string> {
    if (!this.hasEnded)
      await Promise.race([
        once(this.#stream, 'end'),
        once(this.#stream, 'close'),
        once(this.#stream, 'error'),
      ])
    return this.received
  }

  /** Says hello, so that mail may be sent. */
  async greet(): Promise<this> {
    assert.equal((await this.reply()).slice(0, 3), '220')
    assert.equal(await this.code('EHLO client.test'), 250)
    return this
  }

  /** Begins a transaction. */
  async begin(from = 'a@client.test', to = 'ana@lab.test'): Promise<this> {
    assert.equal(await this.code(`MAIL FROM:<${from}>`), 250)
    assert.equal(await this.code(`RCPT TO:<${to}>`), 250)
    return this
  }
}
