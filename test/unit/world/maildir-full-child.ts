/** Fills the file system of a folder with deliveries to a mailbox in it; ends with an error if one that failed left anything. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createMail } from '../../../lab/world/mail.ts'

const [, , folder = ''] = process.argv
const box =
  createMail(folder, { find: (name) => ({ name, address: '' }) }).mailbox('ana') ?? assert.fail('no mailbox')
const first = await box.deliver(Buffer.alloc(100_000, 'x'))
for (const size of [60_000, 180_000, 1_000_000]) {
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => box.deliver(Buffer.alloc(size, 'y'))))
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.ok(failed.length > 0, `${size} octets four times do not fit`)
  for (const { reason } of failed) assert.match(String(reason), /ENOSPC/)
  assert.deepEqual(await readdir(join(box.folder, 'tmp')), [])
  for (const { id, size: stored } of await box.list()) {
    if (id === first) continue
    assert.equal(stored, size)
    assert.equal((await box.read(id)).length, size)
    await box.remove(id)
  }
}
assert.equal((await box.read(first)).length, 100_000)
