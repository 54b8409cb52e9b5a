/** The test command: every check in turn, then all tests; `soak` runs the long forms instead. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const isSoak = process.argv[2] === 'soak'

/** Runs one program with Node; ends the process with its exit code if it fails. */
function run(title: string, script: string, ...words: readonly string[]): void {
  const begun = performance.now()
  process.stdout.write(`${title} …`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
    cwd: root,
    encoding: 'utf8',
  })
  process.stdout.write(
    ` ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`,
  )
  if (status === 0) return
  process.stdout.write(`${stdout}${stderr}\n`)
  process.exit(status ?? 1)
}

/** The script behind a command of the packages. */
function command(name: string): string {
  const packages = {
    tsc: 'typescript/bin/tsc',
    oxlint: 'oxlint/bin/oxlint',
    oxfmt: 'oxfmt/bin/oxfmt',
    knip: 'knip/bin/knip.js',
  } as const
  const script = Object.entries(packages).find(([key]) => key === name)?.[1]
  return script === undefined ? join(bin, name) : join(root, 'node_modules', script)
}

if (!isSoak) {
  run('types', command('tsc'))
  run('types of the page', command('tsc'), '-p', 'lab/console/page')
  run('lint', command('oxlint'))
  run('format', command('oxfmt'), '--check', '.')
  run('dead code', command('knip'))
}
const files = globSync(
  isSoak ? 'test/soak/**/*.test.ts' : 'test/{unit,conformance,interop,e2e,house}/**/*.test.ts',
  { cwd: root },
).toSorted()

// Node would run a file less at a time than there are cores, of two cores one; but a third of the time tests wait, for the
// programs of others, clocks and disks. Beyond four, tests with a bound on their time would measure each other. The long
// forms measure memory and time, and run alone.
const atOnce = isSoak ? 1 : Math.min(availableParallelism() + 1, 4)
// A test that waits for ever is named; the slowest takes half a minute.
const limit = isSoak ? [] : ['--test-timeout=300000']
const tests = spawnSync(
  process.execPath,
  ['--test', `--test-concurrency=${atOnce}`, ...limit, '--test-reporter=spec', ...files],
  { cwd: root, stdio: 'inherit' },
)
process.exit(tests.status ?? 1)
