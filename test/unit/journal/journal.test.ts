import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAsked, type Entry } from '../../../lab/journal/entry.ts'
import { JournalFile, journalFiles } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import type { Logger } from '../../../lab/service.ts'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

test('kinds are asked for whole, by prefix, or all', () => {
  const table = [
    ['dns.queried', [], true],
    ['dns.queried', undefined, true],
    ['dns.queried', ['dns.queried'], true],
    ['dns.queried', ['dns'], true],
    ['dns.queried', ['dns.*'], true],
    ['dns.queried', ['dnssec'], false],
    ['dns.queried', ['http', 'dns'], true],
    ['dns.queried', ['queried'], false],
  ] as const
  for (const [kind, asked, wanted] of table)
    assert.equal(isAsked(kind, asked), wanted, `${kind} ${asked?.join() ?? ''}`)
})

test('the memory keeps the newest four megabytes, in order', () => {
  const journal = new Journal(() => 1)
  const data = { text: 'ñ'.repeat(500) }
  for (let n = 1; n <= 12_345; n += 1) journal.record('s', { kind: n % 2 === 0 ? 'a.b' : 'c.d', data })
  const kept = journal.since(0)
  assert.ok(kept.length > 3500 && kept.length < 4100, `${kept.length} kept`)
  assert.deepEqual(
    kept.map(({ seq }) => seq),
    kept.map((_, index) => 12_345 - kept.length + 1 + index),
  )
  assert.deepEqual(kept.at(-1), { seq: 12_345, at: 1, service: 's', kind: 'c.d', data })
  assert.deepEqual(
    journal.since(12_343).map(({ seq }) => seq),
    [12_344, 12_345],
  )
  assert.equal(journal.since(12_345).length, 0)
  assert.ok(journal.since(0, ['a']).every(({ kind }) => kind === 'a.b'))
})

test('a reader follows; one that lags loses the oldest, which are counted', async () => {
  const journal = new Journal(() => 1)
  const stop = new AbortController()
  const seen: number[] = []
  const reading = (async () => {
    for await (const { seq } of journal.follow(0, stop.signal)) {
      seen.push(seq)
      if (seq === 3) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  const data = { text: 'x'.repeat(1000) }
  for (let n = 0; n < 3; n += 1) journal.record('s', { kind: 'a.b', data })
  await until(() => seen.length === 3)
  for (let n = 0; n < 10_100; n += 1) journal.record('s', { kind: 'a.b', data })
  await until(() => seen.at(-1) === 10_103)
  journal.record('s', { kind: 'a.b', data })
  await until(() => seen.at(-1) === 10_104)
  stop.abort()
  await reading
  assert.equal(journal.dropped, 10_104 - seen.length)
  assert.ok(journal.dropped > 0)
  assert.deepEqual(
    seen,
    [...new Set(seen)].toSorted((a, b) => a - b),
  )
})

test('a fact that cannot be recorded is dropped, and complained of once; the others go on', () => {
  const told: string[] = []
  const journal = new Journal(
    () => 1,
    (reason) => void told.push(reason),
  )
  for (let n = 0; n < 2; n += 1) {
    journal.record('s', { kind: 'long.text', data: { text: 'x'.repeat(65_537) } })
    journal.record('s', {
      kind: 'broken.data',
      data: () => {
        throw new Error('no data')
      },
    })
    journal.record('s', { kind: 'large.text', data: { text: '€'.repeat(65_000) } })
  }
  assert.deepEqual(
    journal.since(0).map(({ seq, kind }) => [seq, kind]),
    [
      [3, 'large.text'],
      [6, 'large.text'],
    ],
  )
  assert.equal(journal.dropped, 4)
  assert.deepEqual(
    told.map((text) => text.slice(0, 40)),
    ['a fact of kind long.text cannot be recor', 'a fact of kind broken.data cannot be rec'],
  )
})

test('what a flood drops costs no data, is missed by every reader alike, and is told within a second or two', async () => {
  const journal = new Journal(() => 1)
  let made = 0
  let heard = 0
  using _listening = journal.listen(() => void (heard += 1))
  const data = (): { readonly made: number } => ({ made: (made += 1) })
  for (let n = 0; n < 50_000; n += 1) journal.record('flood', { kind: 'a.b', data })
  assert.equal(made, heard)
  assert.ok(made < 50_000)
  await until(() => journal.since(0, ['journal.dropped']).length > 0)
  const [told] = journal.since(0, ['journal.dropped'])
  assert.deepEqual(told?.data, { facts: 50_000 - made, services: { flood: 50_000 - made } })
})

const windows = process.platform === 'win32' && 'Windows has no ulimit'
const full = existsSync('/dev/full') ? false : 'needs /dev/full'

test('a full disk costs facts, which are counted and told once', { skip: full }, async () => {
  using folder = temporaryFolder()
  mkdirSync(`${folder.path}/journal`)
  symlinkSync('/dev/full', `${folder.path}/journal/1970-01-01T00-00-00.001Z.ndjson`)
  const journal = new Journal(() => 1)
  const told: string[] = []
  await using _file = new JournalFile(journal, folder.path, 1, {
    ...silent,
    error: (_fields, message) => void told.push(message),
  })
  for (let batch = 1; batch <= 3; batch += 1) {
    journal.record('s', { kind: 'a.b' })
    journal.record('s', { kind: 'a.b' })
    await until(() => journal.dropped === 2 * batch)
  }
  assert.equal(told.length, 1)
})

test('a flood of one service loses only its own facts, which are counted by service', async () => {
  using folder = temporaryFolder()
  const journal = new Journal(() => 1)
  {
    await using _file = new JournalFile(journal, folder.path, 1, silent)
    for (let n = 0; n < 60_000; n += 1) journal.record('flood', { kind: 'a.b' })
    for (let n = 0; n < 10; n += 1) journal.record('quiet', { kind: 'c.d' })
  }
  const entries = readFileSync(journalFiles(folder.path).at(-1) ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)
  assert.equal(entries.filter(({ service }) => service === 'quiet').length, 10)
  const kept = entries.filter(({ service }) => service === 'flood').length
  assert.ok(kept >= 40_000 && kept < 60_000, `${kept} kept`)
  assert.equal(journal.dropped, 60_000 - kept)
  const told = entries.filter(({ kind }) => kind === 'journal.dropped').map(({ data }) => data)
  assert.deepEqual(told, [{ facts: 60_000 - kept, services: { flood: 60_000 - kept } }])
})

test('only the last ten runs stay on disk', async () => {
  using folder = temporaryFolder()
  mkdirSync(`${folder.path}/journal`)
  for (let n = 10; n < 25; n += 1)
    appendFileSync(`${folder.path}/journal/20${n}-01-01T00-00-00.000Z.ndjson`, '')
  const journal = new Journal(() => 1)
  {
    await using _file = new JournalFile(journal, folder.path, Date.UTC(2026, 0), silent)
    journal.record('s', { kind: 'a.b', data: { x: 'ñ' } })
  }
  const files = journalFiles(folder.path)
  assert.equal(files.length, 10)
  const entry = JSON.parse(readFileSync(files.at(-1) ?? '', 'utf8')) as Entry
  assert.deepEqual(entry, { seq: 1, at: 1, service: 's', kind: 'a.b', data: { x: 'ñ' } })
})

test(
  'what a full disk lets through of a batch is taken back, and the next fact stands on a line of its own',
  {
    skip: windows,
  },
  () => {
    using folder = temporaryFolder()
    const child = join(import.meta.dirname, 'journal-full-child.ts')
    // 16 blocks of 512 or 1,024 octets: the early facts fit, the large ones do not.
    execFileSync('sh', ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, child, folder.path])
    const [file = ''] = journalFiles(folder.path)
    const text = readFileSync(file, 'utf8')
    assert.ok(text.endsWith('\n'))
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry)
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      [...Array.from({ length: 20 }, () => 'early.written'), 'late.written', 'journal.dropped'],
    )
    assert.equal(entries.at(-1)?.data?.['facts'], 40)
    assert.equal(entries.at(-2)?.seq, 61)
  },
)

test('a run that starts after the clock was set back is still the newest', async () => {
  using folder = temporaryFolder()
  for (const startedAt of [Date.UTC(2026, 5), Date.UTC(2026, 0)]) {
    const journal = new Journal(() => startedAt)
    await using _file = new JournalFile(journal, folder.path, startedAt, silent)
    journal.record('s', { kind: 'a.b', data: { startedAt } })
  }
  const entry = JSON.parse(readFileSync(journalFiles(folder.path).at(-1) ?? '', 'utf8')) as Entry
  assert.deepEqual(entry.data, { startedAt: Date.UTC(2026, 0) })
})
