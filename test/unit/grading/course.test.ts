import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createCourse, openCourse } from '../../../lab/grading/course.ts'
import { readRoster } from '../../../lab/grading/course-roster.ts'
import { CourseValues, owner, readTemplate, type Template } from '../../../lab/grading/course-values.ts'
import { deriveParam } from '../../../lab/scenario/params.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { courseWith } from './submissions.ts'

test('a course has a key and a pair of keys that nobody else can read, and no second course takes its place', async () => {
  using folder = temporaryFolder()
  const place = join(folder.path, 'course')
  const course = await createCourse(place, 'Telematics')
  for (const name of ['course.key', 'signing.key'])
    assert.equal(statSync(join(place, name)).mode & 0o777, 0o600, name)
  const key = readFileSync(join(place, 'course.key'), 'utf8')
  assert.match(key, /^[0-9a-f]{64}\n$/)
  assert.ok(!JSON.stringify(course).includes(key.trim()))
  for (const name of readdirSync(place).filter((other) => other !== 'course.key'))
    assert.ok(!readFileSync(join(place, name), 'utf8').includes(key.trim()), name)
  await assert.rejects(createCourse(place, 'Another'), /there is a course in .* already/)
  assert.equal(readFileSync(join(place, 'course.key'), 'utf8'), key)
})

test('keys that others can read, and damaged files, are told by name', async () => {
  using folder = temporaryFolder()
  const place = join(folder.path, 'course')
  await createCourse(place, '')
  chmodSync(join(place, 'course.key'), 0o644)
  assert.throws(() => openCourse(place), /others can read .*course\.key/)
  chmodSync(join(place, 'course.key'), 0o600)
  for (const name of ['course.key', 'signing.key', 'roster.json', 'course.json']) {
    const before = readFileSync(join(place, name))
    writeFileSync(join(place, name), 'x')
    assert.throws(() => openCourse(place), new RegExp(`${name.replace('.', '\\.')} is damaged`))
    writeFileSync(join(place, name), before)
  }
  assert.equal(openCourse(place).students.length, 0)
  assert.throws(() => openCourse(folder.path), /there is no course in/)
})

const rosters: readonly (readonly [
  string,
  string | Buffer,
  readonly (readonly [string, string, string])[],
])[] = [
  [
    'plain',
    'id,name,email\n1,Ana,a@x.es\n2,Luis,\n',
    [
      ['1', 'Ana', 'a@x.es'],
      ['2', 'Luis', ''],
    ],
  ],
  ['plain without names of columns', '1,Ana,a@x.es\n', [['1', 'Ana', 'a@x.es']]],
  [
    'with a mark of UTF-8, semicolons and CR LF',
    '\uFEFFid;name\r\n1;"Peña; Ana"\r\n\r\n',
    [['1', 'Peña; Ana', '']],
  ],
  ['UTF-16', Buffer.from('\uFEFFid\tname\n1\tÍñigo\n', 'utf16le'), [['1', 'Íñigo', '']]],
  [
    "Moodle's participants",
    'First name,Last name,"ID number","Email address",Groups\nAna,Gil,48001,ana@um.es,"A, B"\n',
    [['48001', 'Ana Gil', 'ana@um.es']],
  ],
  [
    "Moodle's participants in Spanish",
    'Nombre,"Apellido(s)","Número de ID","Dirección de correo"\nAna,"Gil ""la"" Ruiz",48001,ana@um.es\n',
    [['48001', 'Ana Gil "la" Ruiz', 'ana@um.es']],
  ],
  [
    'Moodle without ids',
    'Nombre,Dirección de correo\nAna,ana.gil@um.es\n',
    [['ana.gil', 'Ana', 'ana.gil@um.es']],
  ],
  [
    'GitHub Classroom',
    '"identifier","github_username","github_id","name"\n"48001","anag","7","Ana"\n',
    [['48001', 'Ana', '']],
  ],
]

for (const [title, source, wanted] of rosters) {
  test(`a roster is read: ${title}`, () => {
    const { students, problems } = readRoster('r.csv', Buffer.from(source))
    assert.deepEqual(problems, [])
    assert.deepEqual(
      students.map(({ id, name, email }) => [id, name, email]),
      wanted,
    )
  })
}

test('ids that are e-mails are what stands before the @; who has no id is named, and nobody else refused', () => {
  const source = Buffer.from(
    '"identifier","github_username","github_id","name"\n"ana@um.es","anaalv","1","Ana"\n"bea@um.es","","",""\n',
  )
  const read = readRoster('r.csv', source)
  assert.deepEqual([read.problems, read.skipped], [[], []])
  assert.deepEqual(read.students, [
    { id: 'ana', name: 'Ana', email: 'ana@um.es' },
    { id: 'bea', name: '', email: 'bea@um.es' },
  ])
  const { students, problems, skipped } = readRoster('r.csv', source, 'github_username')
  assert.deepEqual([students.map(({ id }) => id), problems], [['anaalv'], []])
  assert.deepEqual(
    skipped.map(({ line, column, message }) => `${line}:${column} ${message.en}`),
    ['3:2 "bea@um.es" has no id, and is left out'],
  )
})

const wrong: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['ids that are none', 'id,name\n1,a\nJane Doe,b\n../x,c\n', /^3:1 .*Jane Doe.*\n4:1 .*\.\.\/x/],
  ['ids twice, in whatever case', 'id\nab\ncd\nAB\n', /^4:1 "AB" is in line 2 already$/],
  ['ids that nobody has', 'name,id\nAna,\nLuis,\n', /^2:2 "Ana" has no id.*\n3:2 "Luis" has no id/],
  ['no column of ids', 'color,size\nred,1\n', /^1:1 no column holds ids; there are: "color", "size"/],
  ['lines inside quotes', 'id,name\nab,"A\nB"\nAB,x\n', /^4:1 "AB" is in line 2 already$/],
  ['a quote that stays open', 'id,name\n1,"Ana\n2,b\n', /^2:1 a quote that opens here never closes$/],
  ['another encoding', Buffer.from('id,name\n1,Pe\xf1a\n', 'latin1'), /^1:1 the file is not UTF-8/],
  ['nothing', '', /^1:1 the file is empty$/],
]

for (const [title, source, said] of wrong) {
  test(`what is wrong in a roster is told by its line: ${title}`, () => {
    const { students, problems } = readRoster('r.csv', Buffer.from(source))
    assert.deepEqual(students, [])
    assert.match(
      problems.map(({ line, column, message }) => `${line}:${column} ${message.en}`).join('\n'),
      said,
    )
  })
}

test('another column can be the one of the ids', () => {
  const source = 'identifier,github_username\nJane Doe,jane\n'
  assert.equal(readRoster('r.csv', Buffer.from(source), 'github_username').students[0]?.id, 'jane')
})

test('no roster, whatever its octets, makes the reader throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => void readRoster('r', octets)))
  const text = fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', 'a', '1', ' '), maxLength: 60 })
  fc.assert(fc.property(text, (source) => void readRoster('r', Buffer.from(source))))
})

const template: Template = {
  scenario: 's',
  params: {
    dni: { kind: 'digits', length: 4, from: 'student', unique: true },
    mx: { kind: 'integer', min: 5, max: 2000, unique: true },
    word: { kind: 'label', length: 3, unique: true },
    shared: { kind: 'choice', of: ['a', 'b'] },
  },
  texts: ['${word}${dni}.example.org', 'www.lab.test'],
}

test('among 1,000 students no two share a unique value, and each value tells its owner', async () => {
  using folder = temporaryFolder()
  const ids = Array.from({ length: 1000 }, (_, index) => `s${index % 700}x${index}`)
  const course = await courseWith(folder.path, ...ids)
  const values = new CourseValues(course, template)
  for (const parameter of ['dni', 'mx', 'word']) {
    const all = ids.map((id) => values.of(id)?.[parameter] ?? '')
    assert.equal(new Set(all).size, ids.length, parameter)
    for (const [index, value] of all.entries()) assert.equal(values.owner(parameter, value), ids[index])
  }
  assert.equal(values.owner('shared', 'a'), undefined)
  assert.equal(values.owner('mx', 4), undefined)
  assert.equal(owner(course, template, 'mx', values.of('s0x0')?.['mx'] ?? ''), 's0x0')
  const marks = values.marks()
  assert.equal(marks.size, 1000)
  assert.ok([...marks.keys()].every((mark) => mark.endsWith('.example.org')))
})

test('who comes later changes no value of those before, and another course has other values', async () => {
  using folder = temporaryFolder()
  const course = await courseWith(folder.path, 'ana', 'luis')
  const before = new CourseValues(course, template)
  await course.enrol([
    { id: 'eva', name: 'Eva', email: '' },
    { id: 'ana', name: 'Ana', email: '' },
  ])
  const after = new CourseValues(openCourse(course.folder), template)
  for (const student of ['ana', 'luis']) assert.deepEqual(after.of(student), before.of(student))
  const other = new CourseValues(await courseWith(join(folder.path, 'b'), 'ana'), template)
  assert.notDeepEqual(other.of('ana'), before.of('ana'))
  const practice = deriveParam({ kind: 'label', length: 3 }, 'word', { scenario: 's', student: 'ana' })
  assert.notEqual(before.of('ana')?.['word'], practice)
})

test('a range that is too narrow for the course is told', async () => {
  using folder = temporaryFolder()
  const course = await courseWith(folder.path, 'a', 'b', 'c')
  const narrow: Template = {
    ...template,
    params: { coin: { kind: 'integer', min: 0, max: 1, unique: true } },
  }
  assert.throws(() => new CourseValues(course, narrow), /"coin" is unique, but has fewer values/)
})

test('the template of a scenario is read without its services, through what it extends', () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, {
    'base/scenario.yaml': 'title: A\nparams: { a: { kind: label } }\ndomain: "${a}.org"\n',
    'own/scenario.yaml': 'extends: ../base\nparams: { b: { kind: integer, min: 1, max: 9, unique: true } }\n',
  })
  const read = readTemplate(join(folder.path, 'own', 'scenario.yaml'), [])
  assert.deepEqual(
    [read.scenario, Object.keys(read.params).toSorted(), read.texts],
    ['own', ['a', 'b'], ['${a}.org']],
  )
})
