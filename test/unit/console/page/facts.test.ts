import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Facts } from '../../../../lab/console/page/views/facts.ts'
import type { JournalFact } from '../../../../lab/console/schema.ts'

const fact = (seq: number, service = 'dns'): JournalFact => ({
  seq,
  at: 0,
  service,
  kind: 'dns.queried',
  data: { name: `h${seq}.lab.test` },
})

const seqs = (facts: Facts): number[] => facts.shown.map(({ seq }) => seq)

test('facts come in with the next take, and wait while the reader pauses', () => {
  const facts = new Facts()
  facts.add(fact(1))
  assert.deepEqual(seqs(facts), [])
  facts.take()
  assert.deepEqual(seqs(facts), [1])
  facts.isPaused = true
  facts.add(fact(2))
  facts.take()
  assert.deepEqual([seqs(facts), facts.waiting], [[1], 1])
  facts.isPaused = false
  facts.take()
  assert.deepEqual([seqs(facts), facts.waiting], [[1, 2], 0])
})

test('a filter lets through what has all of its words, before and after', () => {
  const facts = new Facts()
  for (const seq of [1, 2, 12]) facts.add(fact(seq))
  facts.add(fact(22, 'mail'))
  facts.take()
  facts.filter = { service: 'dns', kind: '', text: '2.LAB queried' }
  assert.deepEqual(seqs(facts), [2, 12])
  facts.add(fact(32))
  facts.add(fact(33))
  facts.take()
  assert.deepEqual(seqs(facts), [2, 12, 32])
})

test('the window is bounded: the oldest go, and how many of the shown ones went is told', () => {
  const facts = new Facts()
  for (let seq = 1; seq <= 20_000; seq += 1) facts.add(fact(seq, seq % 2 === 0 ? 'dns' : 'mail'))
  facts.take()
  facts.filter = { service: 'dns', kind: '', text: '' }
  assert.equal(facts.shown.length, 10_000)
  for (let seq = 20_001; seq <= 20_010; seq += 1) facts.add(fact(seq))
  assert.equal(facts.take(), 5)
  assert.deepEqual(
    [facts.kept, facts.shown.length, facts.shown[0]?.seq, facts.dropped],
    [20_000, 10_005, 12, 0],
  )
})

test('what nobody takes in is dropped and counted, not kept', () => {
  const facts = new Facts()
  facts.isPaused = true
  for (let seq = 1; seq <= 45_000; seq += 1) facts.add(fact(seq))
  assert.ok(facts.waiting <= 40_000)
  assert.equal(facts.waiting + facts.dropped, 45_000)
  facts.lose(3)
  assert.equal(facts.waiting + facts.dropped, 45_003)
})
