import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { clientOf } from './client.ts'
import { missingPython, PYTHON } from '../../tool.ts'

const skip = missingPython('dns.message')
const client = clientOf({ options: 'allowTransfer: [127.0.0.1]' })

test('dnspython resolves, speaks EDNS, asks over TCP and transfers the zone', { skip }, async () => {
  const script = join(import.meta.dirname, 'dnspython.py')
  const { code, text, error } = await client(PYTHON, '-B', script, 'PORT')
  assert.equal(code, 0, error)
  const lines = text.trim().split('\n')
  assert.deepEqual(
    lines.filter((line) => !line.endsWith(': ok')),
    [],
  )
  assert.equal(lines.length, 9)
})
