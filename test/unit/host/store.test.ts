import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { InstanceStore } from '../../../lab/host/store.ts'
import { temporaryFolder } from '../../lab.ts'

test('what a service has kept of its store opens nothing after the stop', () => {
  using folder = temporaryFolder()
  const store = new InstanceStore(folder.path, 'dns')
  store.database.exec('CREATE TABLE kept (value)')
  store[Symbol.dispose]()
  store[Symbol.dispose]()
  assert.throws(() => store.database, /stopped/)
  assert.throws(() => store.folder, /stopped/)
})

test('a database that cannot be used is refused each time, and never opened without its safeguards', () => {
  using folder = temporaryFolder()
  mkdirSync(join(folder.path, 'services', 'dns'), { recursive: true })
  writeFileSync(join(folder.path, 'services', 'dns', 'store.db'), 'x'.repeat(4096))
  using store = new InstanceStore(folder.path, 'dns')
  for (let tries = 0; tries < 2; tries += 1) assert.throws(() => store.database, /not a database/)
})
