/** `lab cert` in a folder of its own, for the tests of its verbs. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { run as runProgram } from '../interop/http/program.ts'
import { temporaryFolder } from '../lab.ts'
import { run, type Finished } from '../program.ts'

/** A folder that goes after all tests of a file. */
export interface CertPlace {
  readonly path: string
  /** Where the authority is. */
  readonly certs: string
  /** Runs `lab cert`. */
  readonly cert: (...words: readonly string[]) => Promise<Finished>
  /** The output of a call that must succeed. */
  readonly done: (...words: readonly string[]) => Promise<string>
}

/** Makes such a folder. */
export function makeCertPlace(): CertPlace {
  const folder = temporaryFolder()
  after(() => folder[Symbol.dispose]())
  const cert = (...words: readonly string[]): Promise<Finished> =>
    run(['cert', ...words], { folder: folder.path })
  return {
    path: folder.path,
    certs: join(folder.path, '.lab', 'sstt', 'certs'),
    cert,
    async done(...words) {
      const { code, out, err } = await cert(...words)
      assert.deepEqual([code, err], [0, ''], words.join(' '))
      return out
    },
  }
}

/** All that openssl prints; fails unless it succeeds. */
export async function openssl(...words: readonly string[]): Promise<string> {
  const { code, out, error } = await runProgram('openssl', ...words)
  assert.equal(code, 0, error)
  return out.toString() + error
}

/** The text of a file. */
export const read = (...names: readonly string[]): string => readFileSync(join(...names), 'utf8')
/** The serial number that a line of the output begins with. */
export const serialIn = (text: string): string => /^([0-9A-F]{32}):/m.exec(text)?.[1] ?? ''
