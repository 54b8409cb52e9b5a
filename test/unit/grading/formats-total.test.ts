/** Whatever the reports, all formats tell the same total. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formats } from '../../../lab/grading/formats/index.ts'
import { readReports } from '../../../lab/grading/formats/json.ts'
import { rounded, totalOf, type Report } from '../../../lab/grading/model.ts'
import { readCsv, readTap, readXml } from './formats-readers.ts'
import { hostile, usual } from './formats-sample.ts'

type Total = readonly [score: number, points: number]

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(...Object.values(hostile)),
)
const text = words.map((said) => ({ en: said, es: said }))
const points = fc.oneof(
  fc.integer({ min: 0, max: 10 }),
  fc.integer({ min: 0, max: 1000 }).map((hundredths) => hundredths / 100),
  fc.double({ min: 0, max: 50, noNaN: true }),
)
const result = fc
  .record({
    name: words,
    group: fc.oneof(fc.constantFrom('dns', 'http'), words),
    title: text,
    outcome: fc.constantFrom('passed', 'failed', 'blocked', 'broken'),
    points,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    cost: fc.option(points),
    isHintTaken: fc.boolean(),
    // -1 is what a search gives that finds nothing.
    at: fc.option(fc.integer({ min: -1, max: 20 })),
    milliseconds: fc.nat(10_000),
  })
  .map(({ share, name, cost, at, outcome, ...rest }) => ({
    ...rest,
    id: name,
    outcome,
    score: rest.points * share,
    assertions: [
      {
        title: rest.title,
        holds: false,
        difference: { expected: name, actual: rest.title.en, ...(at !== null && { at }) },
      },
    ],
    ...(cost !== null && { hint: { text: rest.title, cost } }),
  }))
const report = fc
  .record({
    student: words,
    target: words,
    subject: words,
    title: text,
    results: fc.array(result, { maxLength: 6 }),
  })
  .map((made): Report => ({
    ...usual,
    ...made,
    flags: [],
    results: made.results.map((one, index) => ({ ...one, id: `${index}${one.id}` })),
  }))

const number = (said: unknown): number => {
  const read = Number(said)
  assert.ok(Number.isFinite(read), `${String(said)} is no number`)
  return read
}
const sum = (values: readonly unknown[]): number =>
  rounded(values.reduce<number>((all, value) => all + number(value), 0))

/** What each format tells, read back; each of them is given one report. */
const told: Readonly<Record<string, (written: string, language: 'en' | 'es') => Total>> = {
  text: (written) => shown(written.split('\n').findLast((line) => line.startsWith('Total:'))),
  html: (written) => shown(/<p class="total"[^>]*>([^<]*)/.exec(written)?.[1]),
  json: (written) => {
    assert.equal(readReports(written).length, 1)
    const [{ total, results }] = JSON.parse(written).reports
    const parts: Total = [
      sum(results.map(({ earned }: { earned: number }) => earned)),
      sum(results.map((one: { points: number }) => one.points)),
    ]
    assert.deepEqual(parts, [total.score, total.points])
    return parts
  },
  junit: (written) => {
    const properties = readXml(written).children.flatMap(({ children }) => children[0]?.children ?? [])
    const of = (name: string): unknown[] =>
      properties.flatMap(({ attributes }) =>
        attributes['name']?.startsWith(`${name}.`) === true ? [attributes['value']] : [],
      )
    return [sum(of('score')), sum(of('max_score'))]
  },
  tap: (written) => {
    const all = readTap(written)
    return [sum(all.map(({ yaml }) => yaml?.['score'])), sum(all.map(({ yaml }) => yaml?.['max_score']))]
  },
  gradescope: tests,
  github: tests,
  'github-annotations': (written) => {
    const [, score, most] = /Points (\S+)\/(\S+)\n/.exec(written) ?? []
    const { totalPoints, maxPoints } = JSON.parse(/report::(.*)/.exec(written)?.[1] ?? '')
    assert.deepEqual([number(score), number(most)], [totalPoints, maxPoints])
    return [totalPoints, maxPoints]
  },
  csv: (written) => {
    const [, row] = readCsv(written)
    return [number(row?.[2]), number(row?.[3])]
  },
}

function tests(written: string): Total {
  const all: readonly { score: number; max_score: number }[] = JSON.parse(written).tests
  return [sum(all.map(({ score }) => score)), sum(all.map(({ max_score: most }) => most))]
}

function shown(line: string | undefined): Total {
  const [, score = 'none', most = 'none'] =
    /: ([\d.,]+) (?:of|de) ([\d.,]+) (?:points?|puntos?)/.exec(line ?? '') ?? []
  return [number(score.replace(',', '.')), number(most.replace(',', '.'))]
}

test('every format but the worksheet is read here', () => {
  assert.deepEqual(Object.keys(told).concat('moodle').toSorted(), Object.keys(formats).toSorted())
})

for (const [name, read] of Object.entries(told)) {
  test(`${name} tells the total of any report`, () => {
    fc.assert(
      fc.property(report, fc.constantFrom('en', 'es'), (one, language) => {
        const { score, points: most } = totalOf(one)
        assert.deepEqual(read(formats[name]?.([one], { language }) ?? '', language), [score, most])
      }),
      { numRuns: 150 },
    )
  })
}

test('a worksheet of Moodle tells the total of any report', () => {
  fc.assert(
    fc.property(report, (one) => {
      const worksheet = 'Identifier,Grade,Feedback comments\r\nParticipant 7,,\r\n'
      const written = formats['moodle']?.([{ ...one, student: '7' }], { language: 'en', worksheet }) ?? ''
      const [, row] = readCsv(written)
      const { score, points: most } = totalOf(one)
      assert.deepEqual([number(row?.[1]), ...shown(`: ${row?.[2]?.slice(5) ?? ''}`)], [score, score, most])
    }),
  )
})

test('a class tells the totals of its reports', () => {
  fc.assert(
    fc.property(fc.array(report, { minLength: 2, maxLength: 4 }), (all) => {
      const wanted = all.map((one) => totalOf(one))
      const [, ...rows] = readCsv(formats['csv']?.(all, { language: 'en' }) ?? '')
      assert.deepEqual(
        rows.map((row) => [number(row[2]), number(row[3])]),
        wanted.map(({ score, points: most }) => [score, most]),
      )
      const { score, points: most } = totalOf({ results: all.flatMap(({ results }) => results) })
      const last = (formats['text']?.(all, { language: 'en' }) ?? '').trimEnd().split('\n').at(-1)
      assert.deepEqual(shown(last), [score, most])
      assert.deepEqual(tests(formats['gradescope']?.(all, { language: 'en' }) ?? ''), [score, most])
    }),
    { numRuns: 50 },
  )
})
