import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { reportsSchema } from '../../lab/grading/formats/json.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { Program, run, type Finished } from '../program.ts'
import { until } from '../talk.ts'
import { dropEcho } from './grade-course.ts'

/** A server on the loopback that sends back what the function makes of each chunk. */
async function listening(
  answer: (octets: Buffer) => Buffer | string,
): Promise<AsyncDisposable & { port: number }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (octets: Buffer) => socket.write(answer(octets)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

const right = (octets: Buffer): Buffer | string => octets
const half = (octets: Buffer): string => octets.toString('latin1').replaceAll(/[<>"]/g, '')
const wrong = (): string => 'help\r\n'

async function graded(folder: string, ...words: readonly string[]): Promise<Finished> {
  return run(['grade', ...words, '--services', dropEcho(folder)], { folder })
}

for (const [what, answer, code, total] of [
  ['right', right, 0, 'Total: 5 of 5 points (2 passed)'],
  ['half right', half, 1, 'Total: 3.5 of 5 points (1 passed, 1 failed)'],
  ['wrong', wrong, 1, 'Total: 0 of 5 points (1 failed, 1 blocked)'],
] as const) {
  test(`a server that is ${what}`, async () => {
    using folder = temporaryFolder()
    await using server = await listening(answer)
    const { out, err, code: ended } = await graded(folder.path, 'echo', '-t', `127.0.0.1:${server.port}`)
    assert.equal(err, '')
    assert.ok(out.endsWith(`${total}\n`), out)
    assert.equal(ended, code)
  })
}

test('the caret stands below the first wrong character, in Spanish, too', async () => {
  using folder = temporaryFolder()
  await using server = await listening(wrong)
  const { out } = await graded(folder.path, 'echo', '-t', `127.0.0.1:${server.port}`, '--lang', 'es')
  assert.match(out, /esperado {2}hello\n +recibido {2}help\n {21}\^ desde el carácter 4\n/)
  assert.match(out, new RegExp(`compruébalo: nc 127\\.0\\.0\\.1 ${server.port}\n`))
})

test('all formats at once, into files', async () => {
  using folder = temporaryFolder()
  await using server = await listening(half)
  writeFiles(folder.path, { 'sheet.csv': 'Identificador,Calificación,Comentarios\r\nParticipante 7,,\r\n' })
  const names = [
    'text',
    'json',
    'junit',
    'tap',
    'gradescope',
    'github',
    'github-annotations',
    'csv',
    'moodle',
    'html',
  ]
  const words = names.flatMap((name) => ['--format', `${name}=out.${name}`])
  const { out, code, err } = await graded(
    folder.path,
    'echo',
    '-t',
    `7/127.0.0.1:${server.port}`,
    '--worksheet',
    'sheet.csv',
    '--no-fail',
    ...words,
  )
  assert.deepEqual([out, err, code], ['7: 3.5 of 5 points (1 passed, 1 failed)\n', '', 0])
  for (const name of names)
    assert.match(readFileSync(join(folder.path, `out.${name}`), 'utf8'), /3\.5|"passed"|echo/)
  assert.match(
    readFileSync(join(folder.path, 'out.moodle'), 'utf8'),
    /^Identificador.*\r\nParticipante 7,3\.5,/,
  )
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name.startsWith('.')),
    [],
  )
})

test('a grader that is killed in mid-run leaves whole files, in which the unfinished has 0 and a reason', async () => {
  using folder = temporaryFolder()
  await using server = await listening(right)
  const services = dropEcho(folder.path)
  const target = ['-t', `127.0.0.1:${server.port}`, '--domain', 'slow.example', '--services', services]
  const files = ['-f', 'json=r.json', '-f', 'gradescope=g.json', '-f', 'junit=r.xml']
  await using grader = new Program(['grade', 'echo', ...target, ...files], { folder: folder.path })
  const text = (name: string): string => {
    const path = join(folder.path, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  await until(() => text('r.json').split('"outcome": "passed"').length === 3, 'two cases to pass')
  grader.process.kill('SIGKILL')
  await grader.finished
  const [report] = reportsSchema.parse(JSON.parse(text('r.json'))).reports
  assert.deepEqual([report?.total.score, report?.total.points], [5, 7])
  const last = report?.results.at(-1)
  assert.deepEqual(
    [last?.id, last?.outcome, last?.score, last?.reason?.en],
    ['echo.dozes', 'failed', 0, 'not finished: the grading ended before'],
  )
  assert.match(JSON.parse(text('g.json')).tests.at(-1).output, /not finished/)
  assert.match(text('r.xml'), /not finished[^]*<\/testsuites>\n$/)
})

test('an interrupted grader says so in its results', async () => {
  using folder = temporaryFolder()
  await using server = await listening(right)
  const words = [
    'grade',
    'echo',
    '-t',
    `127.0.0.1:${server.port}`,
    '--domain',
    'slow.example',
    '-f',
    'csv=r.csv',
  ]
  await using grader = new Program([...words, '--services', dropEcho(folder.path)], { folder: folder.path })
  const csv = join(folder.path, 'r.csv')
  await until(() => existsSync(csv) && readFileSync(csv, 'utf8').includes(',5,7,2,'), 'two cases to pass')
  grader.process.kill('SIGINT')
  const { code, out } = await grader.finished
  assert.deepEqual([code, out], [1, `127.0.0.1:${server.port}: 5 of 7 points (2 passed, 1 failed)\n`])
})

test('a broken check costs no points, and the exit code tells the teacher', async () => {
  using folder = temporaryFolder()
  await using server = await listening(right)
  const words = ['echo', '-t', `127.0.0.1:${server.port}`, '--domain', 'broken.example']
  const { code, out, err } = await graded(folder.path, ...words)
  assert.equal(code, 3)
  assert.match(out, /Total: 7 of 7 points \(2 passed, 1 broken\)\n$/)
  assert.match(err, /a check is broken: .*TypeError: x is undefined/)
})

test('a class: several targets, then their reports, into one table', async () => {
  using folder = temporaryFolder()
  await using good = await listening(right)
  await using bad = await listening(wrong)
  const targets = ['-t', `ana/127.0.0.1:${good.port}`, '-t', `=luis/echo=127.0.0.1:${bad.port}`]
  const wrongName = await graded(folder.path, 'echo', ...targets)
  assert.equal(wrongName.code, 2)
  const named = targets.map((word) => word.replace('=luis', 'luis'))
  const table =
    'student,lab,score,max,passed,failed,blocked,late,flags,problems\r\n' +
    'ana,echo,5,5,2,0,0,,,\r\nluis,echo,0,5,0,1,1,,,echo.answers\r\n'
  const { code, out, err } = await graded(folder.path, 'echo', ...named, '-f', 'csv', '-f', 'json=all.json')
  assert.deepEqual([err, code, out], ['', 1, table])
  const again = await run(['grade', 'all.json', '--format', 'csv'], { folder: folder.path })
  assert.deepEqual([again.err, again.code, again.out], ['', 1, table])
})

test('--list tells the cases; --only takes what a case needs, too; --skip leaves out', async () => {
  using folder = temporaryFolder()
  await using server = await listening(right)
  const { out } = await graded(folder.path, 'echo', '--list')
  assert.match(out, /^Echo\n\necho: 4 cases, 9 points\n {5}2 {2}answers +It answers \(RFC 862\)\n/)
  const target = ['-t', `127.0.0.1:${server.port}`]
  const only = await graded(folder.path, 'echo', ...target, '--only', 'echo.answers-all')
  assert.match(only.out, /5 of 5 points \(2 passed\)/)
  const skip = await graded(folder.path, 'echo', ...target, '--skip', 'answers')
  assert.match(skip.out, /3 of 3 points \(1 passed\)/)
})

test('--files writes what the server must serve, over nothing of anybody', async () => {
  using folder = temporaryFolder()
  const words = ['grade', 'dns', '--domain', 'x.test', '--files', 'zone']
  const { code, out, err } = await run(words, { folder: folder.path })
  assert.deepEqual([err, code, out.trim()], ['', 0, join(folder.path, 'zone', 'suite.db')])
  assert.match(readFileSync(out.trim(), 'utf8'), /^\$ORIGIN x\.test\.$/m)
  const again = await run(words, { folder: folder.path })
  assert.deepEqual([again.code, /zone is not empty/.test(again.err)], [2, true])
  const none = await run(['grade', 'smtp', '--files', 'mail'], { folder: folder.path })
  assert.deepEqual([none.code, existsSync(join(folder.path, 'mail'))], [0, false])
})

const mistakes: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [[], /say what to grade/],
  [['ecoh', '-t', '127.0.0.1:1'], /"ecoh" is not one of: .*\(did you mean "echo"\?\)/],
  [['echo'], /say which server to grade: --target HOST:PORT/],
  [['echo', '-t', '127.0.0.1:99999'], /--target takes \[STUDENT\/\]\[ENDPOINT=\]HOST\[:PORT\]/],
  [['echo', '-t', 'other=127.0.0.1:7'], /--target other=127\.0\.0\.1:7: "other" is not one of: echo/],
  [['echo', '-t', '255.255.255.255:7'], /nothing is sent to many/],
  [['echo', '-t', '224.0.0.251:7'], /nothing is sent to many/],
  [['echo', '-t', '127.255.255.255:7'], /nothing is sent to many/],
  [['echo', '-t', '0.0.0.0:7'], /nothing is sent to many/],
  [['echo', '-t', '[ff02::1]:7'], /nothing is sent to many/],
  [['echo', '-t', '127.0.0.1:7', '--only', 'answer'], /--only: "answer" .*did you mean "answers"/],
  [['echo', '-t', '127.0.0.1:7', '-f', 'xml'], /--format: "xml" is not one of: text, json/],
  [['echo', '-t', '127.0.0.1:7', '-f', 'moodle'], /--worksheet FILE/],
  [['echo', '-t', '127.0.0.1:7', '-f', 'csv=a', '-f', 'json=a'], /is there twice/],
  [['echo', '-t', '127.0.0.1:7', '--account', 'secret'], /^lab grade: --account takes NAME:PASSWORD\n$/],
  [['echo', '-t', '127.0.0.1:7', '--ca', 'none.pem'], /--ca: .*none\.pem is not what is needed/],
  [['echo', '-t', '127.0.0.1:7', '--time', '0'], /--time takes a whole number/],
]

for (const [words, says] of mistakes) {
  test(`lab grade ${words.join(' ')} is a mistake`, async () => {
    using folder = temporaryFolder()
    const { code, out, err } = await graded(folder.path, ...words)
    assert.match(err, says)
    assert.deepEqual([code, out], [2, ''])
  })
}

test('a file that cannot be written is told at once', async () => {
  using folder = temporaryFolder()
  const { code, err } = await graded(folder.path, 'echo', '-t', '127.0.0.1:7', '-f', 'json=none/r.json')
  assert.equal(code, 1)
  assert.match(err, /the results cannot be written to/)
})

for (const [language, heading] of [
  ['en', /^lab grade SUITE[\s\S]*Options[\s\S]*--target[\s\S]*Examples[\s\S]*lab grade/],
  ['es', /^lab grade BATERÍA[\s\S]*Opciones[\s\S]*MÁQUINA[\s\S]*Ejemplos[\s\S]*lab grade/],
] as const) {
  test(`the help in ${language}`, async () => {
    using folder = temporaryFolder()
    const { code, out, err } = await run(['grade', '--help', '--lang', language], { folder: folder.path })
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, heading)
  })
}

test('the commands of the README are understood', async () => {
  using folder = temporaryFolder()
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  const lines = [...readme.matchAll(/^npx lab grade (.*)$/gm)].map(([, line = '']) =>
    line.replace(/ {2,}#.*/, ''),
  )
  assert.ok(lines.length > 4)
  // Files that somebody has to make first: the tour of a course makes them.
  const needsFiles = /\.json|\.telelab/
  for (const line of lines.filter((text) => !needsFiles.test(text.replace(/--?f\S* \S+/g, '')))) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? word)
    const { code, out, err } = await run(['grade', ...words, '--list'], { folder: folder.path })
    assert.deepEqual([code, err], [0, ''], line)
    assert.match(out, /\d+ cases, [\d.]+ points/)
  }
})

test('lab grade takes its options before its name too', async () => {
  using folder = temporaryFolder()
  await using server = await listening(right)
  const words = [
    '-t',
    `127.0.0.1:${server.port}`,
    '--format',
    'csv',
    '--seed',
    'x',
    '--services',
    dropEcho(folder.path),
  ]
  const { code, out } = await run([...words, 'grade', 'echo'], { folder: folder.path })
  assert.match(out, /^student,lab.*\r\n127.*,echo,5,5,/)
  assert.equal(code, 0)
})
