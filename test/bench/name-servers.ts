/** The name servers that the DNS benchmark compares, each serving the same zone on a port of its own. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../port.ts'
import { ZONE } from './dns-zone.ts'

/** One server that has been started. */
export interface NameServer {
  readonly port: number
  readonly process: ChildProcess
}

/** How one server is started in an empty folder; `program` must be there for it to take part. */
export interface NameServerKind {
  readonly name: string
  readonly program: string
  start(folder: string): Promise<NameServer>
}

function launch(port: number, folder: string, program: string, words: readonly string[]): NameServer {
  return { port, process: spawn(program, words, { cwd: folder, stdio: 'ignore' }) }
}

function nodeServer(name: string, mode: string): NameServerKind {
  return {
    name,
    program: process.execPath,
    async start(folder) {
      writeFileSync(join(folder, 'zone.db'), ZONE)
      writeFileSync(
        join(folder, 'scenario.yaml'),
        'title: Bench\ndomain: bench.test\nservices:\n  dns: { zone: zone.db }\n',
      )
      const child = fork(join(import.meta.dirname, 'dns-child.ts'), [mode, folder], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      const [port] = (await once(child, 'message')) as [number]
      return { port, process: child }
    },
  }
}

const bind = (name: string, words: readonly string[]): NameServerKind => ({
  name,
  program: 'named',
  async start(folder) {
    const port = await freePort()
    writeFileSync(join(folder, 'zone.db'), ZONE)
    writeFileSync(
      join(folder, 'named.conf'),
      `options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key"; recursion no; dnssec-validation no; };
controls {};
zone "bench.test" { type primary; file "zone.db"; };\n`,
    )
    return launch(port, folder, 'named', ['-g', '-c', join(folder, 'named.conf'), ...words])
  },
})

const nsd: NameServerKind = {
  name: 'NSD, one server',
  program: 'nsd',
  async start(folder) {
    const port = await freePort()
    writeFileSync(join(folder, 'zone.db'), ZONE)
    writeFileSync(
      join(folder, 'nsd.conf'),
      `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  rrl-ratelimit: 0
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
remote-control:
  control-enable: no
zone:
  name: bench.test
  zonefile: zone.db\n`,
    )
    return launch(port, folder, 'nsd', ['-d', '-c', join(folder, 'nsd.conf')])
  },
}

const knot: NameServerKind = {
  name: 'Knot, one UDP worker',
  program: 'knotd',
  async start(folder) {
    const port = await freePort()
    mkdirSync(join(folder, 'run'), { recursive: true })
    writeFileSync(join(folder, 'bench.test.zone'), ZONE)
    writeFileSync(
      join(folder, 'knot.conf'),
      `server:
  rundir: ${folder}/run
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${folder}
template:
  - id: default
    storage: ${folder}
zone:
  - domain: bench.test
    file: bench.test.zone\n`,
    )
    return launch(port, folder, 'knotd', ['-c', join(folder, 'knot.conf')])
  },
}

/** All of them, ours first. */
export const nameServers: readonly NameServerKind[] = [
  nodeServer('telelab', 'lab'),
  nodeServer('bare node:dgram, prebuilt answers', 'bare'),
  bind('BIND -n 1', ['-n', '1']),
  bind('BIND', []),
  nsd,
  knot,
]
