import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { temporaryFolder } from '../../lab.ts'
import {
  courseWith,
  faultsIn,
  handIn,
  launchFor,
  plainFacts,
  repack,
  runOnce,
  submit,
  unpack,
} from './submissions.ts'

test('a submission is read as it was written, run after run, each number once', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const state = join(folder.path, 'state')
  await runOnce(state, launch, plainFacts(7), plainFacts(3, 5000))
  await runOnce(state, launch, plainFacts(5))
  const file = await submit(state, launch, join(folder.path, 'a.telelab'), { 'zone.db': '@ SOA' })
  assert.deepEqual(await faultsIn(file), { kinds: [], texts: [], facts: 15 })
})

test('any bit of a submission that is flipped is noticed', async () => {
  using folder = temporaryFolder()
  const { file } = await handIn(folder.path, 4, { 'zone.db': 'www A 192.0.2.1' })
  const whole = readFileSync(file)
  const bent = join(folder.path, 'b.telelab')
  const runs = Number(process.env['RUNS'] ?? 300)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
      const octets = Buffer.from(whole)
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(bent, octets)
      const { texts } = await faultsIn(bent)
      assert.ok(texts.length > 0 && texts.every((text) => text.length > 10), `bit ${bit}`)
    }),
    { numRuns: runs },
  )
})

test('a file that is cut off anywhere, or goes on, is noticed', async () => {
  using folder = temporaryFolder()
  const { file } = await handIn(folder.path, 4)
  const whole = readFileSync(file)
  for (const length of [0, 1, 100, whole.length - 200, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length))
    assert.deepEqual((await faultsIn(file)).kinds, ['damaged'], `${length} octets`)
  }
  writeFileSync(file, Buffer.concat([whole, Buffer.from('x')]))
  assert.deepEqual((await faultsIn(file)).kinds, ['damaged'])
})

/** What a cheat does to the lines of a journal, with what a reader calls it; the file is signed anew each time. */
const tricks: readonly (readonly [string, (lines: string[]) => string[], string, RegExp])[] = [
  [
    'an event is changed',
    (lines) => lines.with(3, (lines[3] ?? '').replace('host3', 'host9')),
    'event-changed',
    /^run 1, line 4 \(dns\.queried 4\)/,
  ],
  ['an event is dropped', (lines) => lines.toSpliced(2, 1), 'event-missing', /^run 1, line 3 .*taken out/],
  [
    'two events are swapped',
    (lines) => lines.with(2, lines[5] ?? '').with(5, lines[2] ?? ''),
    'event-missing',
    /^run 1, line 3 /,
  ],
  [
    'events are put in another order',
    (lines) => [...lines.slice(1, 2), ...lines.slice(0, 1), ...lines.slice(2)],
    'event-missing',
    /^run 1, line 1 /,
  ],
  [
    'an event is repeated',
    (lines) => lines.toSpliced(4, 0, lines[1] ?? ''),
    'event-moved',
    /^run 1, line 5 /,
  ],
  ['the end is cut off', (lines) => lines.slice(0, 6), 'cut-off', /cut off after line 6: 4 more/],
  ['an event is added at the end', (lines) => [...lines, lines[0] ?? ''], 'event-added', /^run 1, line 11 /],
]

for (const [title, trick, kind, text] of tricks) {
  test(`${title}: it is named, although the file is signed anew`, async () => {
    using folder = temporaryFolder()
    const { file, state, launch } = await handIn(folder.path, 10)
    const unpacked = unpack(file)
    const lines = (unpacked.parts.get('runs/1.ndjson')?.toString() ?? '').split('\n').slice(0, -1)
    unpacked.parts.set('runs/1.ndjson', Buffer.from(`${trick(lines).join('\n')}\n`))
    repack(file, unpacked, state, launch)
    const found = await faultsIn(file)
    assert.equal(found.kinds[0], kind)
    assert.match(found.texts[0] ?? '', text)
  })
}

test('events that are dropped, moved or swapped anywhere are noticed', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const state = join(folder.path, 'state')
  await runOnce(state, launch, plainFacts(20), plainFacts(20, 9000))
  const file = await submit(state, launch, join(folder.path, 'a.telelab'))
  const unpacked = unpack(file)
  const lines = (unpacked.parts.get('runs/1.ndjson')?.toString() ?? '').split('\n').slice(0, -1)
  const place = fc.nat(lines.length - 1)
  const how = fc.constantFrom('drop' as const, 'move' as const, 'swap' as const)
  await fc.assert(
    fc.asyncProperty(how, place, place, async (what, one, other) => {
      fc.pre(what === 'drop' || one !== other)
      const [a = '', b = ''] = [lines[one], lines[other]]
      const bent =
        what === 'drop'
          ? lines.toSpliced(one, 1)
          : what === 'move'
            ? lines.toSpliced(one, 1).toSpliced(other, 0, a)
            : lines.with(one, b).with(other, a)
      unpacked.parts.set('runs/1.ndjson', Buffer.from(`${bent.join('\n')}\n`))
      repack(file, unpacked, state, launch)
      const { kinds, facts } = await faultsIn(file)
      assert.equal(kinds.length, 1, kinds.join())
      assert.ok(facts <= Math.min(one, what === 'drop' ? one : other), 'nothing after it is believed')
    }),
    { numRuns: 60 },
  )
})

test("a part of another student's work is noticed, whichever it is, although the file is signed anew", async () => {
  using folder = temporaryFolder()
  const course = await courseWith(folder.path, 'ana', 'luis')
  const files = await Promise.all(
    ['ana', 'luis'].map(async (student) => {
      const launch = launchFor(course, student)
      const state = join(folder.path, student)
      await runOnce(state, launch, plainFacts(5, student.length * 1000))
      await runOnce(state, launch, plainFacts(5, student.length * 3000))
      return { launch, state, file: await submit(state, launch, join(folder.path, `${student}.telelab`)) }
    }),
  )
  const [ana, luis] = files
  assert.ok(ana && luis)
  const others = unpack(luis.file)
  for (const name of others.parts.keys()) {
    const own = unpack(ana.file)
    own.parts.set(name, others.parts.get(name) ?? Buffer.alloc(0))
    const bent = join(folder.path, 'bent.telelab')
    repack(bent, own, ana.state, ana.launch)
    assert.notDeepEqual((await faultsIn(bent)).kinds, [], name)
  }
  const own = unpack(ana.file)
  for (const name of ['runs/1.chain', 'runs/1.ndjson'])
    own.parts.set(name, others.parts.get(name) ?? Buffer.alloc(0))
  const bent = join(folder.path, 'bent.telelab')
  repack(bent, own, ana.state, ana.launch)
  const { kinds, texts } = await faultsIn(bent)
  assert.deepEqual(kinds.slice(0, 1), ['other-launch'])
  assert.match(texts[0] ?? '', /run 1 was made with another launch file than this one of student ana/)
})

test('runs that are left out are noticed', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const state = join(folder.path, 'state')
  for (let run = 0; run < 3; run += 1) await runOnce(state, launch, plainFacts(3))
  const file = await submit(state, launch, join(folder.path, 'a.telelab'))
  for (const run of [1, 2]) {
    const unpacked = unpack(file)
    for (const name of [`runs/${run}.chain`, `runs/${run}.ndjson`]) unpacked.parts.delete(name)
    const bent = join(folder.path, 'bent.telelab')
    repack(bent, unpacked, state, launch)
    assert.deepEqual((await faultsIn(bent)).kinds.slice(0, 1), ['run-missing'], `run ${run}`)
  }
})

test('what was changed without a signature is named by its part', async () => {
  using folder = temporaryFolder()
  const { file, state, launch } = await handIn(folder.path, 3, { 'zone.db': 'www A 192.0.2.1' })
  const unpacked = unpack(file)
  unpacked.parts.set('artifacts/zone.db', Buffer.from('www A 192.0.2.9'))
  repack(file, unpacked, state, launch, true)
  assert.deepEqual((await faultsIn(file)).texts, ['artifacts/zone.db was changed after it was handed in'])
})

test('a bomb, a climbing path and a list that lies are refused, and cost nothing', async () => {
  using folder = temporaryFolder()
  const { file, state, launch } = await handIn(folder.path, 3)
  const lies: readonly ((parts: readonly object[]) => readonly object[])[] = [
    (parts) => [...parts, { name: 'artifacts/../../x', octets: 1, sha256: '0'.repeat(64) }],
    (parts) => [...parts, { name: '/etc/passwd', octets: 1, sha256: '0'.repeat(64) }],
    (parts) => parts.map((part) => ({ ...part, octets: 1e12 })),
    (parts) => parts.map((part) => ({ ...part, octets: -1 })),
    (parts) => parts.toReversed(),
    (parts) => [...parts, ...parts],
    (parts) => parts.slice(0, 2),
    () => Array.from({ length: 50_000 }, () => ({ name: 'launch.json', octets: 0, sha256: '0'.repeat(64) })),
  ]
  for (const [index, lie] of lies.entries()) {
    const unpacked = unpack(file)
    const manifest = { ...unpacked.manifest, parts: lie(unpacked.manifest.parts) }
    const bent = join(folder.path, 'bent.telelab')
    repack(bent, { ...unpacked, manifest: manifest as typeof unpacked.manifest }, state, launch, true)
    assert.deepEqual((await faultsIn(bent)).kinds, ['damaged'], `lie ${index}`)
  }
  const unpacked = unpack(file)
  unpacked.parts.set('runs/1.ndjson', Buffer.alloc(64 * 1024 * 1024, 'a'))
  repack(file, unpacked, state, launch)
  assert.match((await faultsIn(file)).texts.join(), /too long a line/)
})

test('a submission whose journal was shortened on disk cannot even be made', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const state = join(folder.path, 'state')
  await runOnce(state, launch, plainFacts(3))
  const { chainFiles } = await import('../../../lab/grading/chain.ts')
  const { launchHash } = await import('../../../lab/grading/launch.ts')
  truncateSync(chainFiles(state, launchHash(launch))[0]?.journal ?? '', 20)
  await assert.rejects(submit(state, launch, join(folder.path, 'a.telelab')), /shorter than its chain says/)
})
