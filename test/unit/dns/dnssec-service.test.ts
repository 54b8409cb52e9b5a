import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask, FLAGS, serverOf } from '../../conformance/dns/subject.ts'
import { openLab, type TestLab } from '../../lab.ts'
import type { Message } from '../../../services/dns/wire/message.ts'
import { TYPE } from '../../../services/dns/records/types.ts'

const TXT = Array.from({ length: 12 }, (_, index) => `big TXT "${String(index).repeat(90)}"`).join('\n')
const ZONE = `$TTL 1h\n@ SOA dns host 7 1h 15m 1w 5m\n@ NS dns\ndns A 127.0.0.1\n*.w A 10.0.0.9\n${TXT}\n`
const DAY = 86_400_000

function open(zone = ZONE): Promise<TestLab> {
  return openLab('domain: conformance.test\nservices: { dns: { zone: zone.db, dnssec: true } }', {
    files: { 'zone.db': zone },
  })
}

function askSecure(lab: TestLab, name: string, type: string, flags = 0, size = 1232): Promise<Message> {
  return ask(serverOf(lab), name, { type, flags, edns: { dnssec: true, size } })
}

function typesOf(sets: Message['answer']): readonly number[] {
  return sets.map(({ type }) => type)
}

async function restart(lab: TestLab): Promise<void> {
  await lab.stopService('dns')
  await lab.startService('dns')
}

function signedFacts(lab: TestLab): readonly unknown[] {
  return lab.journal.since(0, ['zone.signed']).map(({ data }) => data)
}

test('a signed zone is told with the DS record for the zone above, and its key is kept over a restart', async () => {
  await using lab = await open()
  const keys = join(lab.stateFolder, 'services', 'dns', 'keys')
  const [fact] = signedFacts(lab)
  const { ds, keyTag, ...rest } = fact as { ds: string; keyTag: number; expires: string }
  assert.match(ds, new RegExp(`^${keyTag} 13 2 [0-9A-F]{64}$`))
  assert.deepEqual(
    { ...rest, expires: Math.round((Date.parse(rest.expires) - lab.clock.now()) / DAY) },
    { zone: 'conformance.test', algorithm: 13, expires: 14 },
  )
  const key = (await askSecure(lab, '@', 'DNSKEY')).answer[0]?.data[0]
  assert.ok(key)
  assert.match(
    readFileSync(join(keys, 'trust-anchors'), 'utf8'),
    /^trust-anchors \{\n {2}"conformance\.test\." static-key 257 3 13 "/,
  )
  await restart(lab)
  assert.deepEqual((await askSecure(lab, '@', 'DNSKEY')).answer[0]?.data[0], key)
  assert.equal(signedFacts(lab).length, 2)
  assert.equal(readdirSync(keys).length, 3)
})

test('without the option nothing is signed and no key is made', async () => {
  await using lab = await openLab('domain: conformance.test\nservices: { dns: { zone: zone.db } }', {
    files: { 'zone.db': ZONE },
  })
  assert.deepEqual(typesOf((await askSecure(lab, 'dns', 'A')).answer), [TYPE.a])
  assert.deepEqual(signedFacts(lab), [])
})

test('RFC 3225 §3, RFC 4035 §3.1.6: DO and CD are copied, AD is clear', async () => {
  await using lab = await open()
  const { flags, edns, answer } = await askSecure(lab, 'dns', 'A', 0x0030)
  assert.equal(flags & 0x0030, 0x0010)
  assert.equal(edns?.dnssec, true)
  assert.deepEqual(typesOf(answer), [TYPE.a, TYPE.rrsig])
})

test('names that services publish are signed as well, and so is the proof that they are gone', async () => {
  await using lab = await open()
  const published = lab.world.names.publish({ name: 'new.conformance.test', type: 'A', data: '10.0.0.5' })
  assert.deepEqual(typesOf((await askSecure(lab, 'new', 'A')).answer), [TYPE.a, TYPE.rrsig])
  published[Symbol.dispose]()
  const { rcode, authority } = await askSecure(lab, 'new', 'A')
  assert.equal(rcode, 3)
  assert.deepEqual(
    typesOf(authority).toSorted(),
    [TYPE.soa, TYPE.rrsig, TYPE.nsec, TYPE.rrsig, TYPE.nsec, TYPE.rrsig].toSorted(),
  )
})

test('the lab signs anew when its clock moves on', async () => {
  await using lab = await open()
  const expiry = async (): Promise<number> => {
    const { answer } = await askSecure(lab, 'dns', 'A')
    return ((answer[1]?.data[0]?.readUInt32BE(8) ?? 0) * 1000 - lab.clock.now()) / DAY
  }
  assert.equal(Math.round(await expiry()), 14)
  lab.clock.advance(8 * DAY)
  assert.equal(Math.round(await expiry()), 6)
  lab.clock.advance(400 * DAY)
  assert.equal(Math.round(await expiry()), 14)
  assert.equal(signedFacts(lab).length, 2)
})

test('an answer whose signature or proof does not fit has TC', async () => {
  await using lab = await open()
  const isCut = async (name: string, type: string, size: number): Promise<boolean> =>
    ((await askSecure(lab, name, type, 0, size)).flags & FLAGS.truncated) !== 0
  assert.equal(await isCut('big', 'TXT', 1232), true)
  assert.equal(await isCut('dns', 'A', 512), false)
  // The SOA fits without its signature, the proof does not.
  assert.equal(await isCut('nothing', 'A', 512), true)
  assert.equal(await isCut('nothing', 'A', 1232), false)
  assert.equal(await isCut('x.w', 'A', 512), false)
})

test('a key that cannot be read stops the start, and says which file it is', async () => {
  await using lab = await open()
  const keys = join(lab.stateFolder, 'services', 'dns', 'keys')
  const file = readdirSync(keys).find((each) => each.endsWith('.private')) ?? ''
  writeFileSync(join(keys, file), 'nothing')
  await assert.rejects(restart(lab), new RegExp(`${file.replaceAll('+', String.raw`\+`)} is no private key`))
})

test('a zone that the signed zone above does not know of is told', async () => {
  const child = (origin: string): string =>
    `$ORIGIN ${origin}.conformance.test.\n$TTL 1\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.0.0.1\n`
  const warned: unknown[] = []
  const quiet = (): void => undefined
  await using _lab = await openLab(
    'domain: conformance.test\nservices: { dns: { zone: [zone.db, known.db, unknown.db], dnssec: true } }',
    {
      files: {
        'zone.db': `${ZONE}known NS ns.known\nns.known A 10.0.0.1\n`,
        'known.db': child('known'),
        'unknown.db': child('unknown'),
      },
      log: () => ({ debug: quiet, info: quiet, error: quiet, warn: (fields) => warned.push(fields) }),
    },
  )
  assert.deepEqual(warned, [{ zone: 'unknown.conformance.test', above: 'conformance.test' }])
})
