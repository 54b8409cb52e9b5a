import { spawnSync } from 'node:child_process'
import { missing } from '../../tool.ts'

/** Debian's own Python, which is the one that has Debian's packages. */
export const PYTHON = '/usr/bin/python3'

/** False if dnspython and the programs are there; else why the test is skipped. In CI it is an error. */
export function missingDnspython(...programs: readonly string[]): string | false {
  const absent = missing(PYTHON, ...programs)
  if (absent !== false) return absent
  if (spawnSync(PYTHON, ['-c', 'import dns.message']).status === 0) return false
  if (process.env['CI'] !== undefined)
    throw new Error('missing package: python3-dnspython; .ci/run installs it')
  return 'needs dnspython (Debian: python3-dnspython)'
}
