/** Exim and Dovecot as one mail server: what SMTP takes lies in Maildirs that Dovecot shows. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { freePort } from '../../port.ts'
import type { TlsFiles } from '../../unit/grading/wrong-mail.ts'

export const DOMAIN = 'lab.test'
/** The password of both accounts. */
export const PASSWORD = 'secret'

const PATIENCE = 20_000

/** Where a server puts its files, and where mail comes to lie: `<account>/Maildir` below `mail`. */
export interface Place {
  readonly folder: string
  readonly mail: string
  readonly certificate: string
  readonly key: string
  /** The user whose the mail is. */
  readonly owner: number
}

/** A server that runs. */
export interface Running extends AsyncDisposable {
  readonly endpoints: Readonly<Record<string, Address>>
}

/** Makes the folders that all of them share. */
export function prepare(folder: string, { key, chain }: TlsFiles, user: string): Place {
  const owner = idOf(user)
  const mail = join(folder, 'mail')
  const [certificate, keyFile] = [join(folder, 'server.pem'), join(folder, 'server.key')]
  chmodSync(folder, 0o755)
  for (const account of ['ana', 'ben'])
    for (const part of ['', 'Maildir', 'Maildir/new', 'Maildir/cur', 'Maildir/tmp']) {
      mkdirSync(join(mail, account, part), { recursive: true })
      chownSync(join(mail, account, part), owner, owner)
    }
  chownSync(mail, owner, owner)
  writeFileSync(certificate, chain)
  writeFileSync(keyFile, key, { mode: 0o644 })
  return { folder, mail, certificate, key: keyFile, owner }
}

/** The number of a user. */
export function idOf(user: string): number {
  return Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }))
}

async function listening(child: ChildProcess, ports: readonly number[], said: () => string): Promise<void> {
  const end = Date.now() + PATIENCE
  for (const port of ports)
    while (!(await answers(port))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`it does not run: ${said()}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** Starts a program that stays in the foreground, once it listens; resolves with what ends it. */
export async function run(
  program: string,
  words: readonly string[],
  ports: readonly number[],
  environment = process.env,
): Promise<() => Promise<void>> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environment })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (octets: Buffer) => (said += octets.toString()))
  const exit = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await exit
  }
  try {
    await listening(child, ports, () => said)
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

/** Starts Exim: 25, 587 with logins alone, and 465. */
export async function openExim({ folder, mail, certificate, key }: Place): Promise<Running> {
  const [smtp, submission, smtps] = [await freePort(), await freePort(), await freePort()]
  const file = join(folder, 'exim.conf')
  writeFileSync(
    file,
    `primary_hostname = mail.${DOMAIN}
qualify_domain = ${DOMAIN}
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = ${smtp} : ${submission} : ${smtps}
tls_on_connect_ports = ${smtps}
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/pid
message_size_limit = 1000000
smtp_accept_max = 0
smtp_max_synprot_errors = 100
smtp_accept_max_nonmail = 1000
smtp_return_error_details
deliver_drop_privilege
tls_advertise_hosts = *
tls_certificate = ${certificate}
tls_privatekey = ${key}
auth_advertise_hosts = \${if or{{eq{$received_port}{${smtp}}}{!eq{$tls_in_cipher}{}}}{*}{}}
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_vrfy = vrfy
begin acl
mail:
  deny condition = \${if !eq{$received_port}{${smtp}}}
       !authenticated = *
       message = log in first
  accept
rcpt:
  deny local_parts = ^.*[@%!/|]
  accept domains = ${DOMAIN}
         local_parts = ana : ben : postmaster
  deny message = unknown user, or relay not permitted
vrfy:
  accept
begin routers
postmaster:
  driver = redirect
  local_parts = postmaster
  data = ana@${DOMAIN}
accounts:
  driver = accept
  domains = ${DOMAIN}
  local_parts = ana : ben
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = ${mail}/\${lookup{$local_part}lsearch*,ret=key{${folder}/names}}/Maildir
  return_path_add
  delivery_date_add
  envelope_to_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{match_local_part{$auth2}{ana:ben}}{eq{$auth3}{${PASSWORD}}}}}
  server_set_id = $auth2
`,
  )
  writeFileSync(join(folder, 'names'), 'ana: ana\nben: ben\n')
  execFileSync('chown', ['Debian-exim', folder])
  const stop = await run('/usr/sbin/exim4', ['-C', file, '-bdf'], [smtp, submission, smtps])
  const at = (port: number): Address => ({ host: '127.0.0.1', port })
  return {
    endpoints: { smtp: at(smtp), submission: at(submission), smtps: at(smtps) },
    [Symbol.asyncDispose]: stop,
  }
}

/** Starts Dovecot: 110 and 995. */
export async function openPop3({ folder, mail, certificate, key, owner }: Place): Promise<Running> {
  const [pop3, pop3s] = [await freePort(), await freePort()]
  const file = join(folder, 'dovecot.conf')
  writeFileSync(
    file,
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
login_greeting = ready.
first_valid_uid = 1
mail_location = maildir:${mail}/%n/Maildir
mail_max_userip_connections = 100
pop3_lock_session = yes
pop3_uidl_format = %g
passdb {
  driver = passwd-file
  args = scheme=plain username_format=%n ${folder}/passwords
}
userdb {
  driver = static
  args = uid=${owner} gid=${owner} home=${mail}/%n
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener ${folder}/auth {
    mode = 0666
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${pop3}
  }
  inet_listener pop3s {
    port = ${pop3s}
  }
}
`,
  )
  writeFileSync(join(folder, 'passwords'), `ana:${PASSWORD}\nben:${PASSWORD}\n`)
  const stop = await run('dovecot', ['-F', '-c', file], [pop3, pop3s])
  const at = (port: number): Address => ({ host: '127.0.0.1', port })
  return { endpoints: { pop3: at(pop3), pop3s: at(pop3s) }, [Symbol.asyncDispose]: stop }
}

/** False if all programs are there; else why a test is skipped. */
export function missingServers(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, which Exim and Dovecot run as'
  const absent = ['exim4', 'dovecot'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  )
  if (absent.length === 0) return false
  if (process.env['CI'] !== undefined) throw new Error(`missing: ${absent.join(', ')}; .ci/run installs them`)
  return `needs ${absent.join(', ')}`
}
