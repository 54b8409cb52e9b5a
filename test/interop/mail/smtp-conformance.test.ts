/** The conformance tests of SMTP hold for Exim too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')

test(
  'exim passes every conformance test that does not say how it deviates',
  { skip: missing('exim4') },
  async () => {
    const files = globSync('test/conformance/smtp/*.test.ts', { cwd: root }).map((file) => join(root, file))
    // With the context of this test, those would report to its runner.
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env
    const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...files], {
      env: { ...environment, SUBJECT: 'exim' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    const [code]: unknown[] = await once(child, 'close')
    assert.deepEqual(out.match(/^ *not ok \d+ - (?!.*# EXPECTED FAILURE).*$/gm) ?? [], [])
    assert.equal(code, 0, out)
  },
)
