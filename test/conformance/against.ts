/** The conformance tests against another server: what it passes too tests the standard, and not our reading of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'

/** How such a run ended. */
export interface Verdict {
  readonly code: unknown
  /** A line of TAP for each test. */
  readonly results: readonly string[]
}

/** Runs the files of a pattern beside this one, as in `dns/*.test.ts`, against a `SUBJECT` that they know. */
export async function runAgainst(
  subject: string,
  pattern: string,
  except: readonly string[] = [],
): Promise<Verdict> {
  const files = globSync(pattern, { cwd: import.meta.dirname, exclude: except })
  // With the context of the test that asks, those would report to its runner.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-isolation=none',
      '--test-reporter=tap',
      ...files.map((file) => join(import.meta.dirname, file)),
    ],
    { env: { ...environment, SUBJECT: subject }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code]: unknown[] = await once(child, 'close')
  return { code, results: (out.match(/^ *(?:not )?ok \d+ - .*$/gm) ?? []).map((line) => line.trim()) }
}
