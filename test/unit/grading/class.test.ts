import assert from 'node:assert/strict'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  courseRules,
  gradeSubmissions,
  type ClassOptions,
  type Progress,
} from '../../../lab/grading/class.ts'
import { codeOf } from '../../../lab/grading/grade.ts'
import type { Order } from '../../../lab/grading/class-one.ts'
import { flagsOf } from '../../../lab/grading/compare.ts'
import type { Course } from '../../../lab/grading/course.ts'
import { readTemplate } from '../../../lab/grading/course-values.ts'
import { scenarioHash } from '../../../lab/grading/launch-hash.ts'
import { launchText, type Launch } from '../../../lab/grading/launch.ts'
import { totalOf, type Report } from '../../../lab/grading/model.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { until } from '../../talk.ts'
import { createJudge } from './class-judge-child.ts'
import { courseWith, launchFor, plainFacts, repack, runOnce, submit, unpack } from './submissions.ts'

/** What the judge of these tests gives to nobody's work. */
const judge = await createJudge()
const blank = { title: { en: 'Test', es: 'Prueba' }, results: await judge.blank() }

/** A course, a scenario, and a way to hand in. */
class Class {
  readonly #folder: string
  readonly scenario: string
  readonly hash: string
  readonly course: Course

  static async open(folder: string): Promise<Class> {
    writeFiles(folder, {
      'test/scenario.yaml': 'title: Test\nparams: { dni: { kind: label } }\ndomain: "${dni}.org"\n',
    })
    return new Class(folder, await courseWith(folder, 'ana', 'luis', 'eva', 'zoe'))
  }

  private constructor(folder: string, course: Course) {
    this.#folder = folder
    this.course = course
    this.scenario = join(folder, 'test', 'scenario.yaml')
    this.hash = scenarioHash(this.scenario, [])
  }

  launch(student: string, more: Partial<Launch> = {}): Launch {
    const launch = launchFor(this.course, student, { hash: this.hash, ...more })
    writeFiles(this.course.folder, { [`launches/test/${student}.launch.json`]: launchText(launch) })
    return launch
  }

  state(student: string): string {
    return join(this.#folder, 'states', student)
  }

  /** Work of a student with so many facts, handed in. */
  async work(
    student: string,
    facts: number,
    artifacts: Readonly<Record<string, string>> = {},
    launch: Launch = this.launch(student),
  ): Promise<string> {
    await runOnce(this.state(student), launch, plainFacts(facts, student.charCodeAt(0) * 1000))
    return submit(this.state(student), launch, this.path(student), artifacts, this.hash)
  }

  path(student: string): string {
    return join(this.#folder, `${student}.telelab`)
  }

  options(more: Partial<ClassOptions> = {}): ClassOptions {
    return {
      rules: {
        scenario: this.scenario,
        folders: [],
        services: [],
        hash: this.hash,
        blank,
        ...courseRules(this.course, readTemplate(this.scenario, [])),
      },
      judge: new URL('class-judge-child.ts', import.meta.url).href,
      processes: 2,
      ...more,
    }
  }

  async grade(orders: readonly Order[], more: Partial<ClassOptions> = {}): Promise<Map<string, Report>> {
    const reports = new Map<string, Report>()
    for await (const report of gradeSubmissions(orders, this.options(more)))
      reports.set(report.target, report)
    return reports
  }
}

const summary = (report: Report | undefined): unknown =>
  report && [
    report.student,
    totalOf(report).score,
    totalOf(report).points,
    report.flags.map(({ kind }) => kind).join(),
  ]

test('a class is graded by what its journals say, and what is broken costs nobody else anything', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  const orders = [
    { file: await group.work('ana', 12) },
    { file: await group.work('luis', 3) },
    { file: await group.work('eva', 12, { hang: '' }) },
    { file: await group.work('zoe', 12, { crash: '' }) },
    { file: join(folder.path, 'none.telelab') },
    { file: join(folder.path, 'noise.telelab') },
    { file: join(folder.path, 'again.telelab') },
  ]
  writeFileSync(join(folder.path, 'noise.telelab'), Buffer.alloc(5000, 7))
  copyFileSync(group.path('ana'), join(folder.path, 'again.telelab'))
  const heard: Progress[] = []
  const grading = gradeSubmissions(
    orders,
    group.options({ patience: 4000, progress: (each) => heard.push(each) }),
  )
  const reports = new Map<string, Report>()
  for await (const report of grading) reports.set(report.target, report)
  assert.deepEqual(summary(reports.get(group.path('ana'))), ['ana', 2, 2, ''])
  assert.deepEqual(summary(reports.get(group.path('luis'))), ['luis', 0, 2, ''])
  assert.deepEqual(summary(reports.get(group.path('eva'))), ['eva', 0, 2, 'not-graded'])
  assert.match(reports.get(group.path('eva'))?.failure?.en ?? '', /not graded within 4 s/)
  assert.deepEqual(summary(reports.get(group.path('zoe'))), ['zoe', 0, 2, 'not-graded'])
  assert.match(reports.get(group.path('zoe'))?.failure?.es ?? '', /ha terminado/)
  assert.deepEqual(summary(reports.get(orders[4]?.file ?? '')), ['none', 0, 2, 'damaged'])
  assert.deepEqual(summary(reports.get(orders[5]?.file ?? '')), ['noise', 0, 2, 'damaged'])
  assert.deepEqual([heard.length, heard.at(-1)?.done, heard.at(-1)?.left], [7, 7, 0])
  assert.deepEqual(
    flagsOf('ana', grading.matches()).map(({ kind }) => kind),
    ['replayed'],
  )
})

test('work of another student, launch, scenario or course is worth nothing, and says why', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  const ana = group.launch('ana')
  const luis = group.launch('luis')
  await group.work('ana', 12, {}, ana)
  await group.work('luis', 12, {}, luis)
  const swapped = unpack(group.path('ana'))
  const others = unpack(group.path('luis'))
  for (const name of ['runs/1.chain', 'runs/1.ndjson'])
    swapped.parts.set(name, others.parts.get(name) ?? Buffer.alloc(0))
  const bent = join(folder.path, 'bent.telelab')
  repack(bent, swapped, group.state('ana'), ana)
  await group.work('eva', 12, {}, group.launch('eva', { scenario: 'other', hash: '0'.repeat(64) }))
  const alien = await courseWith(join(folder.path, 'alien'), 'zoe')
  await group.work('zoe', 12, {}, launchFor(alien, 'zoe', { hash: group.hash }))
  const reports = await group.grade([
    { file: group.path('ana'), student: 'luis' },
    { file: bent },
    { file: group.path('eva') },
    { file: group.path('zoe') },
  ])
  const kinds = (file: string): string | undefined =>
    reports
      .get(file)
      ?.flags.map(({ kind }) => kind)
      .join()
  assert.deepEqual(summary(reports.get(group.path('ana'))), ['luis', 0, 2, 'foreign-student'])
  assert.match(reports.get(group.path('ana'))?.failure?.en ?? '', /luis hands in the work of student ana/)
  assert.match(kinds(bent) ?? '', /^other-launch,.*foreign-student/)
  assert.match(
    reports
      .get(bent)
      ?.flags.map(({ text }) => text.en)
      .join() ?? '',
    /student ana hands in runs of student luis/,
  )
  assert.equal(kinds(group.path('eva')), 'other-scenario,scenario-changed')
  assert.equal(kinds(group.path('zoe')), 'other-course,launch-replaced')
  for (const report of reports.values()) assert.equal(totalOf(report).score, 0, report.target)
})

test('late work, and work of a launch file that was issued anew, keeps its marks and is flagged', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  await group.work('ana', 12, {}, group.launch('ana', { ends: '2026-01-02T00:00:00.000Z' }))
  await group.work('luis', 12, {}, group.launch('luis'))
  group.launch('luis', { ends: '2099-01-02T00:00:00.000Z' })
  const reports = await group.grade([{ file: group.path('ana') }, { file: group.path('luis') }])
  assert.deepEqual(summary(reports.get(group.path('ana'))), ['ana', 2, 2, 'late'])
  assert.deepEqual(summary(reports.get(group.path('luis'))), ['luis', 2, 2, 'launch-replaced'])
})

test('who turns the clock back to hand in is late all the same', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  const hours = (count: number): string => new Date(Date.now() - count * 3_600_000).toISOString()
  const launch = group.launch('ana', { ends: hours(1) })
  const file = await group.work('ana', 12, {}, launch)
  const unpacked = unpack(file)
  repack(
    file,
    { ...unpacked, manifest: { ...unpacked.manifest, made: hours(2) } },
    group.state('ana'),
    launch,
  )
  const report = (await group.grade([{ file }])).get(file)
  assert.deepEqual(summary(report), ['ana', 2, 2, 'late,clock-back'])
})

test('of a class of damaged files everybody has 0 of the points of the scenario', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  const file = join(folder.path, 'noise.telelab')
  writeFileSync(file, Buffer.alloc(5000, 7))
  const order = { file, student: 'ana', name: 'Ana García', participant: '77' }
  const report = (await group.grade([order])).get(file)
  assert.deepEqual(summary(report), ['ana', 0, 2, 'damaged'])
  assert.deepEqual([report?.subject, report?.participant], ['test', '77'])
  const stranger = (await group.grade([{ file, name: 'Ana García' }])).get(file)
  assert.equal(stranger?.student, 'Ana García')
  assert.equal(report?.results[0]?.reason, undefined, 'the report itself tells why, once')
})

test('what a process says of a submission steers no terminal', async (t) => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  const file = await group.work('ana', 12, { shout: '' })
  const write = t.mock.method(process.stderr, 'write', () => true)
  await group.grade([{ file }])
  const said = (): string => write.mock.calls.map(({ arguments: [text] }) => String(text)).join('')
  await until(() => said().endsWith('more'), 'what the process says')
  write.mock.restore()
  assert.equal(said(), String.raw`\x1b]0;hacked\x07` + '\nmore')
})

test('a judge that throws is the grader’s mistake, told and survived', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  await group.work('ana', 12, { throw: '' })
  await group.work('luis', 12)
  const reports = await group.grade([{ file: group.path('ana') }, { file: group.path('luis') }], {
    processes: 1,
  })
  const ungraded = reports.get(group.path('ana')) ?? assert.fail('there is no report')
  assert.match(ungraded.failure?.en ?? '', /could not be graded: the judge is wrong/)
  assert.deepEqual(summary(ungraded), ['ana', 0, 2, 'not-graded'])
  assert.equal(codeOf([ungraded]), 3)
  assert.deepEqual(summary(reports.get(group.path('luis'))), ['luis', 2, 2, ''])
})

test('a grading that is broken off ends its processes and keeps what is done', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  await group.work('ana', 12)
  await group.work('eva', 12, { hang: '' })
  const stop = new AbortController()
  const grading = gradeSubmissions(
    [{ file: group.path('ana') }, { file: group.path('eva') }],
    group.options({ signal: stop.signal }),
  )
  const done: unknown[] = []
  for await (const report of grading) {
    done.push([report.student, totalOf(report).score, report.failure?.en])
    stop.abort()
  }
  assert.deepEqual(done, [
    ['ana', 2, undefined],
    ['eva', 0, 'it was not graded: the grading was broken off'],
  ])
  const pending = grading.pending(
    { file: group.path('eva'), student: 'eva' },
    { en: 'not graded', es: 'sin calificar' },
  )
  assert.deepEqual(
    [totalOf(pending).points, totalOf(pending).score, pending.failure?.en],
    [2, 0, 'not graded'],
  )
})

/** Longer than what counts as somebody's own work. */
const givenZone = Array.from({ length: 20 }, (_, index) => `host${index} A 192.0.2.${index} ; of #dni#`).join(
  '\n',
)

test('two students of whom one has copied the other are found among honest ones', async () => {
  using folder = temporaryFolder()
  const group = await Class.open(folder.path)
  writeFiles(folder.path, { 'test/zone.db': givenZone.replaceAll('#dni#', '${dni}') })
  const paced = (seed: number): ReturnType<typeof plainFacts> =>
    plainFacts(40).map((fact, index) => ({
      ...fact,
      at: 1e12 + index * 9000 + ((seed * index * index * 7919) % 8000),
    }))
  for (const [student, seed] of [
    ['ana', 3],
    ['luis', 5],
    ['eva', 3],
    ['zoe', 11],
  ] as const) {
    const launch = group.launch(student)
    await runOnce(group.state(student), launch, paced(seed))
    const zone = givenZone.replaceAll('#dni#', String(launch.values['dni']))
    // Few enough to be suspected, if it were their own.
    const artifacts: Record<string, string> = student < 'm' && student !== 'eva' ? { 'zone.db': zone } : {}
    await submit(group.state(student), launch, group.path(student), artifacts, group.hash)
  }
  const students = ['ana', 'luis', 'eva', 'zoe']
  const grading = gradeSubmissions(
    students.map((student) => ({ file: group.path(student) })),
    group.options(),
  )
  for await (const report of grading) assert.equal(report.failure, undefined)
  const found = grading.matches().map(({ students: pair, flag }) => [flag.kind, pair.toSorted()])
  assert.deepEqual(found, [
    ['same-events', ['ana', 'eva']],
    ['same-timing', ['ana', 'eva']],
  ])
})
