/** Postfix, installed or only unpacked, in front of the Dovecot of the tests. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { freePort } from '../../port.ts'
import { DOMAIN, idOf, run, type Place, type Running } from './mail-servers.ts'

const ROOT = process.env['POSTFIX'] ?? (existsSync('/opt/postfix-x') ? '/opt/postfix-x' : '')
const LIBRARIES = `${ROOT}/usr/lib/postfix`

/** False if Postfix is there, perhaps only unpacked. */
export function missingPostfix(): string | false {
  if (!existsSync(`${LIBRARIES}/sbin/master`)) return 'needs Postfix, in the usual place or below $POSTFIX'
  const isKnown =
    spawnSync('getent', ['passwd', 'postfix']).status === 0 &&
    spawnSync('getent', ['group', 'postdrop']).status === 0
  return isKnown ? false : 'needs the user postfix and the group postdrop'
}

const SERVICES = `pickup unix n - n 60 1 pickup
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

/** Starts Postfix: 25, 587 with logins alone, and 465; Dovecot, which must run, judges the logins. */
export async function openPostfix({ folder, mail, certificate, key, owner }: Place): Promise<Running> {
  const ports = [await freePort(), await freePort(), await freePort()] as const
  const [smtp, submission, smtps] = ports
  const [config, queue, data] = [join(folder, 'config'), join(folder, 'queue'), join(folder, 'data')]
  const user = idOf('postfix')
  const drop = Number(execFileSync('getent', ['group', 'postdrop'], { encoding: 'utf8' }).split(':')[2])
  for (const each of [config, queue, data, join(queue, 'pid')]) mkdirSync(each)
  chownSync(data, user, -1)
  for (const name of [
    'active',
    'bounce',
    'corrupt',
    'defer',
    'deferred',
    'flush',
    'hold',
    'incoming',
    'private',
    'saved',
    'trace',
  ]) {
    mkdirSync(join(queue, name), { mode: 0o700 })
    chownSync(join(queue, name), user, -1)
  }
  for (const name of ['maildrop', 'public']) {
    mkdirSync(join(queue, name))
    chownSync(join(queue, name), user, drop)
    chmodSync(join(queue, name), name === 'public' ? 0o710 : 0o1730)
  }
  const login = '-o smtpd_client_restrictions=permit_sasl_authenticated,reject'
  writeFileSync(
    join(config, 'master.cf'),
    `127.0.0.1:${smtp} inet n - n - - smtpd
127.0.0.1:${submission} inet n - n - - smtpd ${login}
127.0.0.1:${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${login}
${SERVICES}`,
  )
  writeFileSync(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
command_directory = ${ROOT}/usr/sbin
daemon_directory = ${LIBRARIES}/sbin
shlib_directory = ${LIBRARIES}
meta_directory = ${config}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH=${LIBRARIES}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.${DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mynetworks_style = host
alias_maps =
alias_database =
local_recipient_maps =
smtpd_helo_required = yes
strict_rfc821_envelopes = yes
smtpd_forbid_bare_newline = yes
smtpd_forbid_unauth_pipelining = yes
smtpd_delay_reject = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = reject_non_fqdn_recipient, reject_unlisted_recipient
smtpd_reject_unlisted_recipient = yes
smtpd_junk_command_limit = 1000
smtpd_hard_error_limit = 100
smtpd_soft_error_limit = 100
smtpd_error_sleep_time = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${folder}/auth
smtpd_tls_cert_file = ${certificate}
smtpd_tls_key_file = ${key}
smtpd_tls_security_level = may
virtual_transport = virtual
virtual_mailbox_domains = ${DOMAIN}
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = inline:{ ana@${DOMAIN}=ana/Maildir/, ben@${DOMAIN}=ben/Maildir/ }
virtual_alias_maps = inline:{ postmaster@${DOMAIN}=ana@${DOMAIN}, postmaster@mail.${DOMAIN}=ana@${DOMAIN} }
virtual_uid_maps = static:${owner}
virtual_gid_maps = static:${owner}
virtual_mailbox_limit = 0
message_size_limit = 1000000
`,
  )
  const environment = { ...process.env, LD_LIBRARY_PATH: LIBRARIES, MAIL_CONFIG: config }
  const stop = await run(`${LIBRARIES}/sbin/master`, ['-c', config, '-d'], ports, environment)
  const at = (port: number): Address => ({ host: '127.0.0.1', port })
  return {
    endpoints: { smtp: at(smtp), submission: at(submission), smtps: at(smtps) },
    [Symbol.asyncDispose]: stop,
  }
}
