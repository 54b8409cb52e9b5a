/** Kills a process while it writes its authority; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'
import { runAndKill } from '../../kill.ts'

const KILLS = Number(process.env['KILLS'] ?? 12)
const random = { bytes: (count: number) => randomBytes(count) }

/** The last root that a killed child told of in each folder. */
async function certifyAndDie(folder: string): Promise<Map<string, X509Certificate>> {
  const lines = await runAndKill(join(import.meta.dirname, 'authority-child.ts'), folder, 30)
  return new Map(
    lines
      .map((line) => JSON.parse(line))
      .map(({ number, root }) => [String(number), new X509Certificate(root)]),
  )
}

test('a killed process leaves an authority that works on with the same key', async () => {
  for (let kills = 0; kills < KILLS; kills++) {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'kill-'))
    const told = await certifyAndDie(folder.path)
    for (const number of await readdir(folder.path)) {
      const place = { folder: join(folder.path, number), domain: 'c.org', addresses: [] }
      const authority = createAuthority({ ...place, clock: Date, random })
      const issued = await authority.issue({ names: ['www.c.org'], purpose: 'server' })
      const root = new X509Certificate(issued.authority)
      assert.ok(new X509Certificate(issued.certificate).verify(root.publicKey))
      assert.ok(told.get(number)?.publicKey.equals(root.publicKey) ?? true, 'the key has changed')
    }
  }
})
