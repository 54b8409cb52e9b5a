import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LabError } from '../../../lab/host/error.ts'
import { fillText, sourceColumn } from '../../../lab/scenario/fill.ts'
import { findScenario } from '../../../lab/scenario/layers.ts'
import { parseTree, valueOf } from '../../../lab/scenario/tree.ts'
import { loadYaml } from '../../../lab/scenario/yaml.ts'
import { readScenario, temporaryFolder, writeFiles } from '../../lab.ts'

const windows = process.platform === 'win32' && 'Windows has no FIFO among its files'

/** What takes the place of a file, and how the scenario's author learns of it. */
const replacements: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ['a folder', (path) => mkdirSync(path), /is no file; put a text file in its place|EISDIR/],
  // Nobody writes to it: to wait for a writer would hold up every lab of the process.
  ['a FIFO', (path) => execFileSync('mkfifo', [path]), /is no file; put a text file in its place/],
  [
    '100 MB',
    (path) => (writeFileSync(path, ''), truncateSync(path, 100_000_000)),
    /is longer than \d+ bytes/,
  ],
  ['nothing', () => undefined, /cannot be read: ENOENT|there is no file/],
]

for (const [what, replace, wanted] of replacements) {
  test(`a scenario that ${what} has replaced is told as such`, { skip: windows }, async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'scenario.yaml')
    replace(file)
    await assert.rejects(
      readScenario(file),
      (error: unknown) => error instanceof LabError && error.blame === 'wrong' && wanted.test(error.text.en),
    )
  })

  test(`a zone that ${what} has replaced is told as such`, { skip: windows }, async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'z.db')
    writeFiles(folder.path, {
      'scenario.yaml': 'title: T\nextends: sstt\nservices:\n  dns: { zone: z.db }\n',
    })
    replace(file)
    const { scenario, problems } = await readScenario(join(folder.path, 'scenario.yaml'))
    assert.equal(scenario, undefined)
    assert.match(problems.map(({ message }) => message.en).join('\n'), wanted)
    rmSync(file, { recursive: true, force: true })
  })
}

test('what can be no path is a scenario that does not exist', () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { file: '' })
  for (const wanted of ['a'.repeat(5000), 'a\0b', 'file/below', '\0']) {
    assert.throws(
      () => findScenario(wanted, [], folder.path),
      (error: unknown) => error instanceof LabError && error.blame === 'wrong',
      wanted.slice(0, 10),
    )
  }
})

test('NUL bytes in a scenario are no reason to fall over', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'scenario.yaml')
  writeFileSync(file, Buffer.alloc(5000))
  assert.equal((await readScenario(file)).scenario, undefined)
  writeFileSync(file, 'title: T\nextends: "a\\0b"\n')
  assert.match((await readScenario(file)).problems[0]?.message.en ?? '', /there is no scenario/)
})

test('a long text full of variables is filled in one pass', { timeout: 60_000 }, () => {
  const line = 'h A ${address} ; ${domain}\n'
  const values = { address: '127.0.0.1', domain: 'x' }
  const place = { file: 'zone', line: 1, column: 1 }
  const filled = fillText(line.repeat(200_000), values, place)
  assert.equal(filled.text, 'h A 127.0.0.1 ; x\n'.repeat(200_000))
  assert.deepEqual(filled.fillings.at(-1), { line: 200_000, column: 17, length: 1, was: 9 })
  assert.equal(sourceColumn(filled.fillings, 200_000, 18), 27)
  const flat = fillText('${domain} '.repeat(200_000), values, place)
  assert.equal(flat.fillings.at(-1)?.column, 2 * 199_999 + 1)
})

test('of many unknown variables the first hundred are told, each at its place', () => {
  const { problems } = fillText('a\nb ${no} ${nor}\n'.repeat(500), {}, { file: 'f', line: 3, column: 5 })
  assert.equal(problems.length, 100)
  assert.deepEqual(
    problems.slice(0, 3).map(({ line, column }) => [line, column]),
    [
      [4, 3],
      [4, 9],
      [6, 3],
    ],
  )
  const [inFirst] = fillText('${no}', {}, { file: 'f', line: 3, column: 5 }).problems
  assert.deepEqual([inFirst?.line, inFirst?.column], [3, 5])
})

test('aliases stand for the last anchor before them, however many there are', { timeout: 60_000 }, () => {
  const { tree, problems } = parseTree(
    loadYaml(),
    'f',
    'a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: [&y [3, *x], *y]\n',
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(valueOf(tree), {
    a: 1,
    b: 1,
    c: 2,
    d: 2,
    e: [
      [3, 2],
      [3, 2],
    ],
  })
  const many = parseTree(loadYaml(), 'f', `a: &x 1\nb: [${'*x, '.repeat(9_000)}]\n`)
  assert.deepEqual(many.problems, [])
  assert.match(parseTree(loadYaml(), 'f', 'a: &a [*a]\n').problems[0]?.message.en ?? '', /nests too deep/)
})

test('parameters that cannot mean anything are told', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'scenario.yaml')
  const told = async (params: string): Promise<string> => {
    writeFileSync(file, `title: T\nparams: ${params}\n`)
    return (await readScenario(file)).problems
      .map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message.en}`)
      .join()
  }
  assert.equal(
    await told('{ n: { kind: integer, min: 9, max: 1 } }'),
    '2:11 params.n: "min" (9) is greater than "max" (1)',
  )
  for (const name of ['student', 'domain', 'address', 'addressType', 'scenario'])
    assert.match(await told(`{ ${name}: { kind: student } }`), /is given by the lab already/)
})

test('the shipped zone holds at an IPv4 and at an IPv6 address', async () => {
  const sstt = findScenario('sstt', [join(import.meta.dirname, '..', '..', '..', 'scenarios')])
  for (const address of ['127.0.0.1', '::1', '2001:db8::5']) {
    const { scenario, problems } = await readScenario(sstt, { address })
    assert.deepEqual(problems, [], address)
    assert.match(
      scenario?.instances.find(({ name }) => name === 'dns')?.files.text('zone.db') ?? '',
      address.includes(':') ? new RegExp(`^www +IN +AAAA +${address}$`, 'm') : /^www +IN +A +127\.0\.0\.1$/m,
    )
  }
})
