/** The resolver of the C library, by a resolv.conf that names the lab: what all programs of the system ask through. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { missingNamespace, Namespace } from './namespace.ts'

const skip = missingNamespace('getent')

const ZONE = `$TTL 1h
@ SOA dns hostmaster 1 1h 15m 1w 5m
@ NS dns
dns A 127.0.0.1
www A 192.0.2.1
    AAAA 2001:db8::1
alias CNAME www
far CNAME www.elsewhere.example.
text TXT "no address"
${Array.from({ length: 80 }, (_, index) => `many A 10.0.0.${index + 1}`).join('\n')}
`

let namespace: Namespace
let folder: ReturnType<typeof temporaryFolder>
before(async () => {
  if (skip !== false) return
  folder = temporaryFolder()
  writeFiles(folder.path, {
    'scenario.yaml': 'title: Names\ndomain: libc.test\nservices: { dns: { zone: zone.db } }\n',
    'zone.db': ZONE,
  })
  namespace = await Namespace.open('--scenario', join(folder.path, 'scenario.yaml'))
})
after(async () => {
  await namespace?.[Symbol.asyncDispose]()
  folder?.[Symbol.dispose]()
})

/** The addresses that programs get for a name, by a database of getent; none if there are none. */
async function addresses(database: string, name: string): Promise<readonly string[]> {
  const { code, out } = await namespace.run('getent', database, name)
  assert.ok(code === 0 || code === 2, `getent ended with ${code}`)
  return [...new Set(out.split('\n').map((line) => line.split(' ')[0] ?? ''))]
    .filter((each) => each !== '')
    .toSorted()
}

test('getaddrinfo finds the addresses of both kinds', { skip }, async () => {
  assert.deepEqual(await addresses('ahosts', 'www.libc.test'), ['192.0.2.1', '2001:db8::1'])
  assert.deepEqual(await addresses('ahostsv4', 'www.libc.test'), ['192.0.2.1'])
  assert.deepEqual(await addresses('ahostsv6', 'www.libc.test'), ['2001:db8::1'])
})

test('getaddrinfo follows aliases and tells the canonical name', { skip }, async () => {
  assert.deepEqual(await addresses('ahosts', 'ALIAS.libc.test'), ['192.0.2.1', '2001:db8::1'])
  assert.match((await namespace.run('getent', 'ahosts', 'alias.libc.test')).out, /www\.libc\.test/)
})

test('an answer that is too long for UDP is asked for again over TCP', { skip }, async () => {
  assert.equal((await addresses('ahostsv4', 'many.libc.test')).length, 80)
})

test('names without addresses, unknown ones and those of others have none', { skip }, async () => {
  for (const name of ['text.libc.test', 'nothing.libc.test', 'far.libc.test', 'www.elsewhere.example'])
    assert.deepEqual(await addresses('ahosts', name), [], name)
})
