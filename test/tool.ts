import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'

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

/** The same as `missing` for a file system of the test's own, in a namespace of its own, which needs no root where the system lets users have one. */
export function missingFileSystem(): string | false {
  const made = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', tmpdir()])
  return absence(made.status === 0 ? [] : ['unshare -rm, and a tmpfs mounted in it'])
}

/** The words for `unshare` that run a program with arguments in a namespace where a folder is a file system of that size, as in `256k`. */
export function onSmallDisk(
  folder: string,
  size: string,
  program: string,
  ...words: readonly string[]
): string[] {
  const script = 'mount -t tmpfs -o "size=$0" none "$1" && shift && exec "$@"'
  return ['-rm', 'sh', '-c', script, size, folder, program, ...words]
}

function absence(absent: readonly string[]): string | false {
  if (absent.length === 0) return false
  if (process.env['CI'] !== undefined) throw new Error(`missing: ${absent.join(', ')}; .ci/run installs them`)
  return `needs ${absent.join(', ')}`
}
