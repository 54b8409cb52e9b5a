import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ChainCheck, isFault } from '../../../lab/grading/chain-check.ts'
import { chainFiles, chainPath, keyPath, parseChain } from '../../../lab/grading/chain.ts'
import { launchHash } from '../../../lab/grading/launch.ts'
import { JournalFile, journalFiles } from '../../../lab/journal/file.ts'
import { Journal } from '../../../lab/journal/journal.ts'
import { runAndKill } from '../../kill.ts'
import { temporaryFolder } from '../../lab.ts'
import { courseWith, launchFor, plainFacts, runOnce } from './submissions.ts'

const KILLS = Number(process.env['KILLS'] ?? 4)

/** Lines of a journal that its chain covers, all of them as they were written. */
function proved(path: string, journal: string): number {
  const { head, batches, wrong } = parseChain(readFileSync(path))
  assert.ok(head !== undefined && wrong === undefined)
  const covered = batches.reduce((sum, { octets }) => sum + octets, 0)
  const octets = readFileSync(journal)
  assert.ok(covered <= octets.length, 'the journal has what its chain covers')
  const check = new ChainCheck(head, batches)
  let lines = 0
  for (let from = 0; from < covered; lines += 1) {
    const to = octets.indexOf(0x0a, from) + 1
    const found = check.take(octets, from, to)
    assert.ok(!isFault(found), isFault(found) ? found.text.en : '')
    from = to
  }
  assert.equal(check.end(), undefined)
  return lines
}

test('runs of one launch follow on each other, those of another begin anew', async () => {
  using folder = temporaryFolder()
  const course = await courseWith(folder.path, 'ana', 'luis')
  const [ana, luis] = [launchFor(course, 'ana'), launchFor(course, 'luis')]
  const state = join(folder.path, 'state')
  for (const launch of [ana, luis, ana]) await runOnce(state, launch, plainFacts(3))
  const chains = chainFiles(state, launchHash(ana))
  assert.deepEqual(
    chains.map(({ path, journal }) => proved(path, journal)),
    [3, 3],
  )
  const [first, second] = chains.map(({ path }) => parseChain(readFileSync(path)))
  assert.deepEqual([first?.head?.run, first?.head?.previous], [1, launchHash(ana)])
  assert.deepEqual([second?.head?.run, second?.head?.previous], [2, first?.last])
  assert.equal(chainFiles(state, launchHash(luis)).length, 1)
  for (const { journal } of chains) assert.equal(statSync(keyPath(journal)).mode & 0o777, 0o600)
})

test('a killed lab leaves a chain that is whole up to its last line, on which the next run follows', async () => {
  using folder = temporaryFolder()
  for (let kills = 1; kills <= KILLS; kills += 1) {
    await runAndKill(join(import.meta.dirname, 'chain-child.ts'), folder.path, 60)
    const chains = chainFiles(folder.path, 'a'.repeat(64))
    assert.equal(chains.length, kills)
    let previous = 'a'.repeat(64)
    for (const { path, journal } of chains) {
      assert.ok(proved(path, journal) > 0)
      const { head, last } = parseChain(readFileSync(path))
      assert.equal(head?.previous, previous)
      previous = last
    }
  }
})

test('a journal without a launch has no chain, and only such journals go when there are many', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const quiet = (): void => undefined
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const state = join(folder.path, 'state')
  for (let run = 0; run < 12; run += 1) {
    await runOnce(state, launch, plainFacts(1))
    await new Promise((done) => setTimeout(done, 3))
    const journal = new Journal(() => 0)
    await using _file = new JournalFile(journal, state, Date.now(), log)
    journal.record('s', { kind: 'a.b' })
  }
  const files = journalFiles(state)
  assert.equal(files.filter((file) => existsSync(chainPath(file))).length, 12)
  assert.equal(files.length, 22)
})

test('no octets make the reader of chains throw, and none but those that were written say the same', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  await runOnce(join(folder.path, 'state'), launch, plainFacts(3))
  const path = chainFiles(join(folder.path, 'state'), launchHash(launch))[0]?.path ?? ''
  const whole = readFileSync(path)
  const good = parseChain(whole)
  fc.assert(
    fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
      const octets = Buffer.from(whole)
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.notDeepEqual(parseChain(octets), good)
    }),
    { numRuns: 500 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void parseChain(Buffer.from(octets))))
  writeFileSync(path, whole.subarray(0, whole.length - 10))
  assert.equal(parseChain(readFileSync(path)).wrong, undefined, 'a kill may leave half a record')
})
