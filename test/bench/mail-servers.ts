/**
 * The servers that take mail in, each into a Maildir of its own. None answers before the message is synced: we sync its
 * file in `tmp` and the folder `new`; Postfix the file in its queue, and later the one in the Maildir; Exim both files of
 * its spool, and later the one in the Maildir. Of the peers neither keeps a log here.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** Where the files of Postfix lie, which need not be installed: what `dpkg -x` unpacks will do. */
const ROOT = process.env['POSTFIX'] ?? (existsSync('/opt/postfix-x') ? '/opt/postfix-x' : '')
const LIBRARIES = `${ROOT}/usr/lib/postfix`
/** Whoever starts a server as root has it deliver as nobody. */
const NOBODY = 65_534

/** What a program of Postfix needs to find its libraries. */
export const postfixEnvironment: NodeJS.ProcessEnv = { ...process.env, LD_LIBRARY_PATH: LIBRARIES }

/** Postfix's own source of load. */
export const smtpSource = ['/usr/sbin/smtp-source', `${ROOT}/usr/sbin/smtp-source`].find((path) =>
  existsSync(path),
)

const telelab: MailServerKind = {
  name: 'telelab',
  missing: undefined,
  isFamily: true,
  async start(folder) {
    const lab = await startMailLab(folder)
    return { port: lab.ports.smtp, process: lab.process, arrivals: join(lab.mail, 'ana', 'Maildir', 'new') }
  },
}

function missingPostfix(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!existsSync(`${LIBRARIES}/sbin/master`)) return 'needs its files, in the usual place or below $POSTFIX'
  const hasUsers = spawnSync('getent', ['passwd', 'postfix']).status === 0
  return hasUsers && spawnSync('getent', ['group', 'postdrop']).status === 0
    ? undefined
    : 'needs the user postfix and the group postdrop'
}

const idOf = (kind: 'passwd' | 'group', name: string): number =>
  Number(execFileSync('getent', [kind, name], { encoding: 'utf8' }).split(':')[2])

/** As Debian's, without chroot; the port is the only one. */
const master = (port: number): string => `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
`

const postfix: MailServerKind = {
  name: 'Postfix',
  missing: missingPostfix(),
  isFamily: true,
  async start(folder) {
    const port = await freePort()
    const [config, queue, mail] = ['config', 'queue', 'mail'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    for (const each of [config, queue, mail, join(folder, 'data')]) mkdirSync(each)
    const [user, drop] = [idOf('passwd', 'postfix'), idOf('group', 'postdrop')]
    chownSync(mail, NOBODY, NOBODY)
    chownSync(join(folder, 'data'), user, -1)
    mkdirSync(join(queue, 'pid'))
    for (const name of 'active bounce corrupt defer deferred flush hold incoming private saved trace'.split(
      ' ',
    )) {
      mkdirSync(join(queue, name), { mode: 0o700 })
      chownSync(join(queue, name), user, -1)
    }
    for (const name of ['maildrop', 'public']) {
      mkdirSync(join(queue, name))
      chownSync(join(queue, name), user, drop)
      chmodSync(join(queue, name), name === 'public' ? 0o710 : 0o1730)
    }
    writeFileSync(join(config, 'master.cf'), master(port))
    writeFileSync(
      join(config, 'main.cf'),
      `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${join(folder, 'data')}
command_directory = ${ROOT}/usr/sbin
daemon_directory = ${LIBRARIES}/sbin
shlib_directory = ${LIBRARIES}
meta_directory = ${config}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH=${LIBRARIES}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.bench.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
virtual_transport = virtual
virtual_mailbox_domains = bench.test
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = static:ana/Maildir/
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
virtual_mailbox_limit = 0
message_size_limit = 52428800
`,
    )
    const child = spawn(`${LIBRARIES}/sbin/master`, ['-c', config, '-d'], {
      env: { ...postfixEnvironment, MAIL_CONFIG: config },
      stdio: ['ignore', 'ignore', 'ignore'],
    })
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
    chownSync(folder, idOf('passwd', 'Debian-exim'), -1)
    const child = spawn('/usr/sbin/exim4', ['-C', file, '-bdf'], { stdio: 'ignore' })
    return { port, process: child, arrivals: join(folder, 'mail', 'new') }
  },
}

/** All of them, ours first. */
export const mailServers: readonly MailServerKind[] = [telelab, postfix, exim]
