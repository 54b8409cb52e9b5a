import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readReports } from '../../lab/grading/formats/json.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { run, startLab } from '../program.ts'
import { faultsIn } from '../unit/grading/submissions.ts'

/** Asks a name server for the address of a name (RFC 1035 §4). */
async function ask(port: number, name: string): Promise<void> {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  const head = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  const socket = createSocket('udp6')
  socket.send(Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]), port, '::1')
  await once(socket, 'message')
  socket.close()
}

test('a course from its first key to the marks of a submission', async (t) => {
  using place = temporaryFolder()
  const folder = place.path
  const lab = (...words: readonly string[]): ReturnType<typeof run> => run(words, { folder })
  writeFiles(folder, {
    'my/scenario.yaml': `extends: dns-only
title: Test
tasks:
  - { id: first, points: 2, title: First, check: { dns.queried: { name: www.host0.org } } }
  - { id: second, points: 3, title: Second, check: { dns.queried: { name: www.host1.org } } }
  - { id: third, points: 4, title: Third, check: { dns.queried: { name: www.host2.org } } }
  - { id: serves, points: 1, title: Serves, check: { dns.answers: { name: "\${domain}", type: SOA } } }
  - { id: again, points: 1, title: Again, check: { dns.answers: { name: "\${domain}", type: SOA } }, phases: [{ stop: dns }, { start: dns }] }
  - { id: there, points: 1, title: There, check: { dns.queried: { name: "host.\${addressType}.org" } } }
`,
    'r.csv': 'id;name;email\n1234;Ana;ana@um.es\n5678;Luis;\n',
    'bad.csv': 'id;name\n1234;Ana\nno one;Luis\n',
    'half.csv': 'id;name;email\n1234;Ana;ana@um.es\n;Eva;\n',
  })
  assert.deepEqual(await lab('course', 'roster'), {
    code: 2,
    out: '',
    err: `lab course: there is no course in ${join(folder, 'course')}. Make one with: lab course init, or name its folder: --course FOLDER\n`,
  })
  assert.equal((await lab('course', 'init', '--name', 'Telematics')).code, 0)
  const bad = await lab('course', 'roster', 'import', 'bad.csv', '--lang', 'es')
  assert.equal(bad.code, 2)
  assert.match(bad.err, /^bad\.csv:3:1 id: "no one" no es un identificador de estudiante/)
  assert.match(
    (await lab('course', 'roster', 'import', 'r.csv')).out,
    /^new: 2, changed: 0; the course has 2 students/,
  )
  const half = await lab('course', 'roster', 'import', 'half.csv')
  assert.deepEqual([half.code, half.out.split(';')[0]], [1, 'new: 0, changed: 0'])
  assert.match(half.err, /^half\.csv:3:1 id: "Eva" has no id, and is left out\n[^]*import the file again/)
  assert.match((await lab('course', 'launch', 'my', '9999')).err, /"9999" is no student of the course/)
  assert.match((await lab('course', 'launch', 'my', '--all', '-o', 'out')).out, /launch files issued: 2\./)
  assert.match((await lab('course', 'launch', 'my', '--all')).out, /launch files issued: 0, unchanged: 2\./)
  assert.deepEqual(readdirSync(join(folder, 'out')), ['1234.launch.json', '5678.launch.json'])
  const key = readFileSync(join(folder, 'course', 'course.key'), 'utf8').trim()
  const issued = readFileSync(join(folder, 'out', '1234.launch.json'), 'utf8')
  assert.ok(!issued.includes(key))

  await t.test('a launch file that is not right is refused', async () => {
    const start = (...words: readonly string[]): ReturnType<typeof run> =>
      lab('start', '-p', 'any', '--no-console', ...words)
    writeFileSync(join(folder, 'bent.json'), issued.replace('"student": "1234"', '"student": "5678"'))
    assert.match((await start('--launch', 'bent.json')).err, /was changed after it was signed/)
    const other = await start('--launch', 'out/1234.launch.json', '--student', '5678')
    assert.match(other.err, /is that of student 1234, not 5678/)
    assert.match(
      (await start('--launch', 'out/1234.launch.json', '-s', 'dns-only')).err,
      /is for the scenario "my"/,
    )
    writeFiles(folder, { 'my/more.txt': 'x' })
    const changed = await start('--launch', 'out/1234.launch.json')
    assert.deepEqual([changed.code, changed.out], [2, ''])
    assert.match(changed.err, /for another version of the scenario "my"/)
    writeFiles(folder, { 'my/.hidden': '' })
    assert.match((await lab('submit')).err, /nothing to hand in/)
  })

  rmSync(join(folder, 'my', 'more.txt'))
  for (let time = 0; time < 2; time += 1) {
    const words = ['--launch', 'out/1234.launch.json', '-p', 'any', '--no-console', '--bind', '::1']
    await using program = await startLab(words, { folder })
    assert.match(program.out, /lab submit +make the file to hand in/)
    const port = Number(/\[::1\]:(\d+)/.exec(program.out)?.[1])
    await ask(port, `www.host${time}.org`)
    await ask(port, 'host.AAAA.org')
    if (time === 0) {
      const early = await lab('submit', '-o', 'early.telelab')
      assert.equal(early.code, 0)
      assert.match(early.out, /^The lab is running: its tasks are checked first\n/)
      // What stops a service is left to the student.
      assert.match(early.err, /^warning: nothing shows that these tasks have passed: again\. .*`?lab check/)
    } else assert.equal((await lab('check')).code, 1)
    program.process.kill('SIGTERM')
    await program.finished
  }
  const submitted = await lab('submit', '-o', 'ana.telelab', 'r.csv')
  assert.deepEqual([submitted.code, submitted.err], [0, ''])
  assert.match(submitted.out, /\d+ facts of 2 runs, r\.csv.*\nBy its tasks it has 8 of 12 points/)
  assert.deepEqual((await faultsIn(join(folder, 'early.telelab'))).kinds, [])
  const { kinds, facts } = await faultsIn(join(folder, 'ana.telelab'))
  assert.deepEqual(kinds, [])
  assert.ok(facts > 4)
  assert.ok(existsSync(join(folder, '.lab', 'my', 'launch.json')))

  await t.test('it is graded by its journal, and so is what was bent, forged or copied', async () => {
    const bent = readFileSync(join(folder, 'ana.telelab'))
    bent[bent.length >> 1] = (bent[bent.length >> 1] ?? 0) ^ 1
    writeFiles(folder, {
      'in/ana.telelab': readFileSync(join(folder, 'ana.telelab')),
      'in/bent.telelab': bent,
    })
    const graded = await lab('grade', 'my', 'in', '-f', 'json=class.json')
    assert.deepEqual([graded.code, graded.err], [4, ''])
    const reports = readReports(readFileSync(join(folder, 'class.json'), 'utf8'))
    const seen = reports.map(({ target, results, flags }) => [
      target.replace(/.*\//, ''),
      results.map(({ score }) => score),
      flags.length > 0,
    ])
    assert.deepEqual(seen, [
      ['ana.telelab', [2, 3, 0, 1, 1, 1], false],
      ['bent.telelab', [0, 0, 0, 0, 0, 0], true],
    ])
  })
})
