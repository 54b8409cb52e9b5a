import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../lab.ts'

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0

test(
  'on a full disk mail is put off, what was taken is whole, and nothing else is left',
  { skip: !canMount && 'needs user namespaces' },
  () => {
    using folder = temporaryFolder()
    const child = join(import.meta.dirname, 'queue-full-child.ts')
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        '-rm',
        'sh',
        '-c',
        'mount -t tmpfs -o size=4m none "$1" && exec "$0" "$2" "$1"',
        process.execPath,
        folder.path,
        child,
      ],
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
