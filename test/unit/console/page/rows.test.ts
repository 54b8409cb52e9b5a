import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noFilter, type Filter } from '../../../../lab/console/page/traffic/filter.ts'
import { Rows, statesOf } from '../../../../lab/console/page/traffic/rows.ts'
import type { Conversation } from '../../../../lab/console/traffic/schema.ts'
import { conversation } from './conversation.ts'

const piece = (conversations: Conversation[], skipped = 0) => ({
  conversations,
  skipped,
  total: 99,
  accounts: [],
})
const many = (from: number, to: number): Conversation[] =>
  Array.from({ length: to - from + 1 }, (_, index) => conversation({ id: from + index }))
const ids = (rows: Rows, filter: Filter = noFilter): number[] => rows.select(filter).map(({ id }) => id)

test('only the newest are kept', () => {
  const rows = new Rows(3)
  rows.take(piece(many(1, 2)))
  rows.take(piece(many(3, 5), 7))
  assert.deepEqual(ids(rows), [3, 4, 5])
  assert.deepEqual([rows.skipped, rows.total, rows.size], [7, 99, 3])
})

test('a conversation that is told of again keeps its place', () => {
  const rows = new Rows()
  rows.take(piece(many(1, 3)))
  rows.take(piece([conversation({ id: 2, closedAt: 5 })]))
  assert.deepEqual(ids(rows), [1, 2, 3])
  assert.equal(rows.get(2)?.closedAt, 5)
})

test('while paused nothing moves, and what came is counted once', () => {
  const rows = new Rows()
  rows.take(piece(many(1, 2)))
  rows.pause()
  rows.take(piece([conversation({ id: 2, summary: 'later' }), ...many(3, 4)]))
  rows.take(piece(many(4, 4), 10))
  assert.deepEqual([ids(rows), rows.arrived, rows.get(2)?.summary], [[1, 2], 12, 'EHLO client.example'])
  rows.resume()
  assert.deepEqual([ids(rows), rows.arrived, rows.get(2)?.summary], [[1, 2, 3, 4], 0, 'later'])
})

test('what waits is bounded too', () => {
  const rows = new Rows(3)
  rows.pause()
  rows.take(piece(many(1, 50)))
  assert.equal(rows.arrived, 50)
  rows.resume()
  assert.deepEqual(ids(rows), [48, 49, 50])
})

test('earlier ones come to their place, and open nothing again', () => {
  const rows = new Rows()
  rows.take(piece([conversation({ id: 5, closedAt: 9 }), conversation({ id: 6 })]))
  rows.add(piece([conversation({ id: 2 }), conversation({ id: 5 }), conversation({ id: 6, closedAt: 9 })]))
  assert.deepEqual(
    rows.select(noFilter).map(({ id, conversation: { closedAt } }) => [id, closedAt]),
    [
      [2, null],
      [5, 9],
      [6, 9],
    ],
  )
})

test('filters', () => {
  const rows = new Rows()
  rows.take(
    piece([
      conversation({ id: 1, service: 'dns', transport: 'udp', summary: 'A www.sstt.org → 10.0.0.1' }),
      conversation({ id: 2, client: '10.0.0.7:999', isRefused: true, summary: 'RCPT refused' }),
      conversation({ id: 3, account: 'ana', summary: 'MAIL FROM:<Ana@sstt.org>' }),
    ]),
  )
  const table: readonly (readonly [Partial<Filter>, number[]])[] = [
    [{}, [1, 2, 3]],
    [{ service: 'dns' }, [1]],
    [{ service: 'mai' }, []],
    [{ client: ' 10.0.0. ' }, [2]],
    [{ text: 'ana@SSTT' }, [3]],
    [{ text: 'udp www' }, [1]],
    [{ text: '  ' }, [1, 2, 3]],
    [{ account: 'ana' }, [3]],
    [{ account: 'an' }, []],
    [{ isRefused: true }, [2]],
    [{ isRefused: true, service: 'dns' }, []],
  ]
  for (const [filter, expected] of table)
    assert.deepEqual(ids(rows, { ...noFilter, ...filter }), expected, JSON.stringify(filter))
  assert.deepEqual(rows.services, ['dns', 'mail'])
  rows.add({ ...piece([]), accounts: ['bea', 'ana'] })
  assert.deepEqual(rows.accounts, ['ana', 'bea'])
})

test('the states of a conversation', () => {
  assert.deepEqual(statesOf(conversation()), ['open'])
  assert.deepEqual(statesOf(conversation({ closedAt: 1, isTls: true, isRefused: true, reset: 'client' })), [
    'closed',
    'tls',
    'refused',
    'reset-client',
  ])
})

test('what the lab found in a step passes the filter, for that text alone', () => {
  const rows = new Rows()
  rows.take(piece(many(1, 3)), '')
  rows.add(piece(many(2, 2)), 'in a step')
  rows.pause()
  rows.take(piece(many(3, 4)), 'in a step')
  rows.resume()
  assert.deepEqual(ids(rows, { ...noFilter, text: ' in a step ' }), [2, 3, 4])
  assert.deepEqual(ids(rows, { ...noFilter, text: 'in another' }), [])
})
