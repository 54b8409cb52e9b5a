import fs, { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { Watch } from '../../../lab/cli/watch.ts'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'

test('a folder that the system does not watch, as when too many are watched already, is looked at', async (t) => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'scenario.yaml')
  writeFileSync(file, 'one')
  t.mock.method(fs, 'watch', () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  })
  syncBuiltinESMExports()
  let runs = 0
  using _watch = new Watch(
    () => [file],
    async () => void (runs += 1),
  )
  writeFileSync(file, 'another')
  await until(() => runs > 0)
  t.mock.restoreAll()
  syncBuiltinESMExports()
})

test('a file whose folder a file has replaced is missed in silence, until the folder is back', async () => {
  using folder = temporaryFolder()
  const home = join(folder.path, 'home')
  const file = join(home, 'scenario.yaml')
  mkdirSync(home)
  writeFileSync(file, 'one')
  let runs = 0
  using _watch = new Watch(
    () => [file],
    async () => void (runs += 1),
  )
  rmSync(home, { recursive: true })
  writeFileSync(home, '')
  await until(() => runs === 1)
  rmSync(home)
  mkdirSync(home)
  writeFileSync(file, 'two')
  await until(() => runs >= 2)
})
