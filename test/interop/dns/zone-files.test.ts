import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FileError, type Problem } from '../../../lab/service.ts'
import { canonicalData } from '../../../services/dns/records/canonical.ts'
import { MNEMONICS, typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { apexOf, checkZone } from '../../../services/dns/zone/check.ts'
import { parseFile, type ZoneRecord } from '../../../services/dns/zone/parser.ts'
import { printZone } from '../../../services/dns/zone/print.ts'
import { missing, missingPython, PYTHON } from '../../tool.ts'
import { START } from '../../unit/dns/master.ts'
import { LOADED, READ_OTHERWISE, STRICTER } from './zone-files/loaded.ts'
import { REFUSED } from './zone-files/refused.ts'

const FILES = new URL('zone-files/', import.meta.url).pathname
/** Each file that both read, and the zone in it. */
const ZONES: readonly (readonly [string, string])[] = [
  ['types.db', 'example.org'],
  ['syntax.db', 'example.org'],
  ['generate.db', 'example.org'],
  ['include.db', 'example.org'],
  ['default-ttl.db', 'example.org'],
  ['last-ttl.db', 'example.org'],
  ['reverse.db', '2.0.192.in-addr.arpa'],
]

const skip = missing('named-compilezone', 'named-checkzone')
const scratch = mkdtempSync(join(tmpdir(), 'telelab-zones-'))
after(() => rmSync(scratch, { recursive: true }))

interface Result {
  readonly code: number
  /** Standard output, the zone itself from `named-compilezone -o -`. */
  readonly output: string
  readonly messages: string
}

function run(folder: string, program: string, ...options: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(program, options, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout, messages: stdout + stderr })
    })
  })
}

/** BIND's own text of a zone. */
async function compile(folder: string, origin: string, file: string): Promise<string> {
  const lenient = ['-k', 'ignore', '-m', 'ignore', '-n', 'ignore', '-i', 'none']
  const { code, output, messages } = await run(
    folder,
    'named-compilezone',
    ...lenient,
    '-o',
    '-',
    origin,
    file,
  )
  assert.equal(code, 0, messages)
  return output
}

interface Reading {
  readonly records: readonly ZoneRecord[]
  readonly errors: readonly Problem[]
  readonly printed: string
}

function read(origin: string, file: string, text: (file: string) => string): Reading {
  const name = parseName(origin, ROOT)
  const parsed = parseFile(file, name, text)
  const apex = apexOf(parsed.records, name)
  const problems = [...parsed.problems, ...checkZone(file, parsed, apex)]
  const errors = problems.filter((problem) => problem.severity !== 'warning')
  return { records: parsed.records, errors, printed: printZone(parsed.records, apex) }
}

function readCorpus(origin: string, file: string): Reading {
  return read(origin, file, (name) => readFileSync(join(FILES, name), 'utf8'))
}

for (const [file, origin] of ZONES) {
  test(`BIND makes the same of ${file} and of what the lab prints of it`, { skip }, async () => {
    const { printed } = readCorpus(origin, file)
    writeFileSync(join(scratch, file), printed)
    assert.equal(await compile(scratch, origin, file), await compile(FILES, origin, file))
  })
}

/** `type octets` of each record, once. */
function wireOf(records: readonly ZoneRecord[]): readonly string[] {
  const lines = records.map(({ type, data }) => `${type} ${canonicalData(type, data).toString('hex')}`)
  return [...new Set(lines)].toSorted()
}

test(
  'the octets of every type are those that BIND has',
  { skip: skip || missing('named-rrchecker') },
  async () => {
    const output = await compile(FILES, 'example.org', 'types.db')
    const found: string[] = []
    for (const line of output.split('\n')) {
      const data = /^\S+\s+\d+\s+(IN\s.*)$/.exec(line)?.[1]
      if (data === undefined) continue
      const { stdout } = spawnSync('named-rrchecker', ['-u'], { input: data, encoding: 'utf8' })
      const [, type = '', , , ...hex] = stdout.trim().split(/\s+/)
      const octets = canonicalData(Number(type.slice(4)), Buffer.from(hex.join(''), 'hex'))
      found.push(`${type.slice(4)} ${octets.toString('hex')}`)
    }
    assert.ok(found.length > 100)
    assert.deepEqual([...new Set(found)].toSorted(), wireOf(readCorpus('example.org', 'types.db').records))
  },
)

test('dnspython reads what the lab prints to the same octets', { skip: missingPython('dns') }, () => {
  const { records } = readCorpus('example.org', 'types.db')
  // Its release 2.3 does not know the key by its name.
  const input = records.map(({ type, data }) => [
    typeName(type),
    printData(type, data).replace(' dohpath=', ' key7='),
  ])
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(FILES, 'wire.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  const found: readonly (string | null)[] = JSON.parse(stdout)
  const unknown = new Set<string>()
  for (const [index, { type, data }] of records.entries()) {
    if (found[index] === null) unknown.add(typeName(type))
    else assert.equal(found[index], data.toString('hex'), `${typeName(type)} ${printData(type, data)}`)
  }
  assert.deepEqual([...unknown].toSorted(), ['MB', 'MG', 'MINFO', 'MR'])
})

interface Verdict {
  /** The line of the first error that names one. */
  readonly line: number | undefined
  readonly isRefused: boolean
}

async function askBind(lines: string): Promise<Verdict> {
  writeFileSync(join(scratch, 'zone.db'), `${START}${lines}\n`)
  const { code, messages } = await run(scratch, 'named-checkzone', '-i', 'local', 'example.org', 'zone.db')
  const line = /zone\.db:(\d+):/.exec(messages)?.[1]
  return { isRefused: code !== 0, line: line === undefined ? undefined : Number(line) }
}

function readLines(lines: string): Reading {
  return read('example.org', 'zone.db', (file) => {
    if (file === 'zone.db') return `${START}${lines}\n`
    throw new FileError({ en: `there is no file ${file}`, es: `no existe el fichero ${file}` })
  })
}

/** Errors that BIND puts elsewhere: at the end of what is open, at the other of two records. */
const ELSEWHERE: ReadonlySet<string> = new Set(['w CNAME dns\nw A 10.0.0.1', 'w TXT ( a', 'w TXT ( a \nb'])

for (const lines of REFUSED) {
  test(`BIND and the lab refuse ${JSON.stringify(lines)}`, { skip }, async () => {
    const bind = await askBind(lines)
    const { errors } = readLines(lines)
    assert.equal(bind.isRefused, true)
    assert.notEqual(errors.length, 0)
    if (bind.line !== undefined && !ELSEWHERE.has(lines)) assert.equal(errors[0]?.line, bind.line)
  })
}

for (const lines of LOADED) {
  test(`BIND and the lab load ${JSON.stringify(lines)}`, { skip }, async () => {
    assert.equal((await askBind(lines)).isRefused, false)
    assert.deepEqual(readLines(lines).errors, [])
  })
}

for (const { lines, why } of STRICTER) {
  test(`BIND loads ${JSON.stringify(lines)}, the lab does not: ${why}`, { skip }, async () => {
    assert.equal((await askBind(lines)).isRefused, false)
    assert.notEqual(readLines(lines).errors.length, 0)
  })
}

/** The records of the owner w, as `owner ttl type data`. */
function briefly(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('w.'))
    .map((line) =>
      line
        .replace('.example.org.', '')
        .replace(/\sIN\s/, ' ')
        .replaceAll(/\s+/g, ' '),
    )
}

for (const { lines, bind, ours, why } of READ_OTHERWISE) {
  test(`BIND and the lab read ${JSON.stringify(lines)} differently: ${why}`, { skip }, async () => {
    writeFileSync(join(scratch, 'zone.db'), `${START}${lines}\n`)
    assert.deepEqual(briefly(await compile(scratch, 'example.org', 'zone.db')), bind)
    assert.deepEqual(briefly(readLines(lines).printed), ours)
  })
}

test('the corpus holds every type that has a form of its own', () => {
  const present = new Set(readCorpus('example.org', 'types.db').records.map(({ type }) => typeName(type)))
  assert.deepEqual(
    MNEMONICS.filter((mnemonic) => !present.has(mnemonic)),
    [],
  )
})
