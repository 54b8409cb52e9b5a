import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../lab.ts'
import { missingFileSystem, onSmallDisk } from '../../tool.ts'

test(
  'on a full disk mail is put off, what was taken is whole, and nothing else is left',
  { skip: missingFileSystem() },
  () => {
    using folder = temporaryFolder()
    const child = join(import.meta.dirname, 'queue-full-child.ts')
    const { stdout, stderr } = spawnSync(
      'unshare',
      onSmallDisk(folder.path, '4m', process.execPath, child, folder.path),
      { encoding: 'utf8', timeout: 60_000 },
    )
    assert.equal(stderr, '')
    assert.deepEqual(JSON.parse(stdout), {
      refused: [
        ['queued', 452, '4.3.1'],
        ['large', 452, '4.3.1'],
        ['small', 452, '4.3.1'],
      ],
      isWhole: true,
      isAll: true,
      queued: true,
      some: true,
      left: [],
      orphans: [],
    })
  },
)
