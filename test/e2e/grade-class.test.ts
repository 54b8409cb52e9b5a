import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { launchText } from '../../lab/grading/launch.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run } from '../program.ts'
import { courseWith, launchFor, plainFacts, runOnce, submit } from '../unit/grading/submissions.ts'

const scenario = `
title: Test
params: { dni: { kind: label } }
domain: "\${dni}.org"
services: { dns: {} }
tasks:
  - id: asks
    points: 2
    title: { en: Ask, es: Pregunta }
    check: { dns.queried: { name: host1.lab.test } }
  - id: asks-more
    points: 3
    title: { en: Ask more, es: Pregunta más }
    check: { dns.queried: { name: host9.lab.test } }
`

/** A course whose students ana and luis have handed in, luis with less work; returns the folder of their files. */
async function handedIn(folder: string): Promise<string> {
  writeFiles(folder, { 'test/scenario.yaml': scenario, 'in/readme.txt': 'no submission' })
  const course = await courseWith(folder, 'ana', 'luis')
  for (const [student, facts] of [
    ['ana', 10],
    ['luis', 5],
  ] as const) {
    const launch = launchFor(course, student)
    writeFiles(course.folder, { [`launches/test/${student}.launch.json`]: launchText(launch) })
    await runOnce(join(folder, student), launch, plainFacts(facts, student.charCodeAt(0) * 1000))
    await submit(join(folder, student), launch, join(folder, 'in', `${student}.telelab`))
  }
  return join(folder, 'in')
}

test('a folder of submissions becomes the table of the class', async () => {
  using folder = temporaryFolder()
  await handedIn(folder.path)
  const { code, out, err } = await run(['grade', 'test', 'in', '-f', 'csv', '-f', 'json=all.json'], {
    folder: folder.path,
  })
  assert.equal(err, '')
  assert.match(out, /\r\nana,test,5,5,2,0,0,[^\r]*\r\nluis,test,2,5,1,1,0,[^\r]*asks-more\r\n$/)
  assert.equal(code, 1)
})

test('a submission that was changed gets nothing, the others their marks, and the exit code tells', async () => {
  using folder = temporaryFolder()
  const ana = join(await handedIn(folder.path), 'ana.telelab')
  const octets = readFileSync(ana)
  octets[octets.length >> 1] = (octets[octets.length >> 1] ?? 0) ^ 1
  writeFileSync(ana, octets)
  const words = ['grade', 'test', 'in/ana.telelab', 'in/luis.telelab', '-f', 'csv']
  const { code, out } = await run(words, { folder: folder.path })
  assert.match(out, /\r\nana,test,0,5,0,2,0,[^\r]*not-graded[^\r]*\r\nluis,test,2,5,1,1,0,/)
  assert.equal(code, 4)
  const calm = await run([...words, '--no-fail'], { folder: folder.path })
  assert.equal(calm.code, 0)
})

for (const [words, says] of [
  [['test', 'none.telelab'], /there is no submission none\.telelab/],
  [['test', 'test'], /test holds no submission/],
  [['tset', 'in'], /there is no scenario "tset"/],
] as const) {
  test(`lab grade ${words.join(' ')} is a mistake`, async () => {
    using folder = temporaryFolder()
    await handedIn(folder.path)
    const { code, err } = await run(['grade', ...words], { folder: folder.path })
    assert.match(err, says)
    assert.equal(code, 2)
  })
}
