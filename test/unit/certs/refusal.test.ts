import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError, requestSubject } from '../../../certs/scope.ts'

test('a refusal shows nothing that steers a terminal', () => {
  const scope = { domain: 'sstt9721.org', addresses: [] }
  for (const name of ['\u009b2Jwww', 'www\u202e', 'w\u001b[2J', 'w\u007f'])
    assert.throws(
      () => requestSubject({ names: [name], purpose: 'server' }, scope),
      (error) => {
        assert.ok(error instanceof RequestError)
        for (const text of [error.text.en, error.text.es]) assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u)
        return true
      },
    )
})
