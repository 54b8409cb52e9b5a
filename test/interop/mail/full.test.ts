import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../lab.ts'
import { missingFileSystem, onSmallDisk } from '../../tool.ts'
import { runProgram } from './mail-lab.ts'

test(
  'on a full file system mail is put off, what was taken is whole, POP3 goes on, and with room mail comes again',
  { skip: missingFileSystem() },
  async () => {
    using folder = temporaryFolder()
    const child = join(import.meta.dirname, 'full-child.ts')
    const words = onSmallDisk(folder.path, '6m', process.execPath, child, folder.path)
    const { out, error, code } = await runProgram('unshare', words, { folder: folder.path, timeout: 60_000 })
    assert.equal(error, '')
    assert.equal(code, 0)
    const full = '452 4.3.1 insufficient system storage'
    assert.deepEqual(JSON.parse(out), {
      answers: [full, full, full, full],
      stranger: full,
      isFull: true,
      isAll: true,
      tmp: [],
      spool: [],
      states: ['running'],
      deletion: ['+OK', '+OK', '+OK', '+OK', '+OK'],
      again: ['250 2.0.0 OK', '250 2.0.0 OK'],
      isAllAfter: true,
    })
  },
)
