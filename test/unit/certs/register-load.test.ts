/** The register with many certificates, many processes, and kills at any moment; `KILLS` sets how often. The long form is `test/soak/certs.test.ts`. */
import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAndKill } from '../../kill.ts'
import { checkFolder, issueMany, issueTogether, makeAuthority } from './load.ts'

const KILLS = Number(process.env['KILLS'] ?? 8)
const temporary = () => mkdtempDisposable(join(tmpdir(), 'load-'))

test('two hundred certificates, and each is found', async () => {
  await using folder = await temporary()
  await issueMany(makeAuthority(folder.path), 200)
  assert.equal((await checkFolder(folder.path, [])).length, 200)
})

test('eight processes at once share no serial number and lose no line and no revocation', async () => {
  await using folder = await temporary()
  const told = await issueTogether(folder.path, 8, 6)
  assert.equal(told.length, 8 * 9)
  assert.equal((await checkFolder(folder.path, told)).length, 48)
})

test('a process killed while it issues and revokes leaves a folder that works on and has lost nothing', async () => {
  await using folder = await temporary()
  const told: string[] = []
  for (let kills = 0; kills < KILLS; kills++) {
    told.push(...(await runAndKill(join(import.meta.dirname, 'register-child.ts'), folder.path, 60)))
    await checkFolder(folder.path, told)
  }
  assert.ok(told.length > KILLS)
})
