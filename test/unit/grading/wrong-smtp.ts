/** A small server of SMTP and POP3 that is right, but for the one rule that a test has it break. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import type { CheckTarget } from '../../../lab/check.ts'
import {
  ACCOUNTS,
  DOMAIN,
  type Line,
  type Mailboxes,
  type Session,
  type TlsFiles,
  type WrongOffice,
} from './wrong-mail.ts'
import { Pop3Session } from './wrong-pop3.ts'
import { SmtpSession } from './wrong-smtp-session.ts'

/** An open server. */
export class WrongMail implements WrongOffice, AsyncDisposable {
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()
  readonly #context: SecureContext
  readonly mailboxes: Mailboxes = new Map(ACCOUNTS.map((name) => [name, []]))
  readonly locks = new Set<string>()
  readonly broken: ReadonlySet<string>

  constructor(files: TlsFiles, ...broken: readonly string[]) {
    this.#context = createSecureContext({ cert: files.chain, key: files.key })
    this.broken = new Set(broken)
  }

  /** Starts it; a rule that is broken is named in `broken`. */
  static async open(
    files: TlsFiles,
    ...broken: readonly string[]
  ): Promise<{ readonly target: CheckTarget } & AsyncDisposable> {
    const mail = new WrongMail(files, ...broken)
    const smtp = (isSubmission: boolean) => (line: Line) => new SmtpSession(mail, line, isSubmission)
    const pop3 = (line: Line): Pop3Session => new Pop3Session(mail, line)
    const endpoints = {
      smtp: await mail.#listen(smtp(false)),
      submission: await mail.#listen(smtp(true)),
      smtps: await mail.#listen(smtp(true), !mail.broken.has('smtps')),
      pop3: await mail.#listen(pop3),
      pop3s: await mail.#listen(pop3, !mail.broken.has('pop3s')),
    }
    const target: CheckTarget = {
      endpoints,
      domain: DOMAIN,
      accounts: ACCOUNTS.map((name) => ({ name, password: `${name}-secret` })),
      authority: files.authority,
    }
    return { target, [Symbol.asyncDispose]: () => mail[Symbol.asyncDispose]() }
  }

  async #listen(make: (line: Line) => Session, isSecure = false): Promise<{ host: string; port: number }> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, make, isSecure))
    this.#servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }

  #serve(plain: Socket, make: (line: Line) => Session, isSecure: boolean): void {
    this.#sockets.add(plain)
    plain.on('error', () => undefined).on('close', () => this.#sockets.delete(plain))
    let socket: Socket = plain
    let rest = ''
    let session: Session | undefined
    const hear = (chunk: Buffer): void => {
      rest = session?.take(rest + chunk.toString('latin1')) ?? ''
    }
    const secure = (isAgain: boolean, left = ''): void => {
      plain.off('data', hear)
      const tls = new TLSSocket(plain, { isServer: true, secureContext: this.#context })
      tls.on('error', () => undefined).on('data', hear)
      tls.once('secure', () => {
        line.isSecure = true
        if (!isAgain) begin()
        // Here lies the fault of CVE-2011-0411.
        else if (this.broken.has('injection')) rest = session?.take(left) ?? ''
      })
      socket = tls
    }
    const line: Line & { isSecure: boolean } = {
      isSecure: false,
      say: (text) =>
        void socket.write(this.#hasBareEnds(text) ? text.replaceAll('\r\n', '\n') : text, 'latin1'),
      end: () => void socket.end(),
      secure: (left) => secure(true, left),
    }
    const begin = (): void => {
      session = make(line)
      line.say(session.greeting)
    }
    plain.on('end', () => plain.end())
    if (isSecure) secure(false)
    else {
      plain.on('data', hear)
      begin()
    }
    plain.on('close', () => (session as Partial<Disposable> | undefined)?.[Symbol.dispose]?.())
  }

  #hasBareEnds(text: string): boolean {
    return this.broken.has('bare-lf') || (this.broken.has('bare-lf-later') && !text.includes('ready'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))))
  }
}
