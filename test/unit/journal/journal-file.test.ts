/** When the journal's file is written, and when no more. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import type { Entry } from '../../../lab/journal/entry.ts'
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

test('the fact that finds a batch full is written without waiting for another', async () => {
  using folder = temporaryFolder()
  const journal = new Journal(() => 1)
  await using _file = new JournalFile(journal, folder.path, 1, silent)
  let octets = 0
  using _listening = journal.listen((_entry, line) => void (octets += line.length + 1))
  // Five lines of 60,000 characters: four fit into a batch.
  for (let n = 0; n < 5; n += 1) journal.record('s', { kind: 'a.b', data: { text: 'x'.repeat(60_000) } })
  await until(() => statSync(journalFiles(folder.path).at(-1) ?? '').size === octets)
})

test('a file that is full tells at its end what it misses, and hardly grows meanwhile', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal', '1970-01-01T00-00-00.001Z.ndjson')
  mkdirSync(join(folder.path, 'journal'))
  closeSync(openSync(path, 'w'))
  // A hole, which takes no room on the disk.
  const size = 512 * 1024 * 1024
  truncateSync(path, size)
  const journal = new Journal(() => 1)
  {
    await using _file = new JournalFile(journal, folder.path, 1, silent)
    for (let n = 0; n < 10; n += 1) {
      journal.record('s', { kind: 'a.b' })
      await pause(30)
    }
    assert.equal(statSync(path).size, size)
  }
  assert.equal(journal.dropped, 10)
  const line = { at: 1, service: 'lab', kind: 'journal.dropped', data: { facts: 10, services: { s: 10 } } }
  assert.equal(statSync(path).size, size + JSON.stringify(line).length + 1)
})

const windows = process.platform === 'win32' && 'Windows has no ulimit'

test("what a full disk has refused is nobody's share of the file", { skip: windows }, () => {
  using folder = temporaryFolder()
  const child = join(import.meta.dirname, 'journal-share-child.ts')
  // 16 blocks of 512 or 1,024 octets: the large facts do not fit, the late one does.
  execFileSync('sh', ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, child, folder.path])
  const kinds = readFileSync(journalFiles(folder.path).at(-1) ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Entry).kind)
  assert.deepEqual(kinds.toSorted(), ['journal.dropped', 'late.written'])
})
