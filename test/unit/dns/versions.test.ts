import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Versions } from '../../../services/dns/transfer/versions.ts'

const FIRST = { written: 1, serial: 1, digest: 'a' }
const SECOND = { written: 7, serial: 9, digest: 'b' }

async function folderWith(
  ...folders: readonly string[]
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'versions-'))
  for (const folder of folders) await mkdir(join(path, folder))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('versions that cannot be written are told once, held meanwhile, and written as soon as that works', async () => {
  await using folder = await folderWith('versions.json')
  const told: string[] = []
  const log = { warn: (about: object, text: string) => void told.push(`${JSON.stringify(about)} ${text}`) }
  const versions = new Versions(folder.path, log)
  versions.keep(new Map([['one', FIRST]]))
  versions.keep(new Map([['one', SECOND]]))
  assert.deepEqual(versions.find('one'), SECOND)
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /versions\.json.*cannot be written/)
  await rmdir(join(folder.path, 'versions.json'))
  versions.keep(new Map([['one', SECOND]]))
  assert.deepEqual(new Versions(folder.path, log).find('one'), SECOND)
})
