import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeyStore } from '../../../services/dns/dnssec/key-store.ts'
import { FileError } from '../../../lab/service.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { temporaryFolder } from '../../lab.ts'

const ZONE = parseName('Example.org.', ROOT)
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

test('the same key comes again, from files that only their owner may read', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'keys')
  const first = await (await openKeyStore(path)).load(ZONE, NOW)
  const again = await (await openKeyStore(path)).load(ZONE, NOW + 1e9)
  assert.deepEqual(again.dnskey, first.dnskey)
  assert.ok(again.privateKey.equals(first.privateKey))
  const base = `Kexample.org.+013+${String(first.tag).padStart(5, '0')}`
  assert.deepEqual(readdirSync(path).toSorted(), [`${base}.key`, `${base}.private`])
  for (const file of readdirSync(path)) assert.equal(statSync(join(path, file)).mode & 0o777, 0o600)
  assert.equal(statSync(path).mode & 0o777, 0o700)
  const text = readFileSync(join(path, `${base}.private`), 'latin1')
  assert.match(
    text,
    /^Private-key-format: v1\.3\nAlgorithm: 13 \(ECDSAP256SHA256\)\nPrivateKey: [\w+/]{43}=\nCreated: 20260102030405\n/,
  )
  assert.match(
    readFileSync(join(path, `${base}.key`), 'latin1'),
    /^Example\.org\. IN DNSKEY 257 3 13 [\w+/]{86}==$/m,
  )
})

test('zones have keys of their own, also with names that no file can have', async () => {
  using folder = temporaryFolder()
  const store = await openKeyStore(folder.path)
  const names = ['.', 'a.', '0/25.2.0.192.in-addr.arpa.', String.raw`\..\032.`, 'b.a.']
  const zones = names.map((name) => parseName(name, ROOT))
  const keys = []
  for (const zone of zones) keys.push(await store.load(zone, NOW))
  assert.equal(new Set(keys.map(({ dnskey }) => dnskey.toString('hex'))).size, zones.length)
  for (const [index, zone] of zones.entries())
    assert.deepEqual((await store.load(zone, NOW)).dnskey, keys[index]?.dnskey)
  const starts = readdirSync(folder.path).map((file) => file.replace(/\+013\+.*/, ''))
  assert.deepEqual(
    [...new Set(starts)].toSorted(),
    ['K%2E.%20.', 'K.', 'K0%2F25.2.0.192.in-addr.arpa.', 'Ka.', 'Kb.a.'].toSorted(),
  )
})

test('what a kill leaves at any moment is put right: drafts go, a missing public file comes back', async () => {
  using folder = temporaryFolder()
  const first = await (await openKeyStore(folder.path)).load(ZONE, NOW)
  const publicFile = readdirSync(folder.path).find((file) => file.endsWith('.key')) ?? ''
  const text = readFileSync(join(folder.path, publicFile), 'latin1')
  rmSync(join(folder.path, publicFile))
  writeFileSync(join(folder.path, 'Kexample.org.+013+00001.private.0.tmp'), 'Private-key-form')
  const again = await (await openKeyStore(folder.path)).load(ZONE, NOW)
  assert.deepEqual(again.dnskey, first.dnskey)
  assert.equal(readFileSync(join(folder.path, publicFile), 'latin1'), text)
  assert.equal(readdirSync(folder.path).length, 2)
})

async function complaint(change: (folder: string, file: string) => void): Promise<string> {
  using folder = temporaryFolder()
  const store = await openKeyStore(folder.path)
  await store.load(ZONE, NOW)
  change(folder.path, readdirSync(folder.path).find((file) => file.endsWith('.private')) ?? '')
  try {
    await store.load(ZONE, NOW)
  } catch (error) {
    assert.ok(error instanceof FileError)
    assert.notEqual(error.text.es, error.text.en)
    return error.text.en.replaceAll(folder.path, '').replaceAll(/\d{5}/g, 'TAG')
  }
  return assert.fail('it was taken')
}

test('files that are no such key are named, and never written over', async () => {
  const unreadable =
    '/Kexample.org.+013+TAG.private is no private key of algorithm 13 (ECDSAP256SHA256); put it back, or take it away for a new one'
  assert.equal(await complaint((folder, file) => writeFileSync(join(folder, file), 'secret')), unreadable)
  assert.equal(
    await complaint((folder, file) =>
      writeFileSync(join(folder, file), `Algorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ${'A'.repeat(43)}=\n`),
    ),
    unreadable,
  )
  const other = (folder: string, file: string): void => {
    const text = readFileSync(join(folder, file), 'latin1')
    writeFileSync(
      join(folder, file),
      text.replace('Algorithm: 13 (ECDSAP256SHA256)', 'Algorithm: 14 (ECDSAP384SHA384)'),
    )
  }
  assert.equal(await complaint(other), unreadable)
  assert.match(
    await complaint((folder, file) =>
      renameSync(join(folder, file), join(folder, 'Kexample.org.+013+TAG.private')),
    ),
    /holds another key than its name says; its name should be Kexample\.org\.\+013\+TAG\.private$/,
  )
  assert.match(
    await complaint((folder) => writeFileSync(join(folder, 'Kexample.org.+013+TAG.private'), '')),
    /holds several keys of Example\.org\.; leave one, or none for a new one$/,
  )
})
