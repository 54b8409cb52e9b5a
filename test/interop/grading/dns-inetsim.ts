/** INetSim on free ports of the loopback, for as long as a test needs it; it runs as root alone. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { talk } from '../../talk.ts'

/** False if it can be run here; else why not. CI does not install it. */
export function missingInetsim(): string | false {
  if (process.getuid?.() !== 0) return 'INetSim must be started as root'
  return spawnSync('sh', ['-c', 'command -v inetsim']).status === 0 ? false : 'needs inetsim'
}

/** Milliseconds until which it must answer. */
const PATIENCE = 15_000

/** Starts its name and web service; the site's files are its own. */
export async function openInetsim(
  site: Readonly<Record<string, string | Buffer>>,
): Promise<AsyncDisposable & { readonly dns: Address; readonly http: Address }> {
  const folder = temporaryFolder()
  const [dns, http] = [await freePort(), await freePort()]
  // Its services run as another user, who must reach their data.
  chmodSync(folder.path, 0o755)
  for (const each of ['log', 'report']) mkdirSync(join(folder.path, each))
  cpSync('/var/lib/inetsim', join(folder.path, 'data'), { recursive: true })
  writeFiles(folder.path, {
    'inetsim.conf': [
      'start_service dns',
      'start_service http',
      'service_bind_address 127.0.0.1',
      `dns_bind_port ${dns}`,
      `http_bind_port ${http}`,
      'http_fakemode no',
      '',
    ].join('\n'),
    ...Object.fromEntries(
      Object.entries(site)
        .filter(([name]) => name.startsWith('www/'))
        .map(([name, content]) => [name.replace('www/', 'data/http/wwwroot/'), content]),
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
  const addresses = { dns: { host: '127.0.0.1', port: dns }, http: { host: '127.0.0.1', port: http } }
  const end = Date.now() + PATIENCE
  while (!(await talk(addresses.http, 'GET / HTTP/1.0\r\n\r\n')).startsWith('HTTP/1.')) {
    if (Date.now() > end || child.exitCode !== null) {
      await stop()
      throw new Error('inetsim did not answer')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { ...addresses, [Symbol.asyncDispose]: stop }
}
