import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { createContext } from '../../../lab/grading/context.ts'
import { TaskDesk } from '../../../lab/grading/desk.ts'
import { liveTarget } from '../../../lab/grading/live-target.ts'
import { OWN, OwnProbes } from '../../../lab/grading/own-probes.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { loadVerbs } from '../../../lab/scenario/verbs.ts'
import type { Logger } from '../../../lab/service.ts'
import type { Flow } from '../../../lab/wire/flow.ts'
import { Wire } from '../../../lab/wire/wire.ts'
import { openLab } from '../../lab.ts'

const services = resolve(import.meta.dirname, '../../../services')
const { signal } = new AbortController()
const quiet = (): void => undefined
const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet }

const probes = {
  'dns.answers': { name: 'lab.test', type: 'SOA' },
  'http.serves': { path: '/' },
  'smtp.takes': { to: 'alice@lab.test' },
  'pop3.holds': { account: 'alice' },
  'tls.shows': { trusted: false },
}
/** What the same acts of a student are evidence of. */
const evidence = {
  'dns.queried': {},
  'dns.answered': {},
  'http.requested': { path: '/' },
  'pop3.logged-in': {},
  'tls.handshaken': {},
}

const task = ([verb, settings]: readonly [string, object]): string =>
  `  - { id: ${verb.replace('.', '-')}, title: A, check: { ${verb}: ${JSON.stringify(settings)} } }\n`

const scenario = `
domain: lab.test
accounts: [{ name: alice }]
services: { dns: {}, http: {}, mail: {}, https: {} }
tasks:
${[...Object.entries(probes), ...Object.entries(evidence)].map(task).join('')}`

test("what the lab's own probes do is marked in the journal, and evidence of nothing", async () => {
  await using lab = await openLab(scenario, { files: { 'www/index.html': 'Hello' } })
  const registry = new Registry([services])
  const state = lab.stateFolder
  using desk = new TaskDesk(lab, { registry, state, folder: state, log })
  const passed = async (): Promise<string[]> =>
    (await desk.tasks()).flatMap(({ id, state: standing }) => (standing === 'passed' ? [id] : []))
  const asked = Object.keys(probes).map((verb) => verb.replace('.', '-'))
  await passed()
  for (let time = 0; time < 2; time += 1) await desk.check(asked, signal)
  // An empty mailbox holds no message.
  assert.deepEqual(await passed(), ['dns-answers', 'http-serves', 'smtp-takes', 'tls-shows'])
  const facts = lab.journal.since(0)
  const own = new Set(facts.flatMap(({ kind, connection }) => (kind === OWN ? [connection] : [])))
  const told = facts.filter(({ connection }) => connection !== undefined)
  assert.deepEqual(
    told.filter(({ connection }) => !own.has(connection)),
    [],
  )
  assert.ok(own.size >= 2 * asked.length)

  const verbs = await loadVerbs(registry, lab.scenario.instances)
  for (const [name, settings] of Object.entries(probes)) {
    const { verb } = verbs.get(name) ?? assert.fail(name)
    if (verb.kind !== 'probe') assert.fail(name)
    await using context = createContext(liveTarget(lab, 'scenario', {}), { seed: '', signal })
    await verb.run(context, verb.settings.parse(settings))
  }
  const seen = Object.keys(evidence).map((verb) => verb.replace('.', '-'))
  assert.deepEqual(
    (await passed()).filter((id) => !asked.includes(id)),
    seen,
  )
})

/** A flow from a port of this machine. */
function flow(port: number, more: Partial<Flow> = {}): Flow {
  const [local, remote] = [
    { host: '127.0.0.1', port: 53 },
    { host: '127.0.0.1', port },
  ]
  const rest = {
    service: 'dns',
    endpoint: 'dns',
    transport: 'udp',
    direction: 'inbound',
    openedAt: 0,
  } as const
  return { id: port, local, remote, ...rest, ...more }
}

test('only what was announced is marked, once; where the mark is lost, the probe is refused', () => {
  const wire = new Wire(() => 0, assert.fail)
  const journal = new Journal(() => 0)
  {
    using own = new OwnProbes({ wire, journal })
    own.announce('udp', 7)
    own.announce('tcp', 8)
    for (const each of [flow(8), flow(9), flow(7, { direction: 'outbound' }), flow(7), flow(7)])
      assert.ok(wire.admits(each))
    assert.deepEqual(
      journal.since(0).map(({ service, kind, connection }) => [service, kind, connection]),
      [['lab', OWN, 7]],
    )
    while (journal.dropped === 0) journal.record('lab', { kind: 'lab.noise' })
    assert.ok(!wire.admits(flow(8, { transport: 'tcp' })))
  }
  assert.ok(!wire.isAttached)
})
