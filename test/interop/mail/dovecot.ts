/** Dovecot's POP3 server, on a free port of the loopback, for as long as a test needs it. */
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { openServer } from '../../server.ts'
import { talk } from '../../talk.ts'
import { missing } from '../../tool.ts'

/** A running Dovecot. */
export interface Dovecot extends AsyncDisposable {
  readonly address: Address
  /** Below it each account has its folder `Maildir`. */
  readonly folder: string
  /** Lets Dovecot use all that lies in the folder. */
  own(): void
}

/** The account that may log in with `PASSWORD`, and the one beside it. */
export const ACCOUNTS = ['ana', 'ben'] as const
/** The password of both. */
export const PASSWORD = 'secret'

/** Whoever runs the tests as root lets Dovecot read mail as nobody. */
const NOBODY = 65_534

/** Starts Dovecot, which needs root, over the mail in a folder or in one of its own; `more` are further settings. */
export async function openDovecot(folder?: string, more = ''): Promise<Dovecot> {
  const temporary = temporaryFolder()
  const mail = folder ?? join(temporary.path, 'mail')
  const port = await freePort()
  chmodSync(temporary.path, 0o755)
  for (const account of ACCOUNTS) mkdirSync(join(mail, account, 'Maildir'), { recursive: true })
  writeFileSync(join(temporary.path, 'dovecot.conf'), configuration(temporary.path, mail, port, more))
  own(mail)
  const address = { host: '127.0.0.1', port }
  const server = await openServer('dovecot', ['-F', '-c', join(temporary.path, 'dovecot.conf')], {
    answers: async () => (await talk(address, 'QUIT\r\n')).startsWith('+OK'),
    log: join(temporary.path, 'log'),
  })
  return {
    address,
    folder: mail,
    own: () => own(mail),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

/** False if Dovecot can be started here; else why a test is skipped. */
export function missingDovecot(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, which Dovecot runs as'
  return missing('dovecot')
}

function own(folder: string): void {
  // The folder of a test is its owner's alone.
  chmodSync(dirname(folder), 0o755)
  for (const file of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, file), NOBODY, NOBODY)
}

function configuration(folder: string, mail: string, port: number, more: string): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 1M
login_greeting = telelab ready.
first_valid_uid = 1
mail_location = maildir:${mail}/%n/Maildir
pop3_uidl_format = %f
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${mail}/%n allow_all_users=yes
}
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = 0
  }
}
service anvil {
  client_limit = 1000
  # Each failed login would make the next one wait longer.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${more}
`
}
