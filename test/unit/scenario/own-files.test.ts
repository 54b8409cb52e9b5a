/** Files that the student writes stand in for those of the scenario, and no others do. */
import assert from 'node:assert/strict'
import { rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Files, writtenFiles } from '../../../lab/scenario/files.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { Registry } from '../../../lab/scenario/registry.ts'
import { parseTree, type Tree } from '../../../lab/scenario/tree.ts'
import { loadYaml } from '../../../lab/scenario/yaml.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'

function treeOf(source: string): Tree {
  return parseTree(loadYaml(), 'scenario.yaml', source).tree
}

function open(folder: string): Files {
  const names = writtenFiles(treeOf('tasks: [{ file: zone.db }, { check: {} }, { file: [1] }, text]'))
  return new Files([join(folder, 'scenario')], { domain: 'a.test' }, { folder: join(folder, 'work'), names })
}

test('what a task asks for is read from where the student works, as it is', () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario/zone.db': 'theirs ${domain}',
    'scenario/other.db': 'theirs ${domain}',
    'work/zone.db': 'mine ${domain}',
    'work/other.db': 'mine',
  })
  const files = open(folder.path)
  assert.equal(files.text('zone.db'), 'mine ${domain}')
  assert.equal(files.path('zone.db'), join(folder.path, 'work', 'zone.db'))
  assert.equal(files.text('other.db'), 'theirs a.test')
  const place = { file: 'zone.db', line: 1, column: 8, path: '', message: { en: '', es: '' } }
  assert.deepEqual(files.placed(place), { ...place, file: join(folder.path, 'work', 'zone.db') })
})

test('until it is there the one of the scenario is served, and both places are watched', () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario/zone.db': 'theirs ${domain}', 'work/readme.txt': '' })
  const before = open(folder.path)
  assert.equal(before.text('zone.db'), 'theirs a.test')
  assert.deepEqual(before.watched(), [
    join(folder.path, 'work', 'zone.db'),
    join(folder.path, 'scenario', 'zone.db'),
  ])
  writeFiles(folder.path, { 'work/zone.db': 'mine' })
  const after = open(folder.path)
  assert.equal(before.equals(after), false)
  assert.equal(after.text('zone.db'), 'mine')
  rmSync(join(folder.path, 'work', 'zone.db'))
  assert.equal(open(folder.path).text('zone.db'), 'theirs a.test')
})

test('a link out of the folder is no file of the student', { skip: process.platform === 'win32' }, () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario/zone.db': 'theirs', 'work/readme.txt': '', 'secret.txt': 'secret' })
  symlinkSync(join(folder.path, 'secret.txt'), join(folder.path, 'work', 'zone.db'))
  assert.throws(() => open(folder.path).text('zone.db'), /zone\.db/)
})

test('where the scenario itself is kept nothing is a student’s: its author works there', async () => {
  using folder = temporaryFolder()
  const zone = (own: string): string =>
    `$TTL 1h\n@ SOA ${own} hostmaster 1 1h 1h 1w 1h\n@ NS ns\nns A 192.0.2.1\n`
  writeFiles(folder.path, {
    'scenario/scenario.yaml':
      'title: T\ndomain: a.test\nservices: { dns: { zone: zone.db } }\ntasks:\n  - { id: one, title: T, file: zone.db, check: { zone.serves: {} } }\n',
    'scenario/zone.db': zone('ns.${domain}.'),
    'work/zone.db': zone('mine'),
  })
  const primary = async (from: string): Promise<string | undefined> => {
    const { scenario, problems } = await loadScenario(join(folder.path, 'scenario', 'scenario.yaml'), {
      registry: new Registry([resolve(import.meta.dirname, '..', '..', '..', 'services')]),
      folders: [],
      folder: join(folder.path, from),
      address: '127.0.0.1',
    })
    assert.deepEqual(problems, [])
    return /SOA (\S+)/.exec(scenario?.instances[0]?.files.text('zone.db') ?? '')?.[1]
  }
  assert.deepEqual([await primary('work'), await primary('scenario')], ['mine', 'ns.a.test.'])
})
