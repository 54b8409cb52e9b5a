import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smuggling } from '../../conformance/http/smuggling.ts'
import { readAll } from './requests.ts'

test('no request is seen within another, however the octets are cut', () => {
  for (const [title, raw, requests] of smuggling) {
    // What follows a request that ends the connection is never read; only a socket can show that.
    if (/upgrade/i.test(title)) continue
    for (const pieces of [[raw], raw.split(''), raw.split(/(?<=\n)/)]) {
      const outcome = readAll(pieces)
      assert.equal(outcome.requests.length, requests, title)
      assert.ok(!outcome.requests.some((request) => request.includes('"/hidden.html"')), title)
    }
  }
})
