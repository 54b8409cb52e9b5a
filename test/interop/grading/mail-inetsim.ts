/** INetSim's mail and secure web site on free ports of the loopback, for as long as a test needs them; it runs as root alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { talk } from '../../talk.ts'

/** Milliseconds until which it must answer. */
const PATIENCE = 15_000
const SERVICES = ['smtp', 'pop3', 'https'] as const

/** Starts them with its own settings. */
export async function openInetsimMail(): Promise<
  AsyncDisposable & { readonly endpoints: Readonly<Record<(typeof SERVICES)[number], Address>> }
> {
  const folder = temporaryFolder()
  const [smtp, pop3, https] = [await freePort(), await freePort(), await freePort()]
  const ports = { smtp, pop3, https }
  // Its services run as another user, who must reach their data.
  chmodSync(folder.path, 0o755)
  for (const each of ['log', 'report']) mkdirSync(join(folder.path, each))
  cpSync('/var/lib/inetsim', join(folder.path, 'data'), { recursive: true })
  for (const name of readdirSync(join(folder.path, 'data', 'certs')))
    chmodSync(join(folder.path, 'data', 'certs', name), 0o644)
  // Its faults were measured with the settings that it ships.
  const shipped = readFileSync('/etc/inetsim/inetsim.conf', 'utf8').replaceAll(
    /^\s*(?:start_service|service_bind_address|\w+_bind_port|service_max_childs)\b.*$/gm,
    '',
  )
  const lines = SERVICES.flatMap((name) => [`start_service ${name}`, `${name}_bind_port ${ports[name]}`])
  writeFiles(folder.path, {
    'inetsim.conf': [shipped, ...lines, 'service_bind_address 127.0.0.1', 'service_max_childs 30', ''].join(
      '\n',
    ),
  })
  const places = ['conf=inetsim.conf', 'data-dir=data', 'log-dir=log', 'report-dir=report', 'pidfile=pid']
  const words = places.map((place) => `--${place.replace('=', `=${folder.path}/`)}`)
  // A group of its own: its services are ended with it, whatever signals it ignores.
  const child = spawn('inetsim', words, { cwd: folder.path, stdio: 'ignore', detached: true })
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) {
      const exit = once(child, 'exit')
      process.kill(-child.pid, 'SIGKILL')
      await exit
    }
    folder[Symbol.dispose]()
  }
  const at = (port: number): Address => ({ host: '127.0.0.1', port })
  const end = Date.now() + PATIENCE
  while (
    !(await talk(at(pop3), 'QUIT\r\n')).startsWith('+OK') ||
    !(await talk(at(smtp), 'QUIT\r\n')).startsWith('220')
  ) {
    if (Date.now() > end || child.exitCode !== null) {
      await stop()
      throw new Error('inetsim did not answer')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { endpoints: { smtp: at(smtp), pop3: at(pop3), https: at(https) }, [Symbol.asyncDispose]: stop }
}
