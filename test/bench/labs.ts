/** One hundred labs (dns and http, free ports) in one process: start, one answer from each port, stop, and what each costs. */
import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Lab } from '../../lab/host/lab.ts'
import { loadScenario } from '../../lab/scenario/load.ts'
import { Registry } from '../../lab/scenario/registry.ts'
import { temporaryFolder } from '../lab.ts'
import { datagram, talk } from '../talk.ts'

const LABS = 100
const root = resolve(import.meta.dirname, '..', '..')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: object) => void
const memory = (): number => {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  return process.memoryUsage.rss() / 1e6
}

using folder = temporaryFolder()
const registry = new Registry([resolve(root, 'services')])
const before = memory()
let begun = performance.now()
const labs: Lab[] = []
for (let number = 0; number < LABS; number += 1) {
  const student = String(1000 + number)
  const { scenario } = await loadScenario(resolve(root, 'scenarios', 'sstt', 'scenario.yaml'), {
    registry,
    folders: [],
    student,
    address: '127.0.0.1',
  })
  if (scenario === undefined) throw new Error('the scenario is wrong')
  labs.push(new Lab({ scenario, state: `${folder.path}/${student}`, ports: 'any' }))
}
await Promise.all(labs.map((lab) => lab.start()))
process.stdout.write(`${LABS} labs started in ${(performance.now() - begun).toFixed(0)} ms\n`)
const idle = memory()
begun = performance.now()
const question = (student: string): Buffer =>
  Buffer.from(
    `1234010000010000000000000377777708${Buffer.from(`sstt${student}`).toString('hex')}036f72670000010001`,
    'hex',
  )
const answers = await Promise.all(
  labs.map(async (lab) => {
    const dns = await datagram(lab.address('dns', 'dns'), question(lab.scenario.student), 3000)
    const http = await talk(
      lab.address('http', 'http'),
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    return (dns?.readUInt16BE(6) ?? 0) > 0 && http.startsWith('HTTP/1.1 200')
  }),
)
process.stdout.write(
  `${answers.filter(Boolean).length} of them answered right on both ports in ${(performance.now() - begun).toFixed(0)} ms\n`,
)
process.stdout.write(
  `memory: ${before.toFixed(0)} MB before, ${idle.toFixed(0)} MB with all idle: ${(((idle - before) / LABS) * 1000).toFixed(0)} kB a lab\n`,
)
begun = performance.now()
await Promise.all(labs.map((lab) => lab.stop()))
const stopped = performance.now() - begun
// What has been closed leaves the list on the next turn.
await new Promise((done) => setTimeout(done, 50))
const left = process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|Immediate/.test(name))
process.stdout.write(`stopped in ${stopped.toFixed(0)} ms; handles left: ${left.join(', ') || 'none'}\n`)
