import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fields } from '../../../lab/kit/http/request.ts'
import {
  AccessLog,
  combinedLine,
  requestLine,
  type AccessEntry,
  type AccessLogTools,
} from '../../../lab/web/access-log.ts'
import { runAndKill } from '../../kill.ts'
import { temporaryFolder } from '../../lab.ts'
import { until } from '../../talk.ts'
import { ManualClock } from './clock.ts'

const windows = process.platform === 'win32'

const entry: AccessEntry = {
  at: Date.UTC(2000, 9, 10, 13, 55, 36, 999),
  host: '127.0.0.1',
  user: 'frank',
  line: 'GET /apache_pb.gif HTTP/1.0',
  status: 200,
  octets: 2326,
  referer: 'http://www.example.com/start.html',
  agent: 'Mozilla/4.08 [en] (Win98; I ;Nav)',
}

/** Strict: each field has its own form, and a quote within quotes stands behind a backslash. */
const combined =
  /^[0-9a-f.:]+ - [!-~]+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "(?:[ !#-[\]-~]|\\[\\"bnrtv]|\\x[0-9a-f]{2})*" \d{3} (?:-|[1-9]\d*) "(?:[ !#-[\]-~]|\\[\\"bnrtv]|\\x[0-9a-f]{2})*" "(?:[ !#-[\]-~]|\\[\\"bnrtv]|\\x[0-9a-f]{2})*"$/

/** A log with a clock of its own, and what it has complained of. */
function openLog(
  path: string,
  largest?: number,
): { log: AccessLog; clock: ManualClock; said: string[]; flush: () => void } {
  const clock = new ManualClock()
  const said: string[] = []
  const note = (fields: object, message: string): void => {
    const lost = 'lost' in fields ? ` ${String(fields.lost)}` : ''
    said.push(`${message}${lost}`)
  }
  const tools: AccessLogTools = { clock, log: { warn: note, error: note }, ...(largest && { largest }) }
  return { log: new AccessLog(path, tools), clock, said, flush: () => clock.advance(100) }
}

const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n')

test("a line is the one of Apache's documentation", () => {
  assert.equal(
    combinedLine(entry),
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 +0000] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
  )
  const { at, host } = entry
  assert.equal(
    combinedLine({ at, host, line: undefined, status: 408, octets: 0 }),
    '127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "-" 408 - "-" "-"',
  )
})

test('no client can end a field or a line, or make it long', () => {
  const nasty = [
    '"',
    '\\',
    '\\"',
    'a" 200 5 "b" "c',
    '\r\n127.0.0.1 - - []',
    '\0\b\t\v\x1b[2J\x7f',
    'caf\xe9\xff',
    '€',
    'x'.repeat(100_000),
    '"'.repeat(5000),
    '',
  ]
  for (const text of nasty) {
    const line = combinedLine({ ...entry, user: text, line: text, referer: text, agent: text })
    assert.match(line, combined)
    assert.ok(line.length < 14_000, String(line.length))
    // As a reader does who knows no more than blanks, brackets and quotes: the number of fields stays the same.
    assert.equal(line.match(/^(\S+) (\S+) (\S+) \[([^\]]+)\] "(?:\\.|[^"\\])*" (\d+) (\S+) /)?.[5], '200')
  }
  const told = (agent: string): string | undefined =>
    /"([^ ]*)"$/.exec(combinedLine({ ...entry, agent }))?.[1]
  assert.equal(told('"\\\b\n\r\t\v'), '\\"\\\\\\b\\n\\r\\t\\v')
  assert.equal(told('\0\x1f\x7f\xe9'), '\\x00\\x1f\\x7f\\xe9')
  assert.equal(told('x'.repeat(2000))?.length, 1024)
  assert.match(combinedLine({ ...entry, user: 'ana maria' }), / - ana\\x20maria \[/)
})

test('the readers of such logs find their fields', () => {
  const line = combinedLine({ ...entry, status: 404, octets: 0, user: undefined })
  // The form of fail2ban's filters for Apache and nginx, which have cut the date out of the brackets.
  const undated = line.replace(/\[[^\]]*\]/, '[]')
  const failed = /^(?<host>[\d.]+) - \S+ \[\] "(?:GET|POST|HEAD) (?<path>\/\S*) \S+" 404 .+$/.exec(undated)
  assert.deepEqual({ ...failed?.groups }, { host: '127.0.0.1', path: '/apache_pb.gif' })
  // The form of AWStats' LogFormat 1: host, other, logname, time1, methodurl, code, bytesd, refererquot, uaquot.
  const parts =
    /^([^ ]+) [^ ]+ ([^ ]+) \[([^ ]+) [^ ]+\] "([^ ]+) ([^ ]+) [^"]+" ([^ ]+) ([^ ]+) "([^"]*)" "([^"]*)"$/.exec(
      line,
    )
  assert.deepEqual(parts?.slice(1), [
    '127.0.0.1',
    '-',
    '10/Oct/2000:13:55:36',
    'GET',
    '/apache_pb.gif',
    '404',
    '-',
    entry.referer,
    entry.agent,
  ])
})

test('the request line of a head is told if all of it was read', () => {
  const fields = new Fields()
  assert.equal(requestLine({ fields, method: 'GET', target: '/a', version: '1.0' }), 'GET /a HTTP/1.0')
  assert.equal(requestLine({ fields, method: 'GET' }), undefined)
})

test('lines are written in batches, and the last of them at the end', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  {
    const { log, clock, flush } = openLog(path)
    await using _log = log
    log.add(entry)
    log.add({ ...entry, at: entry.at + 1 })
    assert.equal(clock.started, 1)
    assert.equal(existsSync(path), false)
    flush()
    await until(() => existsSync(path) && lines(path).length === 3)
    if (!windows) assert.equal(statSync(path).mode & 0o777, 0o600)
    log.add({ ...entry, status: 404 })
    assert.equal(lines(path).length, 3)
  }
  const [first, second, third, end] = lines(path)
  assert.equal(first, combinedLine(entry))
  assert.match(second ?? '', /:55:37 \+0000/)
  assert.match(third ?? '', / 404 /)
  assert.equal(end, '')
})

test('an entry after the end is no error, and leaves no timer', async () => {
  using folder = temporaryFolder()
  const { log, clock } = openLog(join(folder.path, 'access.log'))
  await log[Symbol.asyncDispose]()
  log.add(entry)
  assert.equal(clock.pending, 0)
})

test('a full file becomes the old one, of which there is one', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  const size = combinedLine(entry).length + 1
  for (let run = 0; run < 2; run += 1) {
    const { log, flush } = openLog(path, 3 * size)
    await using _log = log
    for (let line = 0; line < 4; line += 1) {
      log.add({ ...entry, status: 200 + run * 4 + line })
      flush()
    }
  }
  const statuses = (file: string): string[] =>
    lines(file).flatMap((line) => / (2\d\d) /.exec(line)?.[1] ?? [])
  assert.deepEqual(
    [statuses(`${path}.1`), statuses(path)],
    [
      ['203', '204', '205'],
      ['206', '207'],
    ],
  )
  assert.equal(existsSync(`${path}.2`), false)
})

test('a file that cannot be written costs its lines and one complaint, until it can', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  mkdirSync(path)
  const { log, said, flush } = openLog(path)
  await using _log = log
  for (let line = 0; line < 3; line += 1) {
    log.add(entry)
    flush()
  }
  await until(() => said.length === 1)
  // What is written later comes after all that was lost.
  log.add(entry)
  flush()
  await new Promise((resolve) => setTimeout(resolve, 50))
  rmdirSync(path)
  log.add({ ...entry, status: 201 })
  flush()
  await until(() => said.length === 2)
  assert.deepEqual(said, [
    'the access log cannot be written; its lines are lost',
    'the access log is written again 4',
  ])
  assert.match(readFileSync(path, 'utf8'), /^[^\n]* 201 [^\n]*\n$/)
})

test(
  'a full disk is complained of once',
  { skip: existsSync('/dev/full') ? false : 'needs /dev/full' },
  async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'access.log')
    symlinkSync('/dev/full', path)
    const { log, said, flush } = openLog(path)
    for (let line = 0; line < 3; line += 1) {
      log.add(entry)
      flush()
    }
    await log[Symbol.asyncDispose]()
    assert.deepEqual(said, ['the access log cannot be written; its lines are lost'])
  },
)

test('a slow disk costs lines, not memory', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  const { log, said } = openLog(path)
  const large = { ...entry, agent: '"'.repeat(1024) }
  // All within one turn of the event loop, so that nothing is written in between.
  for (let line = 0; line < 4000; line += 1) log.add(large)
  await log[Symbol.asyncDispose]()
  const written = lines(path)
  assert.deepEqual(said, [
    'the access log cannot be written; its lines are lost',
    `the access log is written again ${4001 - written.length}`,
  ])
  assert.ok(written.length < 2100 && written.length > 1500, String(written.length))
  for (const line of written.slice(0, -1)) assert.match(line, combined)
})

test('what a full disk lets through of a batch is taken back', { skip: windows }, () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  const child = join(import.meta.dirname, 'access-log-child.ts')
  // 16 blocks of 512 or 1,024 octets: the first lines fit, the many that follow do not, the last does.
  execFileSync('sh', ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, child, path, 'full'], {
    timeout: 30_000,
  })
  const written = lines(path)
  assert.equal(written.pop(), '')
  for (const line of written) assert.match(line, combined)
  assert.deepEqual(
    written.map((line) => / (2\d\d) /.exec(line)?.[1]),
    ['201', '203'],
  )
})

test('after a kill the next run begins on a line of its own', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'access.log')
  const whole = `${combinedLine(entry)}\n`
  for (const [left, kept] of [
    ['', ''],
    [whole, whole],
    [`${whole}127.0.0.1 - - [10/Oct`, whole],
    ['127.0.0.1 - - [10/Oct', ''],
    [`${whole.repeat(300)}x`, whole.repeat(300)],
  ] as const) {
    writeFileSync(path, left)
    const { log } = openLog(path)
    log.add({ ...entry, status: 201 })
    await log[Symbol.asyncDispose]()
    assert.equal(readFileSync(path, 'utf8'), `${kept}${combinedLine({ ...entry, status: 201 })}\n`)
  }
  const child = join(import.meta.dirname, 'access-log-child.ts')
  for (let kills = 0; kills < 3; kills += 1) await runAndKill(child, path, 40)
  const { log } = openLog(path)
  log.add({ ...entry, status: 299 })
  await log[Symbol.asyncDispose]()
  const written = lines(path)
  // The last kill may have come just after the file was changed.
  const old = existsSync(`${path}.1`) ? lines(`${path}.1`).slice(0, -1) : []
  assert.ok(old.length + written.length > 100, `${old.length} and ${written.length}`)
  for (const line of old) assert.match(line, combined)
  assert.deepEqual(written.slice(-1), [''])
  for (const line of written.slice(0, -1)) assert.match(line, combined)
})
