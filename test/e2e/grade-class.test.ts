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
  assert.match(out, /\r\nana,test,0,5,0,2,0,[^\r]*damaged,worth-nothing\r\nluis,test,2,5,1,1,0,/)
  assert.equal(code, 4)
  const calm = await run([...words, '--no-fail'], { folder: folder.path })
  assert.equal(calm.code, 0)
})

test("Moodle's download becomes Moodle's worksheet, be a file whole or damaged", async () => {
  using folder = temporaryFolder()
  const handed = await handedIn(folder.path)
  const place = (name: string): string => join(folder.path, 'moodle', `${name}_assignsubmission_file_`)
  for (const [name, file] of [
    ['Ana García_71', readFileSync(join(handed, 'ana.telelab'))],
    ['Luis Gil_72', readFileSync(join(handed, 'luis.telelab')).subarray(0, -9)],
  ] as const)
    writeFiles(place(name), { 'mine.telelab': file })
  const worksheet =
    'Identificador,"Nombre completo",Calificación\r\nParticipante 72,Luis Gil,\r\nParticipante 71,Ana García,\r\n'
  writeFiles(folder.path, { 'sheet.csv': worksheet })
  const words = ['grade', 'test', 'moodle', '-f', 'moodle=marks.csv', '--worksheet', 'sheet.csv']
  const { code, out, err } = await run(words, { folder: folder.path })
  assert.deepEqual([code, err], [4, ''])
  assert.match(
    out,
    /^ana: 5 of 5 points.*\n {2}⚑ other-version: .*\nLuis Gil: 0 of 5 points.*\n {2}⚑ damaged: /,
  )
  assert.equal(
    readFileSync(join(folder.path, 'marks.csv'), 'utf8'),
    worksheet.replace('Luis Gil,', 'Luis Gil,0').replace('Ana García,', 'Ana García,5'),
  )
})

test("a name that would steer the teacher's terminal is shown, not obeyed", async () => {
  using folder = temporaryFolder()
  const handed = await handedIn(folder.path)
  const name = '\u001b]0;hacked\u0007\u202e::notice::=cmd|x'
  writeFiles(handed, {
    [`${name}.telelab`]: 'noise',
    [`${name}_7_assignsubmission_file_/x.telelab`]: 'noise',
  })
  const formats = ['text', 'csv', 'tap', 'moodle=m.csv', 'html=h.html'].flatMap((format) => ['-f', format])
  writeFiles(folder.path, { 's.csv': 'Identifier,Grade\n' })
  const words = ['grade', 'test', 'in', ...formats, '--worksheet', 's.csv']
  const { code, out, err } = await run(words, { folder: folder.path })
  assert.equal(code, 4)
  assert.match(out, /no submission: hand in the file that `lab submit` makes/)
  for (const told of [out, err, readFileSync(join(folder.path, 'h.html'), 'utf8')]) {
    assert.doesNotMatch(told, /[^\P{C}\n\r]/u)
    assert.match(told, /\\x1b\]0;hacked/)
  }
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
