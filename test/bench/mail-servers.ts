/**
 * The servers that take mail in, each into a Maildir of its own. None answers before the message is synced: we sync its
 * file in `tmp` and the folder `new`; Postfix the file in its queue, and later the one in the Maildir; Exim both files of
 * its spool, and later the one in the Maildir. Of the peers neither keeps a log here.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { idOf, layPostfix, missingPostfix } from '../interop/mail/postfix.ts'
import { freePort } from '../port.ts'
import { startMailLab } from './mail-lab.ts'

/** One server that has been started. */
export interface MailServer {
  readonly port: number
  readonly process: ChildProcess
  /** Where its messages come to lie. */
  readonly arrivals: string
}

/** How one server is started in an empty folder. */
export interface MailServerKind {
  readonly name: string
  /** Why it cannot take part; undefined if it can. */
  readonly missing: string | undefined
  /** False if it has processes that are nobody's children. */
  readonly isFamily: boolean
  start(folder: string): Promise<MailServer>
}

/** Whoever starts a server as root has it deliver as nobody. */
const NOBODY = 65_534

const telelab: MailServerKind = {
  name: 'telelab',
  missing: undefined,
  isFamily: true,
  async start(folder) {
    const lab = await startMailLab(folder)
    return { port: lab.ports.smtp, process: lab.process, arrivals: join(lab.mail, 'ana', 'Maildir', 'new') }
  },
}

const postfix: MailServerKind = {
  name: 'Postfix',
  missing: missingPostfix() || undefined,
  isFamily: true,
  async start(folder) {
    const port = await freePort()
    const mail = join(folder, 'mail')
    mkdirSync(mail)
    chownSync(mail, NOBODY, NOBODY)
    const { program, words, environment } = layPostfix({
      folder,
      domain: 'bench.test',
      listeners: [`127.0.0.1:${port} inet n - n - - smtpd`],
      mail: { folder: mail, owner: NOBODY, map: 'static:ana/Maildir/' },
      settings: `mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
message_size_limit = 52428800
`,
    })
    const child = spawn(program, words, { env: environment, stdio: 'ignore' })
    return { port, process: child, arrivals: join(mail, 'ana', 'Maildir', 'new') }
  },
}

const exim: MailServerKind = {
  name: 'Exim',
  missing:
    process.getuid?.() !== 0
      ? 'needs root'
      : spawnSync('/usr/sbin/exim4', ['-bV']).status === 0
        ? undefined
        : 'is not installed',
  isFamily: false,
  async start(folder) {
    const port = await freePort()
    const file = join(folder, 'exim.conf')
    writeFileSync(
      file,
      `primary_hostname = mail.bench.test
domainlist local_domains = bench.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
log_selector = -all
write_rejectlog = false
message_logs = false
pid_file_path = ${folder}/pid
message_size_limit = 50M
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
tls_advertise_hosts =
deliver_drop_privilege
qualify_domain = bench.test
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept domains = +local_domains
  deny
begin routers
mailbox:
  driver = accept
  domains = +local_domains
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = ${folder}/mail
  maildir_format
  create_directory
  directory_mode = 0700
  mode = 0600
  delivery_date_add
  envelope_to_add
  return_path_add
`,
    )
    chownSync(folder, idOf('Debian-exim'), -1)
    const child = spawn('/usr/sbin/exim4', ['-C', file, '-bdf'], { stdio: 'ignore' })
    return { port, process: child, arrivals: join(folder, 'mail', 'new') }
  },
}

/** All of them, ours first. */
export const mailServers: readonly MailServerKind[] = [telelab, postfix, exim]
