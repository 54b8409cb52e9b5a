import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { malformedText } from '../../../services/dns/dissect/malformed-words.ts'

test('each mistake that the decoder knows has its Spanish', () => {
  const root = join(import.meta.dirname, '..', '..', '..', 'services', 'dns')
  const found = globSync('{wire,records}/*.ts', { cwd: root }).flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/new (?:Wire|Message)Error\(['`]([^'`]+)['`]/g),
  ])
  assert.ok(found.length > 10)
  for (const [, mistake = ''] of found)
    assert.doesNotMatch(malformedText(mistake.replace('${type.mnemonic}', 'SOA')).es, /decodificar/, mistake)
})
