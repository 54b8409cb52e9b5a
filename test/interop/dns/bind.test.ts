/** The conformance tests hold for BIND too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const skip = missing('named')

/** Runs the conformance tests against BIND; resolves with the exit code and one line a test. */
async function conform(): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  const files = globSync('test/conformance/dns/*.test.ts', { cwd: root }).map((file) => join(root, file))
  // With the context of this test, those would report to its runner.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=tap', ...files],
    {
      env: { ...environment, SUBJECT: 'bind' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code]: unknown[] = await once(child, 'close')
  return { code, lines: out.match(/^ *(?:not )?ok \d+ - .*$/gm) ?? [] }
}

test('BIND passes every conformance test that does not say how it deviates', { skip }, async (t) => {
  const { code, lines } = await conform()
  const results = lines.map((line) => line.trim())
  assert.deepEqual(
    results.filter((line) => line.startsWith('not ok') || line.includes('# SKIP')),
    [],
    'failed, skipped, or listed as deviations of BIND, which it does not show any more',
  )
  assert.equal(code, 0)
  const deviations = results.filter((line) => line.includes('# EXPECTED FAILURE BIND deviates'))
  t.diagnostic(`${results.length} tests, ${deviations.length} deviations`)
  assert.ok(results.length > 200, `${results.length} tests`)
})
