/** `lab cert` beside a lab that runs. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { run as runProgram } from '../interop/http/program.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, run, startLab } from '../program.ts'
import { missing } from '../tool.ts'

test(
  'while a lab runs its domain and address count, and a revocation takes effect at once',
  { skip: missing('openssl', 'curl') },
  async () => {
    using folder = temporaryFolder()
    writeFiles(folder.path, {
      'scenario.yaml':
        'title: Web\ndomain: class1234.org\nservices:\n  https: { client: required, cookie: false }\n',
      'www/index.html': 'start',
    })
    await using lab = await startLab(['-s', 'scenario.yaml', '--ports', 'any'], { folder: folder.path })
    const port = addressesIn(lab.out).at(-1)?.port
    const own = async (...words: string[]): Promise<string> => {
      const { code, out, err } = await run(['cert', ...words, '-s', 'scenario.yaml'], { folder: folder.path })
      assert.equal(code, 0, err)
      return out
    }
    const name = `www.class1234.org:${port}:127.0.0.1`
    const get = async (who: string): Promise<string> => {
      const paths = ['--cacert', 'ca.pem', '--cert', 'chain.pem', '--key', 'key.pem'].map((word) =>
        word.endsWith('.pem') ? join(folder.path, who, word) : word,
      )
      const { out, error } = await runProgram(
        'curl',
        '-sS',
        '--resolve',
        name,
        ...paths,
        `https://www.class1234.org:${port}/`,
      )
      return out.toString() + error
    }
    await own('issue', 'nombre1', '--client', '--out', 'one')
    assert.equal(await get('one'), 'start')
    await own('revoke', 'nombre1', '--reason', 'keyCompromise')
    assert.match(await get('one'), /certificate revoked/)
    // An authority that is made below the root meanwhile signs at once.
    await own('init', '--intermediate')
    await own('issue', 'nombre2', '--client', '--out', 'two')
    assert.equal(await get('two'), 'start')
    await own('revoke', 'nombre2')
    assert.match(await get('two'), /certificate revoked/)
  },
)
