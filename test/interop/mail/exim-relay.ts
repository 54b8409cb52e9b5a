/** Exim as a server between others: it sends mail for lab.test on to a port, and keeps that for far.test. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { openServer } from '../../server.ts'
import { talk } from '../../talk.ts'
import { missing } from '../../tool.ts'
import { storedIn } from './mail-lab.ts'

/** A running Exim. */
export interface EximRelay extends AsyncDisposable {
  readonly address: Address
  /** The messages for far.test, one character for each octet, lines ended by LF. */
  kept(): string[]
  /** How many wait. */
  waiting(): number
  log(): string
}

function configuration(folder: string, port: number, onward: number): string {
  return `
primary_hostname = exim.far.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/pid
tls_advertise_hosts =
chunking_advertise_hosts = *
smtp_max_synprot_errors = 100
smtp_accept_max_nonmail = 1000
deliver_drop_privilege
allow_mx_to_ip
begin acl
begin routers
onward:
  driver = manualroute
  domains = lab.test
  route_list = * 127.0.0.1
  self = send
  transport = onward
here:
  driver = accept
  domains = far.test
  transport = here
begin transports
onward:
  driver = smtp
  port = ${onward}
  allow_localhost
  hosts_try_chunking = \${if match{$sender_address}{bdat}{*}{}}
here:
  driver = appendfile
  directory = ${folder}/kept
  maildir_format
begin retry
* * F,1h,1s
`.replace('begin acl\n', 'acl_smtp_rcpt = rcpt\nbegin acl\nrcpt:\n  accept\n')
}

/** False if Exim and other programs can be started here; else why a test is skipped. */
export function missingExim(...programs: readonly string[]): string | false {
  // Whoever is not its administrator may not start it.
  if (process.getuid?.() !== 0) return 'needs root, which Exim runs as'
  return missing('exim4', ...programs)
}

/** Starts it; rejects with what it said if it does not run. */
export async function openEximRelay(onward: number): Promise<EximRelay> {
  const folder = temporaryFolder()
  const port = await freePort()
  writeFiles(folder.path, { 'exim.conf': configuration(folder.path, port, onward) })
  mkdirSync(join(folder.path, 'kept'))
  chmodSync(folder.path, 0o755)
  execFileSync('chown', ['-R', 'Debian-exim', folder.path])
  // It does not read a configuration that others could write.
  execFileSync('chown', ['root', join(folder.path, 'exim.conf')])
  const address = { host: '127.0.0.1', port }
  const server = await openServer('/usr/sbin/exim4', ['-C', join(folder.path, 'exim.conf'), '-bdf', '-q1s'], {
    answers: async () => (await talk(address, 'QUIT\r\n')).startsWith('220'),
  })
  return {
    address,
    kept: () => storedIn(join(folder.path, 'kept')),
    waiting: () => {
      try {
        return readdirSync(join(folder.path, 'spool', 'input')).filter((name) => name.endsWith('-H')).length
      } catch {
        return 0
      }
    },
    log: () => readFileSync(join(folder.path, 'mainlog'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
