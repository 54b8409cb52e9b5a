/** A lab with the mail service, for clients that are programs of their own. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { openLab, temporaryFolder, type TestLab, type TestLabOptions } from '../../lab.ts'
import { open } from '../../talk.ts'
import { SmtpClient } from '../../unit/mail/smtp-client.ts'

/** How a mail lab differs from the usual one. */
export interface MailLabOptions {
  /** Options of the mail service. */
  readonly mail?: object
  /** Further services with their options. */
  readonly services?: Readonly<Record<string, object>>
  readonly domain?: string
  /** Ana and ben if not given; their passwords are their names. */
  readonly accounts?: readonly string[]
  readonly lab?: TestLabOptions
}

/** What a program printed, and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** What a program is given besides its arguments. */
export interface RunOptions {
  readonly input?: string | Buffer
  /** Milliseconds after which it is killed; 30,000 if not given. */
  readonly timeout?: number
}

/** An open lab with a folder for the files of its clients. */
export class MailLab implements AsyncDisposable {
  readonly lab: TestLab
  readonly #folder = temporaryFolder()

  constructor(lab: TestLab) {
    this.lab = lab
  }

  /** The folder of the clients. */
  get folder(): string {
    return this.#folder.path
  }

  at(endpoint: 'smtp' | 'submission' | 'smtps' | 'pop3' | 'pop3s'): Address {
    return this.lab.address('mail', endpoint)
  }

  port(endpoint: Parameters<MailLab['at']>[0]): number {
    return this.at(endpoint).port
  }

  /** Writes a file of a client, which only its owner may read, and returns its path. */
  file(name: string, text: string | Buffer): string {
    const path = join(this.folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** The file with the root certificate. */
  async authority(): Promise<string> {
    return this.file('ca.pem', await this.lab.world.certificates.authority())
  }

  /** A client that has been greeted. */
  async smtp(): Promise<SmtpClient> {
    return new SmtpClient(await open(this.at('smtp'))).greet()
  }

  /** The Maildir of an account. */
  maildir(account: string): string {
    const mailbox = this.lab.world.mail.mailbox(account)
    if (mailbox === undefined) throw new Error(`there is no account ${account}`)
    return mailbox.folder
  }

  /** What lies in the Maildir of an account, oldest first, one character for each octet. */
  stored(account: string): string[] {
    return storedIn(this.maildir(account))
  }

  /** What lies in tmp, where deliveries begin. */
  unfinished(account: string): string[] {
    return readdirSync(join(this.maildir(account), 'tmp'))
  }

  /** Runs a client in the folder of the clients. */
  run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return runProgram(program, args, { ...options, folder: this.folder })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }
}

/** Starts a lab with mail. */
export async function openMailLab(options: MailLabOptions = {}): Promise<MailLab> {
  const { mail = {}, services = {}, domain = 'lab.test', accounts = ['ana', 'ben'] } = options
  const members = {
    domain,
    accounts: accounts.map((name) => ({ name })),
    services: { ...services, mail: { failureDelay: 0, ...mail } },
  }
  // JSON is YAML.
  const lines = Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
  return new MailLab(await openLab(lines.join(''), options.lab))
}

/** The messages of a Maildir, in the order of their names. */
export function storedIn(maildir: string): string[] {
  return ['new', 'cur']
    .flatMap((part) =>
      namesIn(join(maildir, part)).map((name) => ({ name, path: join(maildir, part, name) })),
    )
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ path }) => readFileSync(path, 'latin1'))
}

/** The names in a folder, which may not have been made yet. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Runs a program without a proxy or settings of the user's. */
export function runProgram(
  program: string,
  args: readonly string[],
  { input = '', timeout = 30_000, folder }: RunOptions & { readonly folder: string },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let out = ''
    let error = ''
    child.stdout.setEncoding('latin1').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('latin1').on('data', (text: string) => (error += text))
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, error }))
    child.stdin.end(input, 'latin1')
  })
}

/** All messages of an account by POP3, dots undone, one character for each octet; `TOP` with a number of lines instead of RETR. */
export async function fetchAll(
  address: Address,
  account: string,
  { top }: { readonly top?: number } = {},
): Promise<string[]> {
  const count = Number(/^\+OK (\d+) /m.exec(await askPop3(address, account, ['STAT']))?.[1])
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const said = await askPop3(
    address,
    account,
    numbers.map((number) => (top === undefined ? `RETR ${number}` : `TOP ${number} ${top}`)),
  )
  const messages: string[] = []
  let place = 0
  const line = (): string => {
    const end = said.indexOf('\r\n', place) + 2
    const text = said.slice(place, end - 2)
    place = end
    if (!text.startsWith('+OK')) throw new Error(`POP3 answered ${text.slice(0, 200)}`)
    return text
  }
  for (let greeting = 0; greeting < 3; greeting += 1) line()
  for (const _ of numbers) {
    const status = line()
    const end = said.startsWith('.\r\n', place) ? place : said.indexOf('\r\n.\r\n', place) + 2
    const message = said.slice(place, end).replaceAll(/(^|\r\n)\.\./g, '$1.')
    if (top === undefined && Number(/\d+/.exec(status)?.[0]) !== message.length)
      throw new Error(`${status}, and ${message.length} came`)
    messages.push(message)
    place = end + 3
  }
  return messages
}

/** All that a server says to a client that logs in, sends commands and leaves. */
export function askPop3(
  { host, port }: Address,
  account: string,
  commands: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect({ host, port, allowHalfOpen: true })
    socket.on('data', (piece: Buffer) => void pieces.push(piece))
    socket.on('error', reject)
    socket.on('end', () => {
      socket.end()
      resolve(Buffer.concat(pieces).toString('latin1'))
    })
    socket.write([`USER ${account}`, `PASS ${account}`, ...commands, 'QUIT', ''].join('\r\n'))
  })
}
