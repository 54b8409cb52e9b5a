/** Signs zones of the corpus with BIND's tools, so that both servers get the same signatures and proofs. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder, writeFiles } from '../../../lab.ts'
import { readFileSync } from 'node:fs'
import { masterFile, type CorpusZone } from './zone.ts'

/** How names that do not exist are proved. */
export type Proof = 'NSEC' | 'NSEC3' | 'NSEC3 with opt-out'

const OPTIONS: Readonly<Record<Proof, readonly string[]>> = {
  NSEC: [],
  NSEC3: ['-3', 'c0ffee', '-H', '1'],
  'NSEC3 with opt-out': ['-3', '-', '-H', '0', '-A'],
}

/** The zone as a master file with keys, signatures and proofs. */
export function signedFile(zone: CorpusZone, proof: Proof): string {
  using folder = temporaryFolder()
  const cwd = folder.path
  const name = zone.name === '' ? '.' : zone.name
  const run = (program: string, ...words: readonly string[]): void => {
    execFileSync(program, words, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  writeFiles(cwd, { 'zone.db': masterFile(zone) })
  run('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', name)
  run('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', name)
  // -P: what is signed here need not make sense as a whole.
  run(
    'dnssec-signzone',
    '-S',
    '-P',
    '-o',
    name,
    '-O',
    'full',
    '-f',
    'signed.db',
    ...OPTIONS[proof],
    'zone.db',
  )
  return readFileSync(join(cwd, 'signed.db'), 'utf8')
}
