/** What the authority's web service says to methods that it does not know. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLab } from '../../lab.ts'

test('a method that is not answered is told which are, once (RFC 9110 §15.5.6)', async () => {
  await using lab = await openLab('services:\n  ca: {}\n')
  const { host, port } = lab.address('ca', 'ca')
  for (const [path, method, allow] of [
    ['/', 'PUT', 'GET, POST'],
    ['/', 'POST', 'GET'],
    ['/ocsp', 'GET', 'POST'],
  ] as const) {
    const answer = await fetch(`http://${host}:${port}${path}`, { method })
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow])
    assert.equal(await answer.text(), '405 Method Not Allowed\n')
  }
})
