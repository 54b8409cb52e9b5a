import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyOptions } from '../../../lab/web/proxy-options.ts'
import { gatewayReasons, gatewayStatuses } from '../../../lab/web/proxy-words.ts'

test('locations are prefixes that end with a slash, their servers addresses', () => {
  const to = 'http://127.0.0.1:8081/base/'
  const right: readonly unknown[] = [
    {},
    { '/': to },
    { '/app/': { to, timeout: 0.5, preserveHost: true } },
    { '/a/b-c.d/': 'http://127.0.0.1' },
    { '/app/': 'http://localhost:1/' },
    { '/app/': 'http://[::1]:65535/x/y/' },
  ]
  for (const rules of right) assert.ok(proxyOptions.safeParse(rules).success, JSON.stringify(rules))
  const wrongKeys = [
    '',
    'app/',
    '/app',
    '//',
    '/a//b/',
    '/../',
    '/./',
    '/.a/',
    '/a%20b/',
    '/a b/',
    '/a?/',
    '/\u00e1/',
  ]
  const wrongTargets = [
    '',
    '127.0.0.1:80',
    'https://127.0.0.1/',
    'ftp://127.0.0.1/',
    'http://',
    'http://example.org/',
    'http://[::::]/',
    'http://127.0.0.1:0/',
    'http://127.0.0.1:65536/',
    'http://127.0.0.256/',
    'http://127.0.0.1:/',
    'http://u@127.0.0.1/',
    'http://127.0.0.1/base',
    'http://127.0.0.1/?',
    'http://127.0.0.1/#',
    'http://127.0.0.1/../',
    'http://127.0.0.1//',
    'http://127.0.0.1/\r\nX: y/',
    'http://127.0.0.1/ /',
    'http://127.0.0.01/',
  ]
  const wrong: readonly unknown[] = [
    ...wrongKeys.map((key) => ({ [key]: to })),
    ...wrongTargets.flatMap((target) => [{ '/a/': target }, { '/a/': { to: target } }]),
    { '/a/': { to, timeout: 0 } },
    { '/a/': { to, other: 1 } },
    { '/a/': {} },
  ]
  for (const rules of wrong) assert.ok(!proxyOptions.safeParse(rules).success, JSON.stringify(rules))
})

test('each problem has a status and a page in both languages', () => {
  assert.deepEqual(Object.keys(gatewayReasons).toSorted(), Object.keys(gatewayStatuses).toSorted())
  for (const { en, es } of Object.values(gatewayReasons))
    assert.ok(en.endsWith('.') && es.endsWith('.') && en !== es)
})
