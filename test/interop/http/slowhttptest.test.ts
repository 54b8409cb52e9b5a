import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { missing } from '../../tool.ts'
import { attacks, endure, openAttacked, type Attack } from './slow-attack.ts'

const skip = missing('slowhttptest')

suite('slowhttptest keeps nobody waiting', { concurrency: true, skip }, () => {
  for (const attack of Object.keys(attacks) as Attack[]) {
    test(attack, async () => {
      await using lab = await openAttacked()
      const { said, probes } = await endure(lab, attack, { connections: 200, seconds: 4 })
      assert.ok(probes.length > 5)
      assert.ok(lab.journal.since(0, ['connection.opened']).length >= 200 + probes.length, said)
      assert.deepEqual(
        probes.filter((status) => status !== 200),
        [],
        said,
      )
    })
  }
})
