/** One mistake hides no other: all that can be judged is told, and nothing that only follows. */
import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { isError, loadScenario, type Loaded } from '../../../lab/scenario/load.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

const registry = new Registry([resolve(import.meta.dirname, '..', '..', '..', 'services')])

async function load(files: Readonly<Record<string, string>>): Promise<Loaded> {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  const given = { registry, folders: [], address: '127.0.0.1', withVerbs: true }
  return await loadScenario(join(folder.path, 'scenario.yaml'), given)
}

function told({ problems }: Loaded, language: 'en' | 'es' = 'en'): string[] {
  return problems
    .filter(isError)
    .map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message[language]}`)
}

const scenario = `title: { en: A }
params:
  a: { kind: digits, length: 4, unique: yes }
  b: { kind: integer, min: 9, max: 1 }
domain: s\${a}.org
accounts: [{ name: ana, password: 1234 }]
services:
  dns: { zone: zone.db }
  http: { rooot: www }
  eco: {}
faults: [{ at: eco.x }, { at: dns.anser }]
suites: [htp, 5]
tasks:
  - { id: one, title: 5, check: { dns.querid: {} } }
  - { id: two, check: { dns.queried: { typ: MX } }, account: anna, needs: [one, thre] }
  - { id: three, title: { en: x, fr: y }, points: -1, check: { eco.done: {} }, needs: [three] }
  - { id: four, title: T, check: { all: [] }, phases: [{ stop: eco }, { stop: mial }, 5] }
  - { id: five, title: T, when: maybe, hint: { text: 5 }, account: ana }
`

test('mistakes of parameters, services, files and tasks are all told at once, in order', async () => {
  const loaded = await load({ 'scenario.yaml': scenario, 'zone.db': '$TTL 1h\n@ IN A 1.2.3.${c}\n' })
  assert.equal(loaded.scenario, undefined)
  assert.deepEqual(
    told(loaded).map((line) => line.split(': ', 1)[0]),
    [
      '1:1 title.es',
      '3:33 params.a.unique',
      '4:3 params.b',
      '6:25 accounts[0].password',
      '9:11 services.http.rooot',
      '10:3 services.eco',
      '11:27 faults[1].at',
      '12:10 suites[0]',
      '12:15 suites[1]',
      '14:16 tasks[0].title',
      '14:35 tasks[0].check.dns.querid',
      '15:5 tasks[1].title',
      '15:40 tasks[1].check.dns.queried.typ',
      '15:53 tasks[1].account',
      '15:81 tasks[1].needs[1]',
      '16:18 tasks[2].title.es',
      '16:34 tasks[2].title.fr',
      '16:43 tasks[2].points',
      '16:88 tasks[2].needs[0]',
      '17:36 tasks[3].check.all',
      '17:73 tasks[3].phases[1].stop',
      '17:87 tasks[3].phases[2]',
      '18:5 tasks[4]',
      '18:27 tasks[4].when',
      '18:48 tasks[4].hint.text',
      '2:14 ',
    ],
  )
})

test('what is missing in a text, and a value that YAML reads as another kind, are told as a person would', async () => {
  const loaded = await load({ 'scenario.yaml': scenario, 'zone.db': '' })
  const lines = told(loaded, 'es')
  for (const wanted of [
    '1:1 title.es: falta "es"',
    '3:33 params.a.unique: aquí va true o false, no el texto "yes"',
    '6:25 accounts[0].password: aquí va un texto, no 1234: escribe "1234"',
    '16:34 tasks[2].title.fr: clave desconocida "fr"; se conocen: en, es',
    '16:43 tasks[2].points: -1 está fuera de rango: al menos 0',
  ])
    assert.ok(lines.includes(wanted), `${wanted} not in\n${lines.join('\n')}`)
})

const single: readonly (readonly [string, string, string])[] = [
  ['an unknown value in a domain', 'domain: s${x}.org\nservices: { dns: { zone: z.db } }', '2:9 domain'],
  ['a wrong domain', 'domain: -x\nservices: { dns: { zone: z.db } }', '2:1 domain'],
  ['an unknown value in an option', 'services: { dns: { zone: "${x}" } }', '2:26 services.dns.zone'],
  [
    'services that are none',
    'services: 5\nfaults: [{ at: dns.answer }]\ntasks: [{ id: a, title: A, check: { dns.queried: {} } }]',
    '2:1 services',
  ],
  [
    'accounts that are none',
    'accounts: 5\nservices: { dns: }\ntasks: [{ id: a, title: A, account: x, check: { dns.queried: {} } }]',
    '2:1 accounts',
  ],
  [
    'a task that is needed',
    'services: { dns: }\ntasks: [{ id: a, check: { dns.queried: {} } }, { id: b, title: B, needs: [a], check: { dns.queried: {} } }]',
    '3:9 tasks[0].title',
  ],
  [
    'an id that is none',
    'services: { dns: }\ntasks: [{ id: A, title: A, check: { dns.queried: {} } }, { id: b, title: B, needs: [A], check: { dns.queried: {} } }]',
    '3:11 tasks[0].id',
  ],
]

for (const [name, source, wanted] of single) {
  test(`${name}: told once, with nothing that follows from it`, async () => {
    const zone =
      '$TTL 1h\n@ IN SOA dns host 1 1h 15m 2w 5m\n@ IN NS dns\ndns IN A 192.0.2.1\nwww.${domain}. IN A 192.0.2.1\n'
    const loaded = await load({ 'scenario.yaml': `title: T\n${source}\n`, 'z.db': zone })
    assert.deepEqual(
      told(loaded).map((line) => line.split(': ', 1)[0]),
      [wanted],
      told(loaded).join('\n'),
    )
  })
}
