/** INetSim on free ports of the loopback, for as long as a test needs it; it runs as root alone. */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../lab/service.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { listen, openServer } from '../../server.ts'
import { missing } from '../../tool.ts'

/** Whose faults were measured. */
export type InetsimService = 'dns' | 'http' | 'https' | 'pop3' | 'smtp'

/** False if it can be run here; else why not. */
export function missingInetsim(): string | false {
  if (process.getuid?.() !== 0) return 'INetSim must be started as root'
  return missing('inetsim')
}

/** Starts some of its services with the settings that it ships; `site` are the files of its web site, below `www/`. */
export async function openInetsim<Name extends InetsimService>(
  services: readonly Name[],
  site: Readonly<Record<string, string | Buffer>> = {},
): Promise<AsyncDisposable & { readonly endpoints: Readonly<Record<Name, Address>> }> {
  const folder = temporaryFolder()
  const place = (name: string): string => join(folder.path, name)
  const ports: number[] = []
  for (const _ of services) ports.push(await freePort())
  // Its services run as another user, who must reach their data.
  chmodSync(folder.path, 0o755)
  for (const each of ['log', 'report']) mkdirSync(place(each))
  cpSync('/var/lib/inetsim', place('data'), { recursive: true })
  for (const name of readdirSync(place('data/certs'))) chmodSync(place(`data/certs/${name}`), 0o644)
  writeFiles(folder.path, {
    'inetsim.conf': configuration(services.map((name, index) => [name, ports[index] ?? 0])),
    ...Object.fromEntries(
      Object.entries(site)
        .filter(([name]) => name.startsWith('www/'))
        .map(([name, content]) => [name.replace('www/', 'data/http/wwwroot/'), content]),
    ),
  })
  const places = {
    conf: 'inetsim.conf',
    'data-dir': 'data',
    'log-dir': 'log',
    'report-dir': 'report',
    pidfile: 'pid',
  }
  const words = Object.entries(places).map(([option, name]) => `--${option}=${place(name)}`)
  // Its services outlive it, whatever signal ends it.
  const server = await openServer('inetsim', words, {
    cwd: folder.path,
    answers: () => listen(ports),
    isGroup: true,
  })
  return {
    endpoints: Object.fromEntries(
      services.map((name, index) => [name, { host: '127.0.0.1', port: ports[index] ?? 0 }]),
    ) as Record<Name, Address>,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

function configuration(services: readonly (readonly [name: InetsimService, port: number])[]): string {
  const shipped = readFileSync('/etc/inetsim/inetsim.conf', 'utf8').replaceAll(
    /^\s*(?:start_service|service_bind_address|\w+_bind_port|service_max_childs|http_fakemode)\b.*$/gm,
    '',
  )
  return [
    shipped,
    ...services.flatMap(([name, port]) => [`start_service ${name}`, `${name}_bind_port ${port}`]),
    'service_bind_address 127.0.0.1',
    // A suite asks more than the ten that it allows at the same time.
    'service_max_childs 30',
    'http_fakemode no',
    '',
  ].join('\n')
}
