/** An authority under load, and what its folder must be like afterwards. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, type Authority } from '../../../certs/authority.ts'
import type { RegisterEntry } from '../../../certs/index-line.ts'
import { missing } from '../../tool.ts'
import { run } from '../../interop/http/program.ts'

/** The authority that all tests of load use. */
export function makeAuthority(folder: string): Authority {
  return createAuthority({
    folder,
    domain: 'a.org',
    addresses: [],
    clock: Date,
    random: { bytes: (count) => randomBytes(count) },
  })
}

/** Issues so many, some at once, and gives back the milliseconds for one in each tenth of them. */
export async function issueMany(authority: Authority, count: number): Promise<number[]> {
  const tenths: number[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    const begun = performance.now()
    let left = count / 10
    const work = async (): Promise<void> => {
      while (left-- > 0) await authority.issueNew({ names: ['www.a.org'], purpose: 'server' })
    }
    await Promise.all([work(), work(), work(), work()])
    tenths.push((performance.now() - begun) / (count / 10))
  }
  return tenths
}

/** Has so many processes issue, and revoke half of it, at once; the lines that they told. */
export async function issueTogether(folder: string, processes: number, each: number): Promise<string[]> {
  const outputs = await Promise.all(
    Array.from({ length: processes }, async () => {
      const words = [join(import.meta.dirname, 'register-child.ts'), folder, String(each)]
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
      const [code] = await once(child, 'close')
      assert.equal(code, 0)
      return output
    }),
  )
  return outputs.join('').trim().split('\n')
}

/** Holds the folder to what was told of it: nothing lost, nothing twice, each certificate with its file, and openssl reads it. */
export async function checkFolder(
  folder: string,
  told: readonly string[],
): Promise<readonly RegisterEntry[]> {
  const entries = await makeAuthority(folder).list()
  const bySerial = new Map(entries.map((entry) => [entry.serial, entry]))
  assert.equal(bySerial.size, entries.length, 'a serial number is there twice')
  for (const line of told) {
    const [what, serial = ''] = line.split(' ')
    const entry = bySerial.get(serial)
    assert.ok(entry, `${line}, but it is not in the index`)
    if (what === 'revoked') assert.equal(entry.revoked?.reason, 'superseded', line)
  }
  const files = new Set(readdirSync(join(folder, 'newcerts')))
  const keys = new Set(readdirSync(join(folder, 'private')))
  for (const { serial } of entries) assert.ok(files.has(`${serial}.pem`) && keys.has(`${serial}.pem`), serial)
  const lines = readFileSync(join(folder, 'index.txt'), 'utf8').split('\n')
  assert.equal(lines.pop(), '')
  for (const line of lines)
    assert.match(
      line,
      /^[VRE]\t\d{12,14}Z\t(?:\d{12}Z,superseded)?\t[0-9A-F]{32}\tunknown\t\/O=telelab\/CN=www\.a\.org$/,
    )
  if (missing('openssl') === false) await checkWithOpenssl(folder)
  return entries
}

async function checkWithOpenssl(folder: string): Promise<void> {
  // The settings name the folder relatively.
  const { code, error } = await run('sh', '-c', 'cd "$0" && openssl ca -config openssl.cnf -updatedb', folder)
  assert.equal(code, 0, error)
}
