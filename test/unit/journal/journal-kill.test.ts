/** Kills a process in the middle of its journal; `KILLS` sets how often. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Entry } from '../../../lab/journal/entry.ts'
import { journalFiles } from '../../../lab/journal/file.ts'
import { runAndKill } from '../../kill.ts'
import { temporaryFolder } from '../../lab.ts'

const KILLS = Number(process.env['KILLS'] ?? 6)

test('a killed process leaves a journal of whole lines, and those of earlier runs as they were', async () => {
  using folder = temporaryFolder()
  const before = new Map<string, Buffer>()
  for (let kills = 0; kills < KILLS; kills += 1) {
    await runAndKill(join(import.meta.dirname, 'journal-child.ts'), folder.path, 60)
    const files = journalFiles(folder.path)
    for (const file of files.slice(0, -1)) assert.deepEqual(readFileSync(file), before.get(file), file)
    const last = files.at(-1) ?? ''
    before.set(last, readFileSync(last))
    // Only what the kill has cut short may be no whole line.
    const lines = (before.get(last)?.toString('utf8') ?? '').split('\n').slice(0, -1)
    assert.ok(lines.length > 0)
    let reached = 0
    let isDropping = false
    for (const line of lines) {
      const { seq, kind } = JSON.parse(line) as Entry
      isDropping ||= kind === 'journal.dropped'
      if (kind === 'journal.dropped') continue
      assert.ok(isDropping ? seq > reached : seq === reached + 1, `${seq} after ${reached}`)
      reached = seq
    }
  }
})
