/** The conformance tests hold for nginx and Apache too, but for what they list: so they test the standard, and not our reading of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../tool.ts'
import { peerCommands, peerNames, type PeerName } from './peer.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')

/** Tests of what our service is told by its options, which no other server has. */
const oursAlone = new Set(['coursework.test.ts', 'site.test.ts', 'site-parts.test.ts'])

/** Runs the conformance tests against a server; resolves with the exit code and one line a test. */
async function conform(
  name: PeerName,
): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  const files = globSync('test/conformance/http/*.test.ts', { cwd: root })
    .filter((file) => !oursAlone.has(basename(file)))
    .map((file) => join(root, file))
  // With the context of this test, those would report to its runner.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=tap', ...files],
    { env: { ...environment, SUBJECT: name }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code]: unknown[] = await once(child, 'close')
  return { code, lines: out.match(/^ *(?:not )?ok \d+ - .*$/gm) ?? [] }
}

for (const name of peerNames) {
  test(
    `${name} passes every conformance test that does not say how it deviates`,
    { skip: missing(peerCommands[name]) },
    async (t) => {
      const { code, lines } = await conform(name)
      const results = lines.map((line) => line.trim())
      const ours = results.filter((line) => line.includes('# SKIP it tests what our service alone has'))
      assert.deepEqual(
        results.filter(
          (line) => line.startsWith('not ok') || (line.includes('# SKIP') && !ours.includes(line)),
        ),
        [],
        'failed, skipped, or listed as deviations, which it does not show any more',
      )
      assert.equal(code, 0)
      const deviations = results.filter((line) => line.includes(`# EXPECTED FAILURE ${name} deviates`))
      const run = results.length - ours.length
      t.diagnostic(`${run} tests, ${deviations.length} deviations; ${ours.length} are of our service alone`)
      assert.ok(run > 180, `${run} tests`)
      assert.ok(ours.length < 20, ours.join('\n'))
    },
  )
}
