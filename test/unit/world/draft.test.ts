import assert from 'node:assert/strict'
import { constants, existsSync, open } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { DraftFile } from '../../../lab/world/draft.ts'
import { temporaryFolder } from '../../lab.ts'

test('a draft that is removed in the middle of a write waits for it and leaves no file', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'draft')
  const created = Promise.withResolvers<void>()
  const draft = new DraftFile(path, async (name, flags) => {
    await created.promise
    return promisify(open)(name, flags | constants.O_CREAT | constants.O_WRONLY, 0o600)
  })
  const writing = draft.write(Buffer.alloc(200_000))
  const removing = draft.remove()
  created.resolve()
  await Promise.all([assert.rejects(writing, /removed/), removing])
  assert.equal(existsSync(path), false)
})
