/** The numbers of revocation lists: each given once, and none out of a file that holds none. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createAuthority, type Authority } from '../../../certs/authority.ts'
import { Register } from '../../../certs/register.ts'
import { RequestError } from '../../../certs/scope.ts'
import { temporaryFolder } from '../../lab.ts'

function make(folder: string): Authority {
  return createAuthority({
    folder,
    domain: 'sstt9721.org',
    addresses: [],
    clock: { now: () => Date.UTC(2026, 10, 21, 12) },
    random: { bytes: (count) => randomBytes(count) },
  })
}

test('many who ask for the list at once get the same one, with one number', async () => {
  using folder = temporaryFolder()
  const authority = make(folder.path)
  const lists = await Promise.all(Array.from({ length: 5 }, () => authority.crl()))
  assert.equal(new Set(lists).size, 1)
  assert.equal(await readFile(join(folder.path, 'crlnumber'), 'utf8'), '02\n')
})

test('a number that cannot be read is told with its file, and is not written over', async () => {
  using folder = temporaryFolder()
  await make(folder.path).crl()
  const path = join(folder.path, 'crlnumber')
  for (const content of ['', 'NaN\n', '01 02\n']) {
    await writeFile(path, content)
    await assert.rejects(make(folder.path).crl(), (error) => {
      assert.ok(error instanceof RequestError)
      for (const text of [error.text.en, error.text.es]) assert.ok(text.includes(path), text)
      return true
    })
    assert.equal(await readFile(path, 'utf8'), content)
  }
  await writeFile(path, '0A\n')
  await make(folder.path).crl()
  assert.equal(await readFile(path, 'utf8'), '0B\n')
})

const windows = process.platform === 'win32' && 'Windows has no ulimit'

test('a full disk leaves no half of a file behind', { skip: windows }, async () => {
  using folder = temporaryFolder()
  const module = join(import.meta.dirname, '..', '..', '..', 'certs', 'register.ts')
  const script = `const { Register } = await import(${JSON.stringify(module)})
    await new Register(${JSON.stringify(folder.path)}).nextCrlNumber().catch((error) => console.log(error.code))`
  // No file may have a single octet.
  const command = ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script]
  assert.equal(execFileSync('sh', command, { encoding: 'utf8' }), 'EFBIG\n')
  assert.equal(await new Register(folder.path).nextCrlNumber(), 1)
  assert.equal(await readFile(join(folder.path, 'index.txt.attr'), 'utf8'), 'unique_subject = no\n')
  assert.deepEqual(
    (await readdir(folder.path)).filter((name) => name.endsWith('.tmp')),
    [],
  )
})
