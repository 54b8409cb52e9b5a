import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLab, type TestLab } from '../../lab.ts'
import { site } from '../../conformance/http/subject.ts'
import { missing } from '../../tool.ts'
import { run } from './program.ts'

const skip = missing('curl')
const open = (): Promise<TestLab> => openLab('services: { http: { root: www } }', { files: site })
const addressOf = (lab: TestLab): string => {
  const { host, port } = lab.address('http', 'http')
  return `http://${host}:${port}`
}

const status = async (...args: string[]): Promise<string> =>
  (await run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', ...args)).out.toString()

test('curl fetches pages over one connection', { skip }, async () => {
  await using lab = await open()
  const base = addressOf(lab)
  const { code, out, error } = await run(
    'curl',
    '-sv',
    `${base}/`,
    `${base}/large.txt`,
    `${base}/empty.txt`,
    `${base}/sub/`,
  )
  assert.equal(code, 0)
  assert.equal(out.toString(), `<h1>Start</h1>${'x'.repeat(1_000_000)}sub`)
  assert.match(error, /Re-using existing connection/)
  assert.equal(lab.journal.since(0, ['connection.opened']).length, 1)
})

test('curl asks for heads over one connection, and finds no octet too many', { skip }, async () => {
  await using lab = await open()
  const base = addressOf(lab)
  const { out, error } = await run('curl', '-svI', `${base}/`, `${base}/`)
  assert.equal(out.toString().match(/^HTTP\/1\.1 405 /gm)?.length, 2)
  assert.doesNotMatch(error, /Excess/i)
  assert.match(error, /Re-using existing connection/)
})

test('curl sends cookies on two lines', { skip }, async () => {
  await using lab = await open()
  const { out } = await run(
    'curl',
    '-si',
    '-H',
    'Cookie: a=1',
    '-H',
    'Cookie: visits=5',
    `${addressOf(lab)}/`,
  )
  assert.match(out.toString(), /^Set-Cookie: visits=6;/m)
})

test("curl's cookie jar is counted up to the refusal", { skip }, async () => {
  await using lab = await open()
  const folder = mkdtempSync(join(tmpdir(), 'telelab-curl-'))
  try {
    const jar = join(folder, 'jar')
    const seen: string[] = []
    for (let visit = 0; visit < 12; visit++) {
      const { out } = await run(
        'curl',
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        '-b',
        jar,
        '-c',
        jar,
        `${addressOf(lab)}/`,
      )
      seen.push(out.toString())
    }
    assert.deepEqual(seen, [...Array.from({ length: 10 }, () => '200'), '403', '403'])
    const cookies = lab.journal.since(0, ['http.answered']).map(({ data }) => data?.['cookie'])
    assert.deepEqual(cookies.at(3), { before: 3, after: 4 })
    assert.deepEqual(cookies.at(-1), { before: 10 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('curl follows redirections, speaks HTTP/1.0, sends bodies and sees refusals', { skip }, async () => {
  await using lab = await open()
  const base = addressOf(lab)
  assert.equal((await run('curl', '-sL', `${base}/sub`)).out.toString(), 'sub')
  assert.equal((await run('curl', '-s', '--http1.0', `${base}/`)).out.toString(), '<h1>Start</h1>')
  assert.equal(
    (await run('curl', '-s', '-x', base, 'http://other.example/es.html')).out.toString('latin1').length,
    18,
  )
  assert.equal(await status('-I', `${base}/`), '405')
  assert.equal(await status('-d', 'a=b', `${base}/`), '405')
  assert.equal(await status('--path-as-is', `${base}/../../etc/passwd`), '403')
  assert.equal(await status('-H', 'Host:', `${base}/`), '400')
  assert.equal(await status(`${base}/${'a'.repeat(9000)}`), '414')
  assert.equal(await status('-H', `X: ${'a'.repeat(40_000)}`, `${base}/`), '431')
  assert.equal(await status('-X', 'GET', '-H', 'Expect: 100-continue', '-d', 'a=b', `${base}/`), '200')
  assert.equal(await status('-X', 'GET', '-H', 'Transfer-Encoding: chunked', '-d', 'a=b', `${base}/`), '411')
})

test('curl gets the whole page of a refusal while it uploads', { skip }, async () => {
  await using lab = await open()
  const folder = mkdtempSync(join(tmpdir(), 'telelab-curl-'))
  try {
    const file = join(folder, 'upload')
    writeFileSync(file, Buffer.alloc(900_000))
    const { out } = await run(
      'curl',
      '-s',
      '-H',
      'Expect:',
      '--data-binary',
      `@${file}`,
      `${addressOf(lab)}/`,
    )
    assert.match(out.toString(), /This server does not answer this method[^]*<\/html>/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
