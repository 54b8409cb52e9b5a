/** Kills a process while it writes its authority; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomInt, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { createAuthority } from '../../../certs/authority.ts'

const KILLS = Number(process.env['KILLS'] ?? 12)
const random = { bytes: (count: number) => randomBytes(count) }

/** Starts a child, kills it shortly after its first root, and returns the last root that it told of in each folder. */
async function certifyAndDie(folder: string): Promise<Map<string, X509Certificate>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'authority-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  await setTimeout(randomInt(0, 30))
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL', 'the child ended by itself')
  const told = output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return new Map(told.map(({ number, root }) => [String(number), new X509Certificate(root)]))
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
