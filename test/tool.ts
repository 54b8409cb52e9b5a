import { spawnSync } from 'node:child_process'

/** False if every program is there; else why the test is skipped. In CI, where they are installed, a missing one is an error. */
export function missing(...programs: readonly string[]): string | false {
  const absent = programs.filter((program) => {
    const found =
      process.platform === 'win32'
        ? spawnSync('where', [program])
        : spawnSync('sh', ['-c', 'command -v "$0"', program])
    return found.status !== 0
  })
  if (absent.length === 0) return false
  if (process.env['CI'] !== undefined)
    throw new Error(`missing programs: ${absent.join(', ')}; .ci/run installs them`)
  return `needs ${absent.join(', ')}`
}
