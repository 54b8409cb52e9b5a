/**
 * What grading what a class has handed in costs: one submission, a hundred, and a journal of a million events; and what the
 * chain costs a lab. `npm run bench grade`; EVENTS (of the largest journal).
 */
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ChainFile } from '../../lab/grading/chain.ts'
import { courseRules, gradeSubmissions } from '../../lab/grading/class.ts'
import { CourseValues, readTemplate } from '../../lab/grading/course-values.ts'
import { createCourse } from '../../lab/grading/course.ts'
import { scenarioHash } from '../../lab/grading/launch-hash.ts'
import { issueLaunch, launchHash, type Launch } from '../../lab/grading/launch.ts'
import type { Order } from '../../lab/grading/class-one.ts'
import { writeSubmission } from '../../lab/grading/submission.ts'
import { JournalFile } from '../../lab/journal/file.ts'
import { Journal } from '../../lab/journal/journal.ts'
import { temporaryFolder, writeFiles } from '../lab.ts'

const root = join(import.meta.dirname, '..', '..')
const [STUDENTS, EVENTS, MILLION] = [100, 2000, Number(process.env['EVENTS'] ?? 1_000_000)]
const scenarios = [join(root, 'scenarios')]
const quiet = (): void => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Facts as a lab of one second each, by their number. */
function line(index: number, student: string): string {
  const data = {
    client: '127.0.0.1',
    name: `host${index % 997}.sstt${student}.org`,
    type: 'A',
    code: 'NXDOMAIN',
  }
  const at = 1_790_000_000_000 + index * 1000 + ((index * 7919) % 811)
  return JSON.stringify({
    seq: index + 1,
    at,
    service: 'dns',
    connection: index % 4000,
    kind: 'dns.answered',
    data,
  })
}

/** A chained journal of so many facts, written as a lab writes it but without its limits on how fast. */
async function makeJournal(state: string, launch: Launch, events: number): Promise<number> {
  const journal = new Journal(() => 0)
  let chain: ChainFile | undefined
  let path = ''
  {
    await using _file = new JournalFile(journal, state, Date.now(), log, (file) => {
      path = file
      chain = new ChainFile(file, { launch: launchHash(launch), started: Date.now(), address: '127.0.0.1' })
      return { add: async () => undefined, [Symbol.dispose]: quiet }
    })
  }
  let spent = 0
  for (let from = 0; from < events; from += 1000) {
    const lines = Array.from({ length: Math.min(1000, events - from) }, (_, index) =>
      line(from + index, launch.student),
    )
    const octets = Buffer.from(`${lines.join('\n')}\n`)
    appendFileSync(path, octets)
    const begun = performance.now()
    await chain?.add(octets)
    spent += performance.now() - begun
  }
  chain?.[Symbol.dispose]()
  return spent
}

/** Grades with a watch on the memory of the processes that do it. */
async function measure(
  title: string,
  orders: readonly Order[],
  options: Parameters<typeof gradeSubmissions>[1],
): Promise<void> {
  const begun = performance.now()
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, largestChild())), 50)
  let wrong = 0
  for await (const report of gradeSubmissions(orders, options)) if (report.failure !== undefined) wrong += 1
  clearInterval(watch)
  const seconds = ((performance.now() - begun) / 1000).toFixed(2)
  say(
    `${title}: ${seconds} s, largest process ${Math.round(most / 1024)} MB${wrong > 0 ? `, ${wrong} WRONG` : ''}`,
  )
}

/** Kilobytes of the largest child of this process. */
function largestChild(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
  return Math.max(
    0,
    ...children.map((child) => {
      try {
        return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1] ?? 0)
      } catch {
        // It has ended meanwhile.
        return 0
      }
    }),
  )
}

using place = temporaryFolder()
const folder = place.path
writeFiles(folder, {
  'bench/scenario.yaml': readFileSync(join(root, 'scenarios/sstt/scenario.yaml'), 'utf8'),
  'bench/zone.db': readFileSync(join(root, 'scenarios/sstt/zone.db'), 'utf8'),
  'bench/www/index.html': '',
})
const file = join(folder, 'bench', 'scenario.yaml')
const template = readTemplate(file, scenarios)
const course = await createCourse(join(folder, 'course'), 'bench')
const ids = Array.from({ length: STUDENTS }, (_, index) => String(1000 + index))
await course.enrol(ids.map((id) => ({ id, name: '', email: '' })))
const values = new CourseValues(course, template)
const hash = scenarioHash(file, scenarios)
const make = async (student: string, events: number): Promise<{ order: Order; chained: number }> => {
  const content = { scenario: 'bench', hash, student, values: values.of(student) ?? {} }
  const launch = issueLaunch(course, { ...content, issued: Date.now(), ends: undefined })
  const state = join(folder, 'states', `${student}-${events}`)
  const chained = await makeJournal(state, launch, events)
  const out = join(folder, `${student}-${events}.telelab`)
  const versions = { telelab: '0', node: process.versions.node, system: process.platform }
  await writeSubmission(out, { state, launch, hash, artifacts: new Map(), versions })
  return { order: { file: out }, chained }
}
const rules = {
  scenario: file,
  folders: scenarios,
  services: [join(root, 'services')],
  hash,
  blank: { title: { en: 'Bench', es: 'Medida' }, results: [] },
  ...courseRules(course, template),
}
const orders: Order[] = []
for (const id of ids) orders.push((await make(id, EVENTS)).order)
const [one] = orders
if (one === undefined) throw new Error('no submission')
await measure(`one submission of ${EVENTS} events`, [one], { rules, processes: 1 })
await measure(`${STUDENTS} submissions of ${EVENTS} events, 2 processes`, orders, { rules, processes: 2 })
const begun = performance.now()
const { order, chained } = await make(ids[1] ?? '', MILLION)
say(
  `a journal of ${MILLION} events: chained in ${((chained / MILLION) * 1000).toFixed(2)} µs a fact; made and handed in within ${((performance.now() - begun) / 1000).toFixed(1)} s, ${Math.round(statSync(order.file).size / 1e6)} MB`,
)
await measure(`one submission of ${MILLION} events`, [order], { rules, processes: 1 })
