import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { HttpRefusal } from '../../../lab/kit/http/refusal.ts'
import { decodePath, splitTarget } from '../../../lab/kit/http/target.ts'

test('targets are taken apart', () => {
  const cases = [
    ['/', undefined, '/', undefined],
    ['/a/b?c=d?e', undefined, '/a/b', 'c=d?e'],
    ['/?', undefined, '/', ''],
    ['//a/b', undefined, '//a/b', undefined],
    ['http://a', 'a', '/', undefined],
    ['HTTP://a:80/b%20c', 'a:80', '/b%20c', undefined],
    ['https://a?b', 'a', '/', 'b'],
  ] as const
  for (const [target, host, path, query] of cases)
    assert.deepEqual(splitTarget(target), { host, path, query }, target)
  for (const target of ['*', 'a', 'a:80', 'ftp://a/', 'http:/a', 'http://', '']) {
    assert.throws(() => splitTarget(target), HttpRefusal, target)
  }
})

test('paths are decoded once', () => {
  const cases = [
    ['/', '/'],
    ['/index.html', '/index.html'],
    ['/a%20b', '/a b'],
    ['/%C3%B1', '/ñ'],
    ['/%2541', '/%41'],
    ['/a+b', '/a+b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a./b..', '/a./b..'],
    ['/sub/a:b.txt', '/sub/a:b.txt'],
    ['/a:b.txt', '/a:b.txt'],
    ['/c%3a/x', '/c:/x'],
  ] as const
  for (const [path, decoded] of cases) assert.deepEqual(decodePath(path, 'linux'), { path: decoded })
})

test('a colon is a drive or a stream on Windows', () => {
  for (const path of ['/c:/x', '/C%3a/x', '/a:b.txt', '/page.html::$DATA'])
    assert.deepEqual(decodePath(path, 'win32'), { problem: 'path-syntax' }, path)
})

test('a path cannot climb, in any spelling', () => {
  const hidden = [
    '/..',
    '/../etc/passwd',
    '/a/../b',
    '/.',
    '/./a',
    '/%2e%2e/a',
    '/.%2e/a',
    '/%2E./a',
    '/.git/config',
    '/a/.htaccess',
    '/...',
    '/.well-known2',
  ]
  for (const path of hidden) assert.deepEqual(decodePath(path), { problem: 'path-hidden' }, path)
  const wrong = [
    '/..%2fa',
    '/%2e%2e%2fa',
    '/..%5ca',
    '/%5c..%5ca',
    '/a%00.html',
    '/%',
    '/%4',
    '/%zz',
    '/%c0%ae%c0%ae/a',
    '/%ff',
    '/%0a',
    '/%7f',
  ]
  for (const path of wrong) assert.deepEqual(decodePath(path), { problem: 'path-syntax' }, path)
  for (const path of ['//', '//etc/passwd', '/a//b'])
    assert.deepEqual(decodePath(path), { problem: 'path-missing' }, path)
})

test('a decoded path has no segment that means anything but itself', () => {
  const pieces = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    'a',
    '%',
    '%00',
    '%25',
    ':',
    '%c3%b1',
    'é',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const decoded = decodePath(`/${parts.join('')}`)
      if ('problem' in decoded) return
      const segments = decoded.path.split('/')
      assert.ok(segments.slice(1, -1).every((segment) => segment !== ''))
      assert.ok(
        !segments.some(
          (segment) => segment.startsWith('.') || segment.includes('\\') || segment.includes('\0'),
        ),
      )
    }),
    { numRuns: 3000 },
  )
})
