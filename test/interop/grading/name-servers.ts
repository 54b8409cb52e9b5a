/** Knot and NSD with the zone of the suite, on free ports of the loopback. */
import { mkdirSync } from 'node:fs'
import type { Address } from '../../../lab/service.ts'
import { queryFor } from '../../../services/dns/checks/ask.ts'
import { suiteZone } from '../../../services/dns/checks/zone.ts'
import { decodeMessage } from '../../../services/dns/wire/message.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { freePort } from '../../port.ts'
import { openServer } from '../../server.ts'
import { datagram } from '../../talk.ts'
import { domain } from '../../unit/grading/suite.ts'

interface NameServerPlace {
  readonly folder: string
  readonly port: number
}

/** How each is told, as it is run where it is authoritative alone. */
export const nameServers: Readonly<
  Record<
    'knotd' | 'nsd',
    (place: NameServerPlace) => { readonly words: readonly string[]; readonly config: string }
  >
> = {
  knotd: ({ folder, port }) => ({
    words: ['-c', `${folder}/server.conf`],
    config: `server:
  rundir: "${folder}/run"
  listen: 127.0.0.1@${port}
  version: "telelab"
database:
  storage: "${folder}/run"
template:
  - id: default
    storage: "${folder}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
  - domain: ${domain}
    file: suite.db
`,
  }),
  nsd: ({ folder, port }) => ({
    words: ['-d', '-c', `${folder}/server.conf`],
    config: `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  version: "telelab"
remote-control:
  control-enable: no
zone:
  name: ${domain}
  zonefile: suite.db
`,
  }),
}

/** Starts one of them. */
export async function openNameServer(
  program: keyof typeof nameServers,
): Promise<AsyncDisposable & { readonly address: Address }> {
  const folder = temporaryFolder()
  const port = await freePort()
  const { words, config } = nameServers[program]({ folder: folder.path, port })
  mkdirSync(`${folder.path}/run`)
  writeFiles(folder.path, { 'suite.db': suiteZone(domain), 'server.conf': config })
  const address = { host: '127.0.0.1', port }
  const server = await openServer(program, words, { answers: () => isLoaded(address) })
  return {
    address,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Whether the zone is answered for: a server may listen before it has read it. */
async function isLoaded(address: Address): Promise<boolean> {
  const answer = await datagram(address, queryFor(domain, { name: '@', type: 'SOA' }), 200)
  return answer !== undefined && decodeMessage(answer).answer.length > 0
}
