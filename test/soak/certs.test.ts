/** 10,000 certificates, eight processes at once and 60 kills: the register loses nothing, and issuing does not become slower. */
import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAndKill } from '../kill.ts'
import { checkFolder, issueMany, issueTogether, makeAuthority } from '../unit/certs/load.ts'

const COUNT = 10_000
const KILLS = 60

test('10,000 certificates, then eight processes and kills in the same folder', async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'load-'))
  const tenths = await issueMany(makeAuthority(folder.path), COUNT)
  t.diagnostic(`ms for one certificate, by tenths: ${tenths.map((time) => time.toFixed(2)).join(' ')}`)
  const begun = performance.now()
  assert.equal((await checkFolder(folder.path, [])).length, COUNT)
  t.diagnostic(`read and checked, by openssl too, in ${Math.round(performance.now() - begun)} ms`)
  const told = await issueTogether(folder.path, 8, 25)
  assert.equal((await checkFolder(folder.path, told)).length, COUNT + 200)
  const child = join(import.meta.dirname, '..', 'unit', 'certs', 'register-child.ts')
  for (let kills = 0; kills < KILLS; kills++) told.push(...(await runAndKill(child, folder.path, 150)))
  await checkFolder(folder.path, told)
})
