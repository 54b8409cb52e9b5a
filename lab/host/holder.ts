import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { platform } from 'node:os'
import { promisify } from 'node:util'

/** The program that holds a port. */
export interface Holder {
  readonly pid: number
  /** The command line, or the name alone. */
  readonly command: string
}

const run = promisify(execFile)

/** Who listens on the port, where the system tells; never rejects. */
export async function holderOf(transport: 'tcp' | 'udp', port: number): Promise<Holder | undefined> {
  try {
    if (platform() === 'linux') return await linuxHolder(transport, port)
    if (platform() === 'win32') return await windowsHolder(transport, port)
    return await unixHolder(transport, port)
  } catch {
    // A system that does not tell is no error: the message about the port then names no program.
    return undefined
  }
}

async function linuxHolder(transport: 'tcp' | 'udp', port: number): Promise<Holder | undefined> {
  const inodes = new Set<string>()
  for (const table of [transport, `${transport}6`]) {
    const text = await readFile(`/proc/net/${table}`, 'latin1').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      const isListening = transport === 'udp' || state === '0A'
      if (isListening && inode !== undefined && Number.parseInt(local?.split(':')[1] ?? '', 16) === port)
        inodes.add(`socket:[${inode}]`)
    }
  }
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
