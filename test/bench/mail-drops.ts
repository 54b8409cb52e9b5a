/** The servers that mail is fetched from, each over a mail folder that is filled before it starts. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingDovecot } from '../interop/mail/dovecot.ts'
import { freePort } from '../port.ts'
import { startMailLab } from './mail-lab.ts'

/** Octets of messages, by account, as they are stored. */
export type Mail = Readonly<Record<string, readonly number[]>>

/** One server that has been started. */
export interface PopServer {
  readonly port: number
  readonly process: ChildProcess
}

/** How one server is started in an empty folder. */
export interface PopServerKind {
  readonly name: string
  /** Why it cannot take part; undefined if it can. */
  readonly missing: string | undefined
  start(folder: string, mail: Mail): Promise<PopServer>
}

/** Whoever starts a server as root has it read mail as nobody. */
const NOBODY = 65_534
/** A line of text, as it is stored. */
const LINE = `${'y'.repeat(70)}\n`

/** Writes messages under the names that Dovecot and we give them, which tell their sizes. */
export function fill(folder: string, mail: Mail): void {
  for (const [account, sizes] of Object.entries(mail)) {
    const maildir = join(folder, account, 'Maildir')
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(maildir, part), { recursive: true })
    for (const [index, size] of sizes.entries()) {
      const head = `From: zoe@other.test\nSubject: message ${index}\n\n`
      const text = Buffer.from(head + LINE.repeat(Math.ceil((size - head.length) / LINE.length)))
      const octets = text.length + text.filter((octet) => octet === 10).length
      const name = `17000${String(index).padStart(5, '0')}.M1P1Q${index}.bench,S=${text.length},W=${octets}`
      writeFileSync(join(maildir, 'new', name), text)
    }
  }
}

const telelab: PopServerKind = {
  name: 'telelab',
  missing: undefined,
  async start(folder, mail) {
    fill(join(folder, 'state', 'mail'), mail)
    const { ports, process } = await startMailLab(folder)
    return { port: ports.pop3, process }
  },
}

const dovecot = (name: string, more: string): PopServerKind => ({
  name,
  missing: missingDovecot() || undefined,
  async start(folder, mail) {
    const port = await freePort()
    const home = join(folder, 'mail')
    fill(home, mail)
    for (const file of ['.', ...readdirSync(home, { recursive: true, encoding: 'utf8' })])
      chownSync(join(home, file), NOBODY, NOBODY)
    writeFileSync(
      join(folder, 'users'),
      Object.keys(mail)
        .map((account) => `${account}:{PLAIN}secret\n`)
        .join(''),
    )
    writeFileSync(
      join(folder, 'dovecot.conf'),
      `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:${home}/%n/Maildir
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${home}/%n
}
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = 0
  }
${more}}
`,
    )
    const words = ['-F', '-c', join(folder, 'dovecot.conf')]
    return { port, process: spawn('dovecot', words, { stdio: 'ignore' }) }
  },
})

/** All of them, ours first. */
export const popServers: readonly PopServerKind[] = [
  telelab,
  dovecot('Dovecot', ''),
  dovecot('Dovecot, high-performance', '  service_count = 0\n'),
]
