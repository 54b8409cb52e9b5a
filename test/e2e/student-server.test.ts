/** The scenario build-your-own-http grades servers that it has never seen: one in C, and one that knows nothing of the coursework. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { reportsSchema } from '../../lab/grading/formats/json.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { addressesIn, run, startLab } from '../program.ts'
import { missing, PYTHON } from '../tool.ts'

const words = (command: string): string[] => [
  'grade',
  'build-your-own-http',
  '--run',
  command,
  '--folder',
  'ana',
]

// Their ten seconds pass beside each other.
describe('servers of students', { concurrency: true }, () => {
  test('a server in C, compiled in the copy, passes everything', { skip: missing('gcc') }, async () => {
    using folder = temporaryFolder()
    writeFiles(folder.path, { 'ana/readme.txt': '' })
    cpSync(join(import.meta.dirname, 'student.c'), join(folder.path, 'ana', 'student.c'))
    const command = 'gcc -O1 -o student student.c && exec ./student {port} www'
    const { code, out, err } = await run(words(command), { folder: folder.path })
    assert.deepEqual([code, err, out.match(/^.*[✗⚑–].*(?:\n {6}.*)*/gmu)], [0, '', null])
    assert.deepEqual(readdirSync(join(folder.path, 'ana')).toSorted(), ['readme.txt', 'student.c'])
  })

  test(
    'a server for anything earns what it deserves, and is told the rest',
    { skip: missing(PYTHON) },
    async () => {
      using folder = temporaryFolder()
      writeFiles(folder.path, { 'ana/www/page.html': 'mine\n', 'ana/www/own.html': 'mine\n' })
      const command = `exec ${PYTHON} -m http.server {port} --bind 127.0.0.1 --directory www`
      const { code, out } = await run([...words(command), '-f', 'text', '-f', 'json=r.json'], {
        folder: folder.path,
      })
      assert.equal(code, 1)
      const { reports } = reportsSchema.parse(JSON.parse(readFileSync(join(folder.path, 'r.json'), 'utf8')))
      const share = (reports[0]?.total.score ?? 0) / (reports[0]?.total.points ?? 1)
      assert.ok(share > 0.3 && share < 0.7, String(share))
      assert.match(out, /⚑ files-replaced: in the copy [^\n]*: www\/page\.html\n/)
      assert.match(out, /✓ +1\/1 +web-sstt\.page /)
      assert.match(out, /web-sstt\.status-line [^]*expected +HTTP\/1\.1 200 OK\n +actual +HTTP\/1\.0 200 OK/)
      assert.equal(readFileSync(join(folder.path, 'ana', 'www', 'page.html'), 'utf8'), 'mine\n')
    },
  )
})

test('a scenario is graded by the suites that it names, and by no others', async () => {
  using folder = temporaryFolder()
  const { out } = await run(['grade', 'build-your-own-http', '--list'], { folder: folder.path })
  assert.deepEqual(
    [...out.matchAll(/^(\S+): \d+ cases/gm)].map(([, name]) => name),
    ['web-sstt'],
  )
  const site = await run(['grade', 'build-your-own-http', '--files', 'site'], { folder: folder.path })
  assert.equal(site.code, 0)
  assert.ok(readdirSync(join(folder.path, 'site', 'www')).includes('index.html'))
})

test('a suite that nobody brings is a mistake of the scenario, with its place', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'scenario.yaml': 'title: T\nservices: { dns: {} }\nsuites:\n  - web-stst\n' })
  const validated = await run(['validate', '.'], { folder: folder.path })
  assert.equal(validated.code, 2)
  assert.match(validated.err, /4:5 suites\[0\]: "web-stst" .*did you mean "web-sstt"/)
  const graded = await run(['grade', 'scenario.yaml', '-t', '127.0.0.1:1'], { folder: folder.path })
  assert.equal(graded.code, 2)
  assert.match(graded.err, /suites: "web-stst" .*did you mean "web-sstt"/)
})

test('who starts the lab of the coursework finds a server to compare with, and how to be graded', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  await using lab = await startLab(['-s', 'build-your-own-http', '--ports', 'any', '--no-console'], at)
  await lab.printed('grade build-your-own-http --run COMMAND')
  const address = addressesIn(lab.out).at(-1)
  assert.ok(address)
  const refused = await fetch(`http://127.0.0.1:${address.port}/`, { headers: { Cookie: 'visits=10' } })
  assert.equal(refused.status, 403)
  assert.equal((await run(['stop'], at)).code, 0)
})

test('who has no tasks is told what to hand in instead of an empty file', async () => {
  using folder = temporaryFolder()
  const at = { folder: folder.path }
  writeFiles(folder.path, { 'participants.csv': 'id,name,email\n9721,One,one@example.org\n', 'server.c': '' })
  await run(['course', 'init', '--name', 'One'], at)
  await run(['course', 'roster', 'import', 'participants.csv'], at)
  await run(['course', 'launch', 'build-your-own-http', '--all', '--out', 'out'], at)
  await using lab = await startLab(['--launch', 'out/9721.launch.json', '--ports', 'any'], at)
  assert.match(lab.out, /build-your-own-http/)
  const empty = await run(['submit'], at)
  assert.deepEqual([empty.code, empty.out], [2, ''])
  assert.match(empty.err, /no tasks[^]*hand in the folder of your server/)
  const named = await run(['submit', 'server.c'], at)
  assert.equal(named.code, 0, named.err)
  assert.match(named.out, /server\.c/)
})
