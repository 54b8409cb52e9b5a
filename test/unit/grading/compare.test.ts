import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PrintMaker, type Print } from '../../../lab/grading/compare-print.ts'
import { compare } from '../../../lab/grading/compare.ts'
import type { SeenFact } from '../../../lab/check.ts'

const START = Date.UTC(2026, 9, 1, 9)

/** A repeatable source of numbers from 0 to 1. */
function chance(seed: number): () => number {
  let state = seed * 2654435761 + 12345
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3ce5) + 0x6d2b79f5) >>> 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

/** What an honest student does: the same steps as everyone, at a person's pace, on a machine of some speed. */
function work(student: string, seed: number, begin: number): SeenFact[] {
  const random = chance(seed)
  const facts: SeenFact[] = []
  let at = begin
  for (let step = 0; step < 120; step += 1) {
    at += 800 + Math.floor(random() * 40_000)
    // Each step is a burst that programs make, as all of them make it.
    for (const kind of ['dns.queried', 'http.requested', 'http.responded']) {
      at += Math.floor(random() * 4)
      const data = { name: `www.sstt${student}.org`, client: '127.0.0.1' }
      facts.push({ seq: facts.length + 1, at, service: 'dns', connection: step + 1, kind, data })
    }
  }
  return facts
}

/** The same, made by a script with pauses of a second. */
function scripted(student: string, seed: number, begin: number): SeenFact[] {
  const random = chance(seed)
  let at = begin
  return Array.from({ length: 200 }, (_, index) => {
    at += 1000 + Math.floor(random() * 6)
    const data = { name: `www.sstt${student}.org` }
    return { seq: index + 1, at, service: 'dns', connection: 1, kind: 'dns.queried', data }
  })
}

function print(
  student: string,
  facts: readonly SeenFact[],
  artifacts: Readonly<Record<string, string>> = {},
): Print {
  const maker = new PrintMaker(student, marks)
  for (const fact of facts) maker.take(JSON.stringify(fact), fact)
  const files = new Map(Object.entries(artifacts).map(([name, text]) => [name, Buffer.from(text)]))
  return maker.print(`${student}.telelab`, `digest of ${student}`, files, { dni: student })
}

const students = Array.from({ length: 40 }, (_, index) => String(1000 + index * 137))
const marks = new Map(students.map((student) => [`sstt${student}.org`, student]))
const [ana = '', luis = ''] = students

/** A zone as long as somebody's own work. */
function zone(student: string, more = ''): string {
  const hosts = Array.from({ length: 12 }, (_, index) => `host${index}   IN  A  192.0.2.${index}`)
  return [`$ORIGIN sstt${student}.org.`, '; my zone', ...hosts, more].join('\n')
}

const kinds = (prints: readonly Print[]): string[] =>
  compare(prints).map(({ students: pair, flag }) => `${flag.kind} ${pair.join(' ')}`)

test('forty honest students of one class, at the same hours, are not suspected', () => {
  const honest = students.map((student, index) =>
    print(student, work(student, index + 1, START + index * 1000)),
  )
  assert.deepEqual(kinds(honest), [])
  const scripts = students.map((student, index) =>
    print(student, scripted(student, index + 1, START + index)),
  )
  assert.deepEqual(kinds(scripts), [])
})

test('a journal that is another one with the names changed is found by its times', () => {
  const own = work(ana, 1, START)
  const copied = JSON.parse(JSON.stringify(own).replaceAll(ana, luis)) as SeenFact[]
  const later = copied.map((fact) => ({ ...fact, at: fact.at + 86_400_000 }))
  const others = students.slice(2).map((student, index) => print(student, work(student, index + 9, START)))
  assert.deepEqual(kinds([print(ana, own), print(luis, later), ...others]), [`same-timing ${ana} ${luis}`])
})

test('a part of a journal among own work is found', () => {
  const own = work(ana, 1, START)
  const stolen = own.slice(60, 160).map((fact) => ({ ...fact, connection: (fact.connection ?? 0) + 500 }))
  const mixed = [...work(luis, 2, START - 9e6).slice(0, 100), ...stolen]
  const found = kinds([print(ana, own), print(luis, mixed)])
  assert.ok(found.includes(`same-timing ${ana} ${luis}`), found.join())
  assert.ok(found.includes(`foreign-value ${luis} ${ana}`), found.join())
})

test('a copy to the letter is found by its events', () => {
  const own = work(ana, 1, START)
  assert.ok(kinds([print(ana, own), print(luis, own)]).includes(`same-events ${ana} ${luis}`))
})

test("a value in somebody else's journal is attributed to its owner, with its line", () => {
  const facts = work(ana, 1, START)
  const query = { seq: 999, at: START + 9e8, service: 'dns', connection: 7, kind: 'dns.queried' }
  const foreign = [...facts, { ...query, data: { name: `smtp.sstt${luis}.org` } }]
  const [match, ...more] = compare([print(ana, foreign), print(luis, work(luis, 2, START))])
  assert.deepEqual([match?.flag.kind, more], ['foreign-value', []])
  assert.match(match?.flag.text.en ?? '', new RegExp(`"sstt${luis}.org" belongs to ${luis}.*line 361`))
})

test("a value in somebody else's answers is attributed to its owner, with its file", () => {
  const own = (student: string): string => `# of ${student}\nname: wrong-name.sstt${student}.org\n`
  const luisOwn = print(luis, work(luis, 2, START), { 'answers.txt': own(luis) })
  const borrowed = print(ana, work(ana, 1, START), { 'answers.txt': own(luis) })
  const mentioned = compare([borrowed, luisOwn]).filter(({ flag }) => flag.kind === 'foreign-value')
  assert.deepEqual(
    mentioned.map(({ students: pair, flag }) => [pair, flag.text.es]),
    [
      [
        [ana, luis],
        `los estudiantes ${ana} y ${luis} comparten un valor: "sstt${luis}.org" es de ${luis}, y está en answers.txt de ${ana} (línea 2)`,
      ],
    ],
  )
})

test('the same artifact is found through comments, spaces and own values; what most hand in, or were given, is not', () => {
  const one = print(ana, [], { 'zone.db': zone(ana, 'odd IN TXT "mine"') })
  const other = print(luis, [], {
    'zone.db': zone(luis, 'ODD   IN TXT "mine" ; changed\n\n').replaceAll('\n', '\r\n'),
  })
  const rest = students
    .slice(2)
    .map((student, index) => print(student, [], { 'zone.db': zone(student, `own IN TXT "${index}"`) }))
  assert.deepEqual(kinds([one, other, ...rest]), [`same-artifact ${ana} ${luis}`])
  const all = students.map((student) => print(student, [], { 'zone.db': zone(student) }))
  assert.deepEqual(kinds(all), [])
  const given = new Set(one.artifacts.map(({ normal }) => normal))
  assert.deepEqual(compare([one, other], given), [])
})

test('one file that is handed in twice is found', () => {
  const own = print(ana, work(ana, 1, START))
  assert.ok(kinds([own, { ...own, path: 'b.telelab' }]).includes(`replayed ${ana} ${ana}`))
})

test("a short number inside a longer word is nobody's: times and identifiers have many", () => {
  const maker = new PrintMaker(ana, new Map([['123456', luis]]))
  const found = (said: string): number =>
    maker.print('ana.telelab', '', new Map([['answers.txt', Buffer.from(said)]]), {}).mentions.length
  assert.equal(found('id: 20261122-123456-7'), 0)
  assert.equal(found('pin: 123456'), 1)
})

for (const said of ['style: text/x-h2gkp1', 'the question h2gkp1.oficina.test', 'my_h2gkp1-2'])
  test(`a value is somebody's in a longer word, too: ${said}`, () => {
    const maker = new PrintMaker(ana, new Map([['h2gkp1', luis]]))
    const { mentions } = maker.print('ana.telelab', '', new Map([['answers.txt', Buffer.from(said)]]), {})
    assert.deepEqual(mentions, [{ owner: luis, text: 'h2gkp1', line: 1, file: 'answers.txt' }])
  })
