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

/** Debian's own Python, which is the one that has Debian's packages. */
export const PYTHON = '/usr/bin/python3'

/** The same as `missing` for a module of Python, as in `dns.message`. */
export function missingPython(module: string): string | false {
  const isThere = spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0
  return absence(isThere ? [] : [`${PYTHON} with ${module}`])
}

function absence(absent: readonly string[]): string | false {
  if (absent.length === 0) return false
  if (process.env['CI'] !== undefined) throw new Error(`missing: ${absent.join(', ')}; .ci/run installs them`)
  return `needs ${absent.join(', ')}`
}
