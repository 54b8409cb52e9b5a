import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, routeOf } from '../../../../lab/console/page/router.ts'

for (const [hash, view, path, query] of [
  ['', 'overview', [], ''],
  ['#/', 'overview', [], ''],
  ['#/traffic', 'traffic', [], ''],
  ['#/traffic/5', 'traffic', ['5'], ''],
  ['#/mail/ana%40lab.test/a%2Fb', 'mail', ['ana@lab.test', 'a/b'], ''],
  ['#/log?service=dns&text=a%3Fb', 'log', [], 'service=dns&text=a%3Fb'],
  ['#/mail/100%', 'mail', ['100%'], ''],
  ['#/nowhere', undefined, [], ''],
  ['#main', undefined, [], ''],
] as const)
  test(`the address ${hash} shows ${view}`, () => {
    const route = routeOf(hash)
    assert.deepEqual([route.view, route.path, route.query.toString()], [view, path, query])
  })

test('an address that is made is read as it was meant', () => {
  const address = addressOf('mail', ['a/b?c#d', '%'], { text: 'x & y' })
  const { view, path, query } = routeOf(address)
  assert.deepEqual([view, path, query.get('text')], ['mail', ['a/b?c#d', '%'], 'x & y'])
})
