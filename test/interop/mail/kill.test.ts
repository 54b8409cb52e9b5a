import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killUnderLoad, stopUnderLoad } from './kills.ts'

const KILLS = 10
const STOPS = 10

test(
  'a lab that is killed under load has each message that it took once, in the mailbox or in the queue, and none half',
  { skip: process.platform === 'win32' },
  async (t) => {
    const tally = await killUnderLoad(KILLS)
    t.diagnostic(`${KILLS} kills: ${JSON.stringify(tally)}`)
    assert.ok(tally.taken > 0)
  },
)

test('a lab that is stopped under load has each message that it took once, and leaves nothing in tmp', async (t) => {
  const tally = await stopUnderLoad(STOPS)
  t.diagnostic(`${STOPS} stops: ${JSON.stringify(tally)}`)
  assert.equal(tally.left, 0)
  assert.ok(tally.taken > 0)
})
