/** Exim and Dovecot as one mail server: what SMTP takes lies in Maildirs that Dovecot shows. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { freePort } from '../../port.ts'
import { listen, openServer } from '../../server.ts'
import type { TlsFiles } from '../../unit/grading/wrong-mail.ts'
import { idOf } from '../mail/postfix.ts'

/** The domain of all accounts. */
export const DOMAIN = 'lab.test'
/** The password of both accounts. */
export const PASSWORD = 'secret'

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

/** A port of this machine. */
export const at = (port: number): Address => ({ host: '127.0.0.1', port })

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
  chownSync(folder, idOf('Debian-exim'), -1)
  const exim = await openServer('/usr/sbin/exim4', ['-C', file, '-bdf'], {
    answers: () => listen([smtp, submission, smtps]),
  })
  return { ...exim, endpoints: { smtp: at(smtp), submission: at(submission), smtps: at(smtps) } }
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
  const dovecot = await openServer('dovecot', ['-F', '-c', file], {
    answers: () => listen([pop3, pop3s]),
    log: join(folder, 'log'),
  })
  return { ...dovecot, endpoints: { pop3: at(pop3), pop3s: at(pop3s) } }
}
