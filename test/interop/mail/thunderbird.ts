/** Thunderbird without a screen, with one account of a lab, told over Marionette what a person would click. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { open } from '../../talk.ts'
import { makeProfile, type Setting } from '../mozilla.ts'
import type { MailLab } from './mail-lab.ts'

/** How an account speaks with its servers; in Thunderbird's window None, STARTTLS, SSL/TLS. */
export type Security = 'none' | 'starttls' | 'tls'

/** An account as it is entered. */
export interface Account {
  readonly name: string
  /** The name if not given. */
  readonly password?: string
  readonly security: Security
  /** The file with the root that is trusted; none if not given. */
  readonly root?: string
}

/** Milliseconds within which it must have started, and must then do each thing that it is told. */
const PATIENCE = 20_000
/** The numbers of nsMsgSocketType. */
const SOCKET = { none: 0, starttls: 2, tls: 3 } as const
/** In nsMsgAuthMethod; in the window "Normal password". */
const PASSWORD = 3

/** Stores the password where Thunderbird looks for that of POP3 and that of SMTP. */
const REMEMBER = `
const [host, name, password] = arguments
const add = (scheme) => {
  const login = Cc['@mozilla.org/login-manager/loginInfo;1'].createInstance(Ci.nsILoginInfo)
  login.init(scheme + '://' + host, null, scheme + '://' + host, name, password, '', '')
  return Services.logins.addLoginAsync(login)
}
return Promise.all([add('mailbox'), add('smtp')]).then(() => true)`

const BEGIN = `
const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs')
const { key, defaultIdentity, incomingServer } = MailServices.accounts.defaultAccount
const settle = (status, resolve, reject, value) =>
  Components.isSuccessCode(status) ? resolve(value) : reject(new Error(ChromeUtils.getXPCOMErrorName(status)))`

/** "Get Messages"; gives the subjects of all that the inbox then shows. */
const FETCH = `${BEGIN}
return new Promise((resolve, reject) => {
  const OnStopRunningUrl = (url, status) => {
    const inbox = incomingServer.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox)
    settle(status, resolve, reject, [...inbox.messages].map((message) => message.mime2DecodedSubject))
  }
  incomingServer.getNewMessages(incomingServer.rootFolder, null, { OnStartRunningUrl() {}, OnStopRunningUrl })
})`

/** "Send"; gives the message's id. */
const SEND = `${BEGIN}
const [to, subject, text] = arguments
const fields = Cc['@mozilla.org/messengercompose/composefields;1'].createInstance(Ci.nsIMsgCompFields)
Object.assign(fields, { from: defaultIdentity.fullAddress, to, subject })
return new Promise((resolve, reject) => {
  const listener = {
    QueryInterface: ChromeUtils.generateQI(['nsIMsgSendListener']),
    onStopSending: (id, status) => settle(status, resolve, reject, id),
    onStartSending() {}, onProgress() {}, onStatus() {}, onSendNotPerformed() {}, onGetDraftFolderURI() {},
    onTransportSecurityError() {},
  }
  Cc['@mozilla.org/messengercompose/send;1'].createInstance(Ci.nsIMsgSend).createAndSendMessage(null,
    defaultIdentity, key, fields, false, false, Ci.nsIMsgSend.nsMsgDeliverNow, null, 'text/plain', text, null, null,
    listener, null, null, Ci.nsIMsgCompType.New).catch(reject)
})`

/** A running Thunderbird. */
export class Thunderbird implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<null, null, Readable>
  readonly #profile: string
  readonly #host: string
  #complaints = ''
  #marionette: Marionette | undefined

  private constructor(mail: MailLab, profile: string) {
    this.#profile = profile
    this.#host = mail.at('pop3').host
    // Without the last word Marionette is allowed no more than a page.
    const last = ['--marionette', '--remote-allow-system-access']
    this.#process = spawn('thunderbird', ['--headless', '--no-remote', '--profile', profile, ...last], {
      // It leaves what it has sent in the folder for temporary files.
      env: { PATH: process.env['PATH'], HOME: mail.folder, TMPDIR: mail.folder, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text))
  }

  /** Starts it on a new profile, which goes with the lab. */
  static async open(mail: MailLab, account: Account): Promise<Thunderbird> {
    const profile = join(mail.folder, 'profile')
    await makeProfile(profile, settingsOf(mail, account), account.root)
    const thunderbird = new Thunderbird(mail, profile)
    try {
      await thunderbird.#begin()
      const { name, password = name } = account
      await thunderbird.#execute(REMEMBER, thunderbird.#host, name, password)
      return thunderbird
    } catch (error) {
      await thunderbird[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Gets the new messages; gives back the subjects of all that are in the inbox. */
  fetch(): Promise<unknown> {
    return this.#execute(FETCH)
  }

  /** Writes a message and sends it. */
  async send(to: string, subject: string, text: string): Promise<void> {
    await this.#execute(SEND, to, subject, text)
  }

  /** The messages in the inbox on the disk, an mbox, one character for each octet. */
  get inbox(): string[] {
    return readFileSync(join(this.#profile, 'Mail', this.#host, 'Inbox'), 'latin1')
      .split(/^From - .*\r?\n/m)
      .slice(1)
      .map((message) => message.replace(/\r?\n$/, '').replaceAll(/^>(>*From )/gm, '$1'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#marionette?.close()
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      // Its other processes end with it.
      this.#process.kill('SIGKILL')
      await ended
    }
    this.#process.stderr.destroy()
  }

  async #begin(): Promise<void> {
    // There it writes the port that the system has given it.
    const file = join(this.#profile, 'MarionetteActivePort')
    const end = Date.now() + PATIENCE
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
      if (Date.now() > end || this.#process.exitCode !== null)
        throw new Error(`thunderbird did not start: ${this.#complaints}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const port = Number(readFileSync(file, 'utf8'))
    this.#marionette = new Marionette(await open({ host: '127.0.0.1', port }))
    await this.#marionette.ask('WebDriver:NewSession')
    await this.#marionette.ask('Marionette:SetContext', { value: 'chrome' })
  }

  async #execute(script: string, ...args: readonly string[]): Promise<unknown> {
    const marionette = this.#marionette
    if (marionette === undefined) throw new Error('thunderbird has not been started')
    const value = await marionette.ask('WebDriver:ExecuteScript', { script, args })
    // No script gives null; it is what comes as soon as a dialog wants a person.
    if (value !== null) return value
    const dialog = await marionette.ask('WebDriver:GetAlertText')
    await marionette.ask('WebDriver:DismissAlert')
    throw new Error(`thunderbird shows: ${String(dialog)}`)
  }
}

/** What the window for a new account would set. */
function settingsOf(mail: MailLab, { name, security }: Account): Record<string, Setting> {
  const pop = mail.at(security === 'tls' ? 'pop3s' : 'pop3')
  const smtp = mail.at(security === 'tls' ? 'smtps' : 'submission')
  const branches: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
    'mail.accountmanager': { accounts: 'account1', defaultaccount: 'account1' },
    'mail.account.account1': { server: 'server1', identities: 'id1' },
    'mail.identity.id1': {
      useremail: `${name}@${mail.lab.world.domain}`,
      fullName: `${name} Á`,
      smtpServer: 'smtp1',
      valid: true,
      fcc: false,
    },
    'mail.server.server1': {
      type: 'pop3',
      hostname: pop.host,
      port: pop.port,
      userName: name,
      authMethod: PASSWORD,
      socketType: SOCKET[security],
      leave_on_server: false,
      login_at_startup: false,
      check_new_mail: false,
    },
    mail: { smtpservers: 'smtp1', 'smtp.defaultserver': 'smtp1' },
    'mail.smtpserver.smtp1': {
      type: 'smtp',
      hostname: smtp.host,
      port: smtp.port,
      username: name,
      authMethod: PASSWORD,
      try_ssl: SOCKET[security],
    },
    // Whatever else it would like to fetch ends here; mail does not ask such a proxy.
    'network.proxy': { type: 1, http: '127.0.0.1', http_port: 9, ssl: '127.0.0.1', ssl_port: 9 },
    marionette: { port: 0 },
  }
  return Object.fromEntries(
    Object.entries(branches).flatMap(([branch, settings]) =>
      Object.entries(settings).map(([setting, value]) => [`${branch}.${setting}`, value]),
    ),
  )
}

/** A client of Gecko's remote control, where a message is its length in octets, a colon, and JSON. */
class Marionette {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #commands = 0
  #answer: ((answer: readonly unknown[] | Error) => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (piece: Buffer) => this.#receive(piece))
    socket.on('close', () => this.#answer?.(new Error('thunderbird has ended')))
  }

  /** One command at a time; rejects if it fails or takes too long. */
  async ask(command: string, parameters: object = {}): Promise<unknown> {
    this.#commands += 1
    const message = Buffer.from(JSON.stringify([0, this.#commands, command, parameters]))
    const answer = await new Promise<readonly unknown[] | Error>((resolve) => {
      const late = new Error(`thunderbird did not finish ${command}: ${JSON.stringify(parameters)}`)
      const timer = setTimeout(() => resolve(late), PATIENCE)
      this.#answer = (said) => {
        clearTimeout(timer)
        resolve(said)
      }
      this.#socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message]))
    })
    this.#answer = undefined
    if (answer instanceof Error) throw answer
    const [, , problem, result] = answer
    if (problem !== null) throw new Error(`thunderbird failed: ${JSON.stringify(problem)}`)
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : result
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(piece: Buffer): void {
    this.#received = Buffer.concat([this.#received, piece])
    for (;;) {
      const colon = this.#received.indexOf(':')
      const end = colon + 1 + Number(this.#received.toString('latin1', 0, Math.max(colon, 0)))
      if (colon < 0 || this.#received.length < end) return
      const message: unknown = JSON.parse(this.#received.toString('utf8', colon + 1, end))
      this.#received = this.#received.subarray(end)
      // The first one, which is none, is a greeting.
      if (Array.isArray(message)) this.#answer?.(message)
    }
  }
}
