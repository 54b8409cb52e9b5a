/** Kills a process while it makes keys; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { openKeyStore } from '../../../services/dns/dnssec/key-store.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { temporaryFolder } from '../../lab.ts'

const KILLS = Number(process.env['KILLS'] ?? 5)

/** The keys that a process told of before it was killed, by their zones. */
async function makeAndDie(folder: string): Promise<ReadonlyMap<string, string>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dnssec-child.ts'), folder], {
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
    .map((line) => line.split(' '))
  return new Map(told.map(([zone = '', key = '']) => [zone, key]))
}

test('a killed process leaves keys that are whole, and those that it told of', async () => {
  for (let kills = 0; kills < KILLS; kills += 1) {
    using folder = temporaryFolder()
    const told = await makeAndDie(folder.path)
    assert.notEqual(told.size, 0)
    const store = await openKeyStore(folder.path)
    const files = readdirSync(folder.path)
    assert.deepEqual(
      files.filter((file) => !/\.(?:key|private)$/.test(file)),
      [],
    )
    const zones = new Set(files.map((file) => /^K(.*)\+013\+/.exec(file)?.[1] ?? ''))
    for (const zone of [...told.keys(), ...zones]) {
      const { dnskey } = await store.load(parseName(zone, ROOT), Date.now())
      assert.equal(dnskey.toString('base64'), told.get(zone) ?? dnskey.toString('base64'))
    }
  }
})
