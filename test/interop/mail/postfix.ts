/** Postfix, installed or only unpacked (`dpkg -x`), in folders of a test's own; it starts as root alone. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = process.env['POSTFIX'] ?? (existsSync('/opt/postfix-x') ? '/opt/postfix-x' : '')
const LIBRARIES = `${ROOT}/usr/lib/postfix`

/** What a program of Postfix needs to find its libraries. */
export const postfixEnvironment: NodeJS.ProcessEnv = { ...process.env, LD_LIBRARY_PATH: LIBRARIES }

/** Its source of load, which may come without the server; undefined if it is not there. */
export const smtpSource = ['/usr/sbin/smtp-source', `${ROOT}/usr/sbin/smtp-source`].find((path) =>
  existsSync(path),
)

/** False if it can be started; else why not. */
export function missingPostfix(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!existsSync(`${LIBRARIES}/sbin/master`)) return 'needs Postfix, in the usual place or below $POSTFIX'
  const isKnown =
    spawnSync('getent', ['passwd', 'postfix']).status === 0 &&
    spawnSync('getent', ['group', 'postdrop']).status === 0
  return isKnown ? false : 'needs the user postfix and the group postdrop'
}

/** The number of a user or group. */
export function idOf(name: string, kind: 'passwd' | 'group' = 'passwd'): number {
  return Number(execFileSync('getent', [kind, name], { encoding: 'utf8' }).split(':')[2])
}

/** As Debian's, without chroot. */
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
const OWN_FOLDERS = 'active bounce corrupt defer deferred flush hold incoming private saved trace'.split(' ')

/** What one Postfix is to be. */
export interface PostfixPlan {
  /** Below it come its settings, queue and data. */
  readonly folder: string
  readonly domain: string
  /** Where it listens: lines of master.cf. */
  readonly listeners: readonly string[]
  /** Where mail for the domain comes to lie: the folder, its owner, and the map from recipients to places below. */
  readonly mail: { readonly folder: string; readonly owner: number; readonly map: string }
  /** More lines of main.cf. */
  readonly settings: string
}

/** How it is started in the foreground. */
export interface PostfixCommand {
  readonly program: string
  readonly words: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** Lays out its folders and settings; tells how it is started then. */
export function layPostfix(plan: PostfixPlan): PostfixCommand {
  const { folder, listeners } = plan
  const [config, queue, data] = [join(folder, 'config'), join(folder, 'queue'), join(folder, 'data')]
  const [user, drop] = [idOf('postfix'), idOf('postdrop', 'group')]
  for (const each of [config, queue, data, join(queue, 'pid')]) mkdirSync(each)
  chownSync(data, user, -1)
  for (const name of OWN_FOLDERS) {
    mkdirSync(join(queue, name), { mode: 0o700 })
    chownSync(join(queue, name), user, -1)
  }
  for (const name of ['maildrop', 'public']) {
    mkdirSync(join(queue, name))
    chownSync(join(queue, name), user, drop)
    chmodSync(join(queue, name), name === 'public' ? 0o710 : 0o1730)
  }
  writeFileSync(join(config, 'master.cf'), `${listeners.join('\n')}\n${SERVICES}`)
  writeFileSync(join(config, 'main.cf'), mainSettings(plan, { config, queue, data }))
  return {
    program: `${LIBRARIES}/sbin/master`,
    words: ['-c', config, '-d'],
    environment: { ...postfixEnvironment, MAIL_CONFIG: config },
  }
}

function mainSettings(
  { domain, mail, settings }: PostfixPlan,
  { config, queue, data }: Readonly<Record<'config' | 'queue' | 'data', string>>,
): string {
  return `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
command_directory = ${ROOT}/usr/sbin
daemon_directory = ${LIBRARIES}/sbin
shlib_directory = ${LIBRARIES}
meta_directory = ${config}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH=${LIBRARIES}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.${domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_transport = virtual
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${mail.folder}
virtual_mailbox_maps = ${mail.map}
virtual_uid_maps = static:${mail.owner}
virtual_gid_maps = static:${mail.owner}
virtual_mailbox_limit = 0
${settings}`
}
