import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNames } from '../../../lab/world/names.ts'

const www = { name: 'www.example.org', type: 'A', data: '127.0.0.1' }

function forbidden(error: unknown): never {
  throw error
}

test('a name is listed until it is disposed of, and disposing twice takes no equal name away', () => {
  const names = createNames(forbidden)
  const first = names.publish(www)
  const second = names.publish(www)
  assert.deepEqual(names.list(), [www, www])
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  assert.deepEqual(names.list(), [www])
  second[Symbol.dispose]()
  assert.deepEqual(names.list(), [])
})

test('a list stays as it was when it was taken, and a publisher cannot change a name afterwards', () => {
  const names = createNames(forbidden)
  const entry = { ...www }
  names.publish(entry)
  const list = names.list()
  entry.data = '127.0.0.2'
  names.publish(www)
  assert.deepEqual(list, [www])
  assert.equal(names.list(), names.list())
})

test('watchers hear of each change, and of none once they are disposed of', () => {
  const names = createNames(forbidden)
  const seen: number[] = []
  const watch = names.watch(() => seen.push(names.list().length))
  const published = names.publish(www)
  published[Symbol.dispose]()
  published[Symbol.dispose]()
  watch[Symbol.dispose]()
  watch[Symbol.dispose]()
  names.publish(www)
  assert.deepEqual(seen, [1, 0])
})

test('a watcher that throws stops neither the change nor the other watchers', () => {
  const errors: unknown[] = []
  const names = createNames((error) => errors.push(error))
  const bug = new Error('a bug')
  let heard = 0
  names.watch(() => {
    throw bug
  })
  names.watch(() => heard++)
  names.publish(www)
  assert.deepEqual([errors, heard, names.list().length], [[bug], 1, 1])
})

test('what no name can be is refused', () => {
  const names = createNames(forbidden)
  const wrong = [
    { ...www, name: '' },
    { ...www, name: 'www.example.org.' },
    { ...www, name: 'a'.repeat(254) },
    { ...www, type: 'a' },
    { ...www, type: 'A B' },
    { ...www, data: 'x'.repeat(300_000) },
    { ...www, ttl: -1 },
    { ...www, ttl: 1.5 },
    { ...www, ttl: 2 ** 31 },
  ]
  for (const name of wrong)
    assert.throws(() => names.publish(name), /Cannot publish/, JSON.stringify(name).slice(0, 80))
  assert.deepEqual(names.list(), [])
})

test('names and watchers are bounded, and there is room again after disposing of one', () => {
  const names = createNames(forbidden)
  const published = Array.from({ length: 10_000 }, () => names.publish(www))
  assert.throws(() => names.publish(www), /10000 published names/)
  published[0]?.[Symbol.dispose]()
  names.publish(www)
  for (let count = 0; count < 1000; count++) names.watch(() => {})
  assert.throws(() => names.watch(() => {}), /1000 watchers/)
})

test('the first who answers questions is the resolver, until that ends', () => {
  const names = createNames(forbidden)
  assert.equal(names.resolver(), undefined)
  const first = names.answerAt({ host: '127.0.0.1', port: 53 })
  const second = names.answerAt({ host: '127.0.0.2', port: 53 })
  assert.deepEqual(names.resolver(), { host: '127.0.0.1', port: 53 })
  first[Symbol.dispose]()
  assert.deepEqual(names.resolver(), { host: '127.0.0.2', port: 53 })
  second[Symbol.dispose]()
  assert.equal(names.resolver(), undefined)
})
