/** Warnings that a scenario means are not told; errors are, and what is meant and not there any more. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readScenario, temporaryFolder, writeFiles } from '../../lab.ts'

const zone = (...lines: readonly string[]): string =>
  ['$TTL 1h', '@ SOA dns hostmaster 1 1h 15m 1w 5m', '@ NS dns', 'dns A 192.0.2.1', ...lines, ''].join('\n')

async function told(
  intended: string,
  lines: readonly string[],
  language: 'en' | 'es' = 'en',
): Promise<string[]> {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': `title: T\ndomain: lab.test\nservices: { dns: { zone: zone.db } }\n${intended}`,
    'zone.db': zone(...lines),
  })
  const { scenario, problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.equal(
    scenario === undefined,
    problems.some(({ severity }) => severity !== 'warning'),
  )
  return problems.map(({ path, message }) => `${path}: ${message[language]}`)
}

const nowhere = '@ MX 10 gone'
const mx = ': MX leads to gone.lab.test., which has no address in this zone: add an A or AAAA record'

test('a warning that is meant is not told, in whichever language it is meant', async () => {
  assert.deepEqual(await told('', [nowhere]), [mx])
  assert.deepEqual(await told('intended: ["leads to gone.${domain}"]\n', [nowhere]), [])
  assert.deepEqual(await told('intended: ["lleva a gone.${domain}"]\n', [nowhere]), [])
})

test('other warnings, and errors that say the same, are told', async () => {
  const intended = 'intended: ["gone.lab.test"]\n'
  assert.deepEqual(await told(intended, [nowhere, '@ MX 20 lost']), [mx.replace('gone', 'lost')])
  const wrong = await told('intended: ["leads to the name"]\n', ['@ NS 192.0.2.1'])
  assert.match(wrong.join('\n'), /NS leads to the name/)
})

test('what no warning says is told, where the scenario itself says it', async () => {
  const intended = 'intended: ["leads to gone"]\n'
  const lines = ['gone A 192.0.2.2', nowhere]
  assert.deepEqual(await told(intended, lines), ['intended[0]: no warning says "leads to gone"'])
  assert.deepEqual(await told(intended, lines, 'es'), ['intended[0]: ningún aviso dice «leads to gone»'])
})

test('a scenario that takes the service away has lost what was meant, and is told nothing', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': 'title: T\nextends: first/scenario.yaml\nservices: { dns: null }\n',
    'first/scenario.yaml':
      'title: T\ndomain: lab.test\nservices: { dns: { zone: zone.db } }\nintended: ["leads to gone"]\n',
    'first/zone.db': zone(nowhere),
  })
  const { problems } = await readScenario(join(folder.path, 'scenario.yaml'))
  assert.deepEqual(problems, [])
})
