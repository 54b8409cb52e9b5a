import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { isError } from '../../lab/scenario/load.ts'
import { Registry } from '../../lab/scenario/registry.ts'
import { jsonSchema } from '../../lab/scenario/json-schema.ts'
import { loadVerbs } from '../../lab/scenario/verbs.ts'
import { readScenario } from '../lab.ts'

const root = resolve(import.meta.dirname, '..', '..')
const services = readdirSync(join(root, 'services'))

for (const scenario of readdirSync(join(root, 'scenarios')).filter((name) =>
  existsSync(join(root, 'scenarios', name, 'scenario.yaml')),
)) {
  test(`scenario ${scenario} is valid and names the editor's schema`, async () => {
    const file = join(root, 'scenarios', scenario, 'scenario.yaml')
    const { problems } = await readScenario(file)
    assert.deepEqual(problems.filter(isError), [])
    const [, named] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(file, 'utf8')) ?? []
    assert.ok(named !== undefined && existsSync(resolve(file, '..', named)))
  })
}

test('scenarios/scenario.schema.json is what `lab schema` prints', async () => {
  const registry = new Registry([join(root, 'services')])
  const all = await registry.loadAll()
  const verbs = await loadVerbs(
    registry,
    all.map((service) => ({ service })),
  )
  const schema = jsonSchema(all, verbs)
  assert.equal(
    readFileSync(join(root, 'scenarios', 'scenario.schema.json'), 'utf8'),
    `${JSON.stringify(schema, undefined, 2)}\n`,
  )
})

for (const name of services) {
  test(`services/${name}/README.md tells name, options, examples and facts`, () => {
    const text = readFileSync(join(root, 'services', name, 'README.md'), 'utf8')
    for (const section of ['Name', 'Description', 'Options', 'Examples', 'Facts'])
      assert.match(text, new RegExp(`^#+ ${section}\\b`, 'm'))
  })

  test(`services/${name} speaks both languages`, async () => {
    const service = await new Registry([join(root, 'services')]).load(name)
    assert.ok(
      service.summary.en.length > 0 &&
        service.summary.es.length > 0 &&
        service.summary.en !== service.summary.es,
    )
  })
}

test('no file names a path of a machine', () => {
  const files = globSync('{lab,services,certs,scenarios,test}/**/*.{ts,js,md,yaml,db,html}', {
    cwd: root,
  }).concat('README.md', 'package.json')
  const named = files.filter(
    (file) =>
      existsSync(join(root, file)) &&
      /\/(?:work|root|Users)\/\w/.test(readFileSync(join(root, file), 'utf8')),
  )
  assert.deepEqual(
    named.filter((file) => !file.endsWith('texts.test.ts')),
    [],
  )
})
