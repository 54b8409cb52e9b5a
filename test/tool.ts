import { spawnSync } from 'node:child_process'

/** False if every program is there; else why the test is skipped. In CI, where they are installed, a missing one is an error. */
export function missing(...programs: readonly string[]): string | false {
  return absence(
    programs.filter((program) => {
      const found =
        process.platform === 'win32'
          ? spawnSync('where', [program])
          : spawnSync('sh', ['-c', 'command -v "$0"', program])
      return found.status !== 0
    }),
  )
}

/** The same for python3 and modules of it. */
export function missingPython(...modules: readonly string[]): string | false {
  const absent = modules.filter((module) => spawnSync('python3', ['-c', `import ${module}`]).status !== 0)
  return missing('python3') || absence(absent.map((module) => `python3 with ${module}`))
}

function absence(absent: readonly string[]): string | false {
  if (absent.length === 0) return false
  if (process.env['CI'] !== undefined) throw new Error(`missing: ${absent.join(', ')}; .ci/run installs them`)
  return `needs ${absent.join(', ')}`
}
