/** Postfix in front of the Dovecot of the tests. */
import { freePort } from '../../port.ts'
import { listen, openServer } from '../../server.ts'
import { layPostfix } from '../mail/postfix.ts'
import { at, DOMAIN, type Place, type Running } from './mail-servers.ts'

/** Starts Postfix: 25, 587 with logins alone, and 465; Dovecot, which must run, judges the logins. */
export async function openPostfix({ folder, mail, certificate, key, owner }: Place): Promise<Running> {
  const [smtp, submission, smtps] = [await freePort(), await freePort(), await freePort()]
  const login = '-o smtpd_client_restrictions=permit_sasl_authenticated,reject'
  const { program, words, environment } = layPostfix({
    folder,
    domain: DOMAIN,
    listeners: [
      `127.0.0.1:${smtp} inet n - n - - smtpd`,
      `127.0.0.1:${submission} inet n - n - - smtpd ${login}`,
      `127.0.0.1:${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${login}`,
    ],
    mail: {
      folder: mail,
      owner,
      map: `inline:{ ana@${DOMAIN}=ana/Maildir/, ben@${DOMAIN}=ben/Maildir/ }`,
    },
    settings: `mynetworks =
mynetworks_style = host
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
virtual_alias_maps = inline:{ postmaster@${DOMAIN}=ana@${DOMAIN}, postmaster@mail.${DOMAIN}=ana@${DOMAIN} }
message_size_limit = 1000000
`,
  })
  const server = await openServer(program, words, {
    env: environment,
    answers: () => listen([smtp, submission, smtps]),
  })
  return { ...server, endpoints: { smtp: at(smtp), submission: at(submission), smtps: at(smtps) } }
}
