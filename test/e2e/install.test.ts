import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../lab.ts'

const root = resolve(import.meta.dirname, '..', '..')

/** A copy of the sources whose packages are links, but for the cache, which is its own. */
function copyTo(folder: string): void {
  for (const name of ['lab', 'services', 'certs', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['zod', 'yaml', 'pino', 'node-forge'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction')
}

test('npm ci leaves the modules compiled, so that the first start is as quick as later ones', () => {
  using folder = temporaryFolder()
  copyTo(folder.path)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder.path, 'lab', 'install.js')], {
    encoding: 'utf8',
  })
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  const cache = join(folder.path, 'node_modules', '.cache', 'telelab')
  const compiled = readdirSync(cache, { recursive: true })
  assert.ok(compiled.length > 100, `${compiled.length} compiled modules`)
})

test('an installation that cannot fill the cache goes on in silence', () => {
  using folder = temporaryFolder()
  copyTo(folder.path)
  // A module that is broken does not break the installation.
  cpSync(join(root, 'package.json'), join(folder.path, 'lab', 'broken.ts'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder.path, 'lab', 'install.js')], {
    encoding: 'utf8',
  })
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  assert.ok(existsSync(join(folder.path, 'node_modules')))
})
