import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scenarioHash } from '../../../lab/grading/launch-hash.ts'
import {
  isSigned,
  launchHash,
  launchProblem,
  launchText,
  parseLaunch,
  readLaunch,
} from '../../../lab/grading/launch.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { courseWith, HASH, launchFor } from './submissions.ts'

test('a launch file is read as it was issued, in whatever form', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana', { values: { b: 1, a: 'x' } })
  const path = join(folder.path, 'ana.launch.json')
  const { values, ...rest } = launch
  for (const text of [
    launchText(launch),
    launchText(launch).replaceAll('\n', '\r\n'),
    JSON.stringify({ values: { a: values['a'], b: values['b'] }, ...rest }),
  ]) {
    writeFileSync(path, text)
    assert.deepEqual(readLaunch(path), launch)
    assert.equal(launchHash(readLaunch(path)), launchHash(launch))
  }
})

test('whatever bit of a launch file is changed, it says the same or is no longer taken', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const whole = Buffer.from(launchText(launch))
  fc.assert(
    fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
      const octets = Buffer.from(whole)
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const read = parseLaunch(octets.toString('utf8'))
      if (read !== undefined && isSigned(read)) assert.deepEqual(read, launch)
    }),
    { numRuns: 500 },
  )
})

test('a launch file that was changed, or is none, is told so', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const path = join(folder.path, 'ana.launch.json')
  writeFileSync(path, launchText({ ...launch, student: 'luis' }))
  assert.throws(() => readLaunch(path), /was changed after it was signed/)
  writeFileSync(path, launchText({ ...launch, values: { dni: '0000' } }))
  assert.throws(() => readLaunch(path), /was changed after it was signed/)
  writeFileSync(path, '{}')
  assert.throws(() => readLaunch(path), /is no launch file/)
  assert.throws(() => readLaunch(join(folder.path, 'none')), /cannot be read/)
})

test('a launch file serves its own scenario, version and student alone', async () => {
  using folder = temporaryFolder()
  const launch = launchFor(await courseWith(folder.path, 'ana'), 'ana')
  const use = { scenario: 'test', hash: HASH, student: 'ana' }
  assert.equal(launchProblem(launch, use), undefined)
  assert.match(
    launchProblem(launch, { ...use, scenario: 'other' })?.en ?? '',
    /for the scenario "test", not "other"/,
  )
  assert.match(launchProblem(launch, { ...use, student: 'luis' })?.en ?? '', /that of student ana, not luis/)
  assert.match(launchProblem(launch, { ...use, hash: '0'.repeat(64) })?.en ?? '', /another version/)
})

test('the hash of a scenario covers its files and those that it extends, and nothing that a student or the lab puts there', () => {
  using folder = temporaryFolder()
  const files = {
    'base/scenario.yaml': 'title: A\n',
    'base/www/index.html': '<p>\n',
    'own/scenario.yaml': 'extends: ../base\n',
    'own/zone.db': 'x\n',
  }
  writeFiles(folder.path, files)
  const file = join(folder.path, 'own', 'scenario.yaml')
  const hash = (omit: readonly string[] = []): string => scenarioHash(file, [], new Set(omit))
  const first = hash()
  for (const [name, content] of Object.entries(files)) {
    if (name === 'own/scenario.yaml') continue
    writeFiles(folder.path, { [name]: `${content} ` })
    assert.notEqual(hash(), first, name)
    writeFiles(folder.path, { [name]: content.replaceAll('\n', '\r\n') })
    assert.equal(hash(), first, 'ends of lines are the checkout’s')
    writeFiles(folder.path, { [name]: content })
  }
  writeFiles(folder.path, {
    'own/.lab/x': '1',
    'own/solution/zone.db': '1',
    'own/ana-own.telelab': '1',
    'own/course/course.key': '1',
  })
  assert.equal(hash(), first)
  const without = hash(['zone.db'])
  writeFiles(folder.path, { 'own/zone.db': 'the student’s' })
  assert.equal(hash(['zone.db']), without)
})
