import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { endianness, platform } from 'node:os'
import { promisify } from 'node:util'
import { canonicalAddress } from '../kit/address.ts'

/** The program that holds a port. */
export interface Holder {
  readonly pid: number
  /** The command line, or the name alone. */
  readonly command: string
}

const run = promisify(execFile)

/** Who listens on the port, where the system tells; never rejects. */
export async function holderOf(
  transport: 'tcp' | 'udp',
  host: string,
  port: number,
): Promise<Holder | undefined> {
  try {
    if (platform() === 'linux') return await linuxHolder(transport, host, port)
    if (platform() === 'win32') return await windowsHolder(transport, port)
    return await unixHolder(transport, port)
  } catch {
    // A system that does not tell is no error: the message about the port then names no program.
    return undefined
  }
}

/** A socket of the kernel's tables. */
interface Listed {
  readonly address: string
  readonly inode: string
}

/** The sockets that listen on the port. */
async function listed(transport: 'tcp' | 'udp', port: number): Promise<Listed[]> {
  const tables = await Promise.all(
    [transport, `${transport}6`].map((table) => readFile(`/proc/net/${table}`, 'latin1').catch(() => '')),
  )
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
        const [address = '', number = ''] = local.split(':')
        return (transport === 'udp' || state === '0A') && Number.parseInt(number, 16) === port
          ? [{ address: addressOf(address), inode }]
          : []
      }),
  )
}

/** True unless the system says that a socket holds the UDP port at that very address. */
export async function isElsewhere(host: string, port: number): Promise<boolean> {
  return (await listed('udp', port)).every(({ address }) => address !== canonicalAddress(host))
}

/** The address that the kernel's tables write in words of 32 bits, each in the order of this machine. */
function addressOf(words: string): string {
  const octets = (words.match(/.{8}/g) ?? []).flatMap((word) => {
    const bytes = [...Buffer.from(word, 'hex')]
    return endianness() === 'LE' ? bytes.toReversed() : bytes
  })
  if (octets.length === 4) return octets.join('.')
  return canonicalAddress(
    Buffer.from(octets)
      .toString('hex')
      .replace(/.{4}(?!$)/g, '$&:'),
  )
}

/** Whether a socket at one address keeps another from the same port at the host. */
export function isInWay(address: string, host: string): boolean {
  if (address === '::' || host === '::' || address === host) return true
  return (address === '0.0.0.0' || host === '0.0.0.0') && isIPv4(address) === isIPv4(host)
}

async function linuxHolder(
  transport: 'tcp' | 'udp',
  host: string,
  port: number,
): Promise<Holder | undefined> {
  const inWay = (await listed(transport, port)).filter(({ address }) =>
    isInWay(address, canonicalAddress(host)),
  )
  const inodes = new Set(inWay.map(({ inode }) => `socket:[${inode}]`))
  if (inodes.size === 0) return undefined
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || !(await holdsOne(pid, inodes))) continue
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean)
    return {
      pid: Number(pid),
      command: words.join(' ') || (await readFile(`/proc/${pid}/comm`, 'utf8')).trim(),
    }
  }
  return undefined
}

async function holdsOne(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  )
  return links.some((link) => inodes.has(link))
}

async function unixHolder(transport: 'tcp' | 'udp', port: number): Promise<Holder | undefined> {
  const filter = transport === 'tcp' ? ['-sTCP:LISTEN', `-iTCP:${port}`] : [`-iUDP:${port}`]
  const { stdout } = await run('lsof', ['-nP', '-Fpc', ...filter], { timeout: 2000 })
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const command = /^c(.+)$/m.exec(stdout)?.[1]
  return pid === undefined || command === undefined ? undefined : { pid: Number(pid), command }
}

async function windowsHolder(transport: 'tcp' | 'udp', port: number): Promise<Holder | undefined> {
  const { stdout } = await run('netstat', ['-ano', '-p', transport], { timeout: 2000 })
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  const line = lines.find(
    (words) => words[1]?.endsWith(`:${port}`) && (transport === 'udp' || words[3] === 'LISTENING'),
  )
  const pid = line?.at(-1)
  if (pid === undefined) return undefined
  const { stdout: list } = await run('tasklist', ['/fo', 'csv', '/nh', '/fi', `PID eq ${pid}`], {
    timeout: 2000,
  })
  return { pid: Number(pid), command: /^"([^"]+)"/.exec(list)?.[1] ?? '?' }
}
