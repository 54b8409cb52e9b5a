import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { formats } from '../../../lab/grading/formats/index.ts'
import { readReports, ReportsError, reportsSchema } from '../../../lab/grading/formats/json.ts'
import { readCsv, readTap, readXml, type Element } from './formats-readers.ts'
import { damaged, spiteful, unfit, usual } from './formats-sample.ts'

const sets = {
  usual: [usual],
  class: [usual, unfit, damaged],
  spiteful: [spiteful],
  empty: [{ ...usual, results: [] }],
  none: [],
}

function written(name: string, reports: (typeof sets)[keyof typeof sets]): string {
  return formats[name]?.(reports, { language: 'en' }) ?? assert.fail(name)
}

/** The attributes that Ant's JUnit.xsd demands of a suite inside of `testsuites`; only `skipped` is not required. */
const suiteAttributes = {
  name: /^\S(?:.*\S)?$/su,
  timestamp: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/,
  hostname: /\S/,
  tests: /^\d+$/,
  failures: /^\d+$/,
  errors: /^\d+$/,
  skipped: /^\d+$/,
  time: /^\d+\.\d+$/,
  package: /\S/,
  id: /^\d+$/,
}

function isSuite(suite: Element, index: number): void {
  assert.deepEqual(Object.keys(suite.attributes).toSorted(), Object.keys(suiteAttributes).toSorted())
  for (const [name, form] of Object.entries(suiteAttributes)) assert.match(suite.attributes[name] ?? '', form)
  assert.equal(suite.attributes['id'], String(index))
  const names = suite.children.map(({ name }) => name)
  assert.deepEqual(
    [names[0], ...names.slice(-2), suite.text.trim()],
    ['properties', 'system-out', 'system-err', ''],
  )
  const cases = suite.children.slice(1, -2)
  for (const { name, attributes } of suite.children[0]?.children ?? []) {
    assert.equal(name, 'property')
    assert.deepEqual(Object.keys(attributes), ['name', 'value'])
    assert.match(attributes['name'] ?? '', /\S/)
  }
  for (const { name, attributes, children } of cases) {
    assert.equal(name, 'testcase')
    assert.deepEqual(Object.keys(attributes), ['name', 'classname', 'time'])
    assert.ok(children.length <= 1)
    for (const end of children) {
      const keys = { skipped: [], error: ['message', 'type'], failure: ['message', 'type'] }[end.name]
      assert.deepEqual(Object.keys(end.attributes), keys)
    }
  }
  const count = (name: string): string =>
    String(cases.filter(({ children }) => children[0]?.name === name).length)
  const { tests, failures, errors, skipped } = suite.attributes
  assert.deepEqual(
    [tests, failures, errors, skipped],
    [String(cases.length), count('failure'), count('error'), count('skipped')],
  )
}

for (const [set, reports] of Object.entries(sets)) {
  test(`JUnit of ${set} keeps to the schema of Ant`, () => {
    const root = readXml(written('junit', reports))
    assert.equal(root.name, 'testsuites')
    for (const [index, suite] of root.children.entries()) {
      assert.equal(suite.name, 'testsuite')
      isSuite(suite, index)
    }
  })

  test(`TAP of ${set} is read by a strict reader`, () => {
    const points = readTap(written('tap', reports))
    const all = reports.length === 1 ? points : points.flatMap(({ subtest }) => subtest ?? [])
    const results = reports.flatMap((report) => report.results)
    assert.deepEqual(
      all.map(({ isOk, yaml }) => [isOk, yaml?.['check'], yaml?.['score'] !== undefined]),
      results.map(({ outcome, id }) => [outcome === 'passed', id.toWellFormed(), true]),
    )
  })

  test(`our JSON of ${set} keeps to its schema`, () => {
    const source = written('json', reports)
    reportsSchema.parse(JSON.parse(source))
    assert.deepEqual(readReports(source), reports)
  })

  test(`results.json of ${set} is what Gradescope takes`, () => {
    const visibleTest = z.strictObject({
      score: z.number(),
      max_score: z.number(),
      status: z.enum(['passed', 'failed']).exactOptional(),
      name: z.string(),
      number: z.string(),
      output: z.string(),
      tags: z.array(z.string()),
      extra_data: z.record(z.string(), z.json()),
    })
    const format = z.enum(['text', 'html', 'simple_format', 'md', 'ansi'])
    const { tests, score } = z
      .strictObject({
        score: z.number().exactOptional(),
        execution_time: z.number(),
        output: z.string(),
        output_format: format,
        test_output_format: format,
        test_name_format: format,
        extra_data: z.record(z.string(), z.json()),
        tests: z.array(visibleTest),
      })
      .parse(JSON.parse(written('gradescope', reports)))
    assert.equal(score === undefined, tests.length > 0)
  })

  test(`the payload of ${set} is what GitHub Classroom takes`, () => {
    const status = z.enum(['pass', 'fail', 'error'])
    z.strictObject({
      version: z.literal(1),
      status,
      max_score: z.number(),
      tests: z.array(
        z.strictObject({
          name: z.string(),
          status,
          score: z.number(),
          max_score: z.number(),
          message: z.string(),
          test_code: z.string(),
          filename: z.string(),
          line_no: z.int(),
          duration: z.number(),
          execution_time: z.string().regex(/^\d+\.\ds$/),
        }),
      ),
    }).parse(JSON.parse(written('github', reports)))
    assert.match(
      written('github-annotations', reports),
      /^::notice title=Autograding complete::Points [\d.]+\/[\d.]+\n::notice title=Autograding report::\{"totalPoints":[\d.]+,"maxPoints":[\d.]+\}\n$/,
    )
  })

  test(`the class table of ${set} has its columns and no formula`, () => {
    const [head, ...rows] = readCsv(written('csv', reports))
    const isNamed = reports.some(({ name }) => name !== undefined)
    const columns = 'student,lab,score,max,passed,failed,blocked,late,flags,problems'
    assert.equal(head?.join(','), isNamed ? `${columns},name` : columns)
    assert.equal(rows.length, reports.length)
    for (const row of rows) {
      assert.equal(row.length, isNamed ? 11 : 10)
      for (const cell of row) assert.doesNotMatch(cell, /^[\s=+\-@]|\p{C}/u)
    }
  })

  test(`the terminal and the page of ${set} show no control character and run nothing`, () => {
    assert.doesNotMatch(written('text', reports), /[^\P{C}\n]/u)
    const page = written('html', reports)
    assert.doesNotMatch(page, /[^\P{C}\n]/u)
    assert.doesNotMatch(page, /<script|<a href="(?!#report-\d)|<!--|\son\w+=/i)
    const opened = [...page.matchAll(/<(\w+)/g)].map(([, name]) => name)
    const closed = [...page.matchAll(/<\/(\w+)/g)].map(([, name]) => name)
    assert.deepEqual(opened.filter((name) => name !== 'meta').toSorted(), closed.toSorted())
  })
}

for (const [what, source] of [
  ['no JSON', '{'],
  ['another format', '{"format":"other","version":1,"reports":[]}'],
  ['a later version', '{"format":"telelab-reports","version":2,"reports":[]}'],
  ['a negative score', written('json', [usual]).replace('"score": 2', '"score": -2')],
] as const) {
  test(`${what} is no report`, () => assert.throws(() => readReports(source), ReportsError))
}

test('words of a difference are in the language of the reader', () => {
  const difference = {
    expected: { en: 'connection closed', es: 'conexión cerrada' },
    actual: { en: 'connection open', es: 'conexión abierta' },
  }
  const title = { en: 'it ends', es: 'termina' }
  const { failure: _failure, results, ...rest } = unfit
  const failed = results.map((result) => ({ ...result, assertions: [{ title, holds: false, difference }] }))
  for (const name of ['text', 'html', 'junit', 'tap', 'gradescope', 'github']) {
    const spanish = formats[name]?.([{ ...rest, results: failed }], { language: 'es' }) ?? ''
    assert.match(spanish, /conexión cerrada[^]*conexión abierta/, name)
    assert.doesNotMatch(spanish, /connection (?:open|closed)/, name)
  }
})
