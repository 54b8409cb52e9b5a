/** Exim on a free port of the loopback, set up as the server of the tests, for as long as they need it. */
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { listen, openServer } from '../../server.ts'

function configuration(folder: string, port: number): string {
  return `
primary_hostname = mail.lab.test
domainlist local_domains = lab.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/pid
message_size_limit = 1000000
recipients_max = 10
qualify_domain = lab.test
smtp_accept_max = 0
smtp_max_synprot_errors = 100
smtp_accept_max_nonmail = 1000
queue_only
dsn_advertise_hosts = *
tls_advertise_hosts =
acl_smtp_rcpt = rcpt
acl_smtp_vrfy = vrfy
begin acl
rcpt:
  accept domains = lab.test
         local_parts = ana : ben : postmaster : ñ
  deny
vrfy:
  accept
begin routers
none:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{eq{$auth2}{ana}}{eq{$auth3}{secret}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = \${if and {{eq{$auth1}{ana}}{eq{$auth2}{secret}}}}
  server_set_id = $auth1
`
}

/** Starts it; rejects with what it said if it does not run. */
export async function openExim(): Promise<{ readonly address: Address; close(): Promise<void> }> {
  const folder = temporaryFolder()
  const port = await freePort()
  writeFiles(folder.path, { 'exim.conf': configuration(folder.path, port) })
  chmodSync(folder.path, 0o755)
  const file = join(folder.path, 'exim.conf')
  if (process.getuid?.() === 0) execFileSync('chown', ['Debian-exim', folder.path])
  const server = await openServer('/usr/sbin/exim4', ['-C', file, '-bdf'], { answers: () => listen([port]) })
  return {
    address: { host: '127.0.0.1', port },
    close: async () => {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
