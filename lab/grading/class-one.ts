/** Grades one submission: by its journal and its artifacts, whatever else it may say of itself. */
import { basename } from 'node:path'
import type { SeenFact } from '../check.ts'
import { LabError, textOf } from '../host/error.ts'
import { scenarioName } from '../scenario/layers.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Text } from '../service.ts'
import { PrintMaker, type Print } from './compare-print.ts'
import { launchHash } from './launch.ts'
import type { CheckResult, Flag, Report } from './model.ts'
import { SubmissionReader } from './submission-read.ts'

/** Milliseconds by which a clock may go back for good reasons, as when it is set right. */
const LEEWAY = 10 * 60_000

/** Judges one student's work by a scenario's tasks. */
export interface Judge {
  /** Reads all facts; `artifacts` are the files that were handed in. */
  judge(
    facts: AsyncIterable<SeenFact>,
    artifacts: ReadonlyMap<string, Buffer>,
  ): Promise<readonly CheckResult[]>
  /** The results of one who has done nothing. */
  blank(): Promise<readonly CheckResult[]>
}

/** Makes the judge of a scenario, filled in for a student. */
export type CreateJudge = (scenario: Scenario, services: readonly string[]) => Promise<Judge>

/** One submission to grade. */
export interface Order {
  readonly file: string
  /** Who has handed it in, where that is known from elsewhere. */
  readonly student?: string | undefined
  /** Their name, as the gradebook that it comes from writes it. */
  readonly name?: string | undefined
  /** The number that Moodle has given them in this assignment. */
  readonly participant?: string | undefined
}

/** What a student gets who has done nothing. */
export interface Blank {
  readonly title: Text
  readonly results: readonly CheckResult[]
}

/** What all submissions of a class are held against. */
export interface ClassRules {
  /** The scenario's file. */
  readonly scenario: string
  /** Folders of shipped scenarios, and of services. */
  readonly folders: readonly string[]
  readonly services: readonly string[]
  /** Of the scenario's files as they are here. */
  readonly hash: string
  /** The scenario before anything of a student is filled in. */
  readonly blank: Blank
  /** The course's public key; without one nobody knows who has signed the launch files. */
  readonly course?: string | undefined
  /** The launch files that the course has issued, by their hashes: whose they are. */
  readonly launches?: Readonly<Record<string, string>> | undefined
  /** Texts that belong to one student alone. */
  readonly marks?: Readonly<Record<string, string>> | undefined
}

/** What came of a submission. */
export interface Graded {
  readonly report: Report
  readonly print?: Print
}

/** How a grading goes, for whoever waits for it: whose it is, and what that student gets who has done nothing. */
export interface Begun extends Blank {
  readonly student: string
}

/** What a report says of a submission, whatever comes of it. */
function about({
  file,
  participant,
  name,
}: Order): Pick<Report, 'target' | 'isFile' | 'participant' | 'name'> {
  return {
    target: file,
    isFile: true,
    ...(participant !== undefined && { participant }),
    ...(name !== undefined && { name }),
  }
}

/** A report of work that could not be graded: everything counts as failed. */
export function failedReport(
  order: Order,
  subject: string,
  failure: Text,
  known: Blank & Partial<Pick<Report, 'student' | 'flags' | 'at' | 'milliseconds'>>,
): Report {
  const { results, flags = [], at = Date.now(), milliseconds = 0 } = known
  return {
    ...about(order),
    subject,
    title: known.title,
    student: known.student ?? order.student ?? order.name ?? basename(order.file).replace(/\.telelab$/, ''),
    at,
    milliseconds,
    seed: '',
    // The failure is told once: what is practice's of the results (values, commands, hints) would lead astray.
    results: results.map(({ id, group, title, points }) => ({
      id,
      group,
      title,
      outcome: 'failed',
      points,
      score: 0,
      assertions: [],
      milliseconds: 0,
    })),
    flags,
    failure,
  }
}

/** What a submission is graded with. */
export interface Grader {
  readonly registry: Registry
  readonly createJudge: CreateJudge
  begun?(begun: Begun): void
}

/** Grades a submission; never throws for what is in it. */
export async function gradeOne(order: Order, rules: ClassRules, grader: Grader): Promise<Graded> {
  const [at, started] = [Date.now(), performance.now()]
  const spent = (): { readonly at: number; readonly milliseconds: number } => ({
    at,
    milliseconds: Math.round(performance.now() - started),
  })
  const subject = scenarioName(rules.scenario)
  let reader: SubmissionReader
  try {
    reader = await SubmissionReader.open(order.file)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const flags = [{ kind: 'damaged', text: error.text }]
    return { report: failedReport(order, subject, error.text, { ...rules.blank, flags, ...spent() }) }
  }
  await using _reader = reader
  const { student, values } = reader.launch
  const maker = new PrintMaker(student, new Map(Object.entries(rules.marks ?? {})))
  const all = reader.facts((line, fact) => maker.take(line, fact))
  const faults = faultsOf(reader, order, rules, subject)
  // What stands in a launch file that is not to be believed is filled in nowhere.
  const judged = faults.length > 0 ? undefined : await judgedBy(reader, all, rules, grader)
  // What the judge did not need to see is held against the chain all the same.
  while ((await all.next()).done !== true);
  const found = [...faults, ...reader.faults.filter((fault) => !faults.includes(fault))]
  const flags = [...found, ...notes(reader, rules, subject)]
  const [fault] = found
  if (judged === undefined || fault !== undefined) {
    const { text } = fault ?? unexplained
    // Who hands in somebody else's work gets nothing for it; that other one loses nothing.
    const known = { ...(judged?.blank ?? rules.blank), student: order.student ?? student, flags, ...spent() }
    return { report: failedReport(order, subject, text, known) }
  }
  const { blank, results } = judged
  const report = {
    ...about(order),
    ...spent(),
    title: blank.title,
    student,
    subject,
    seed: reader.digest.slice(0, 16),
    results,
    flags,
  }
  return { report, print: maker.print(order.file, reader.digest, reader.artifacts, values) }
}

/** What the facts and artifacts come to by the scenario as its student has it. */
async function judgedBy(
  reader: SubmissionReader,
  facts: AsyncGenerator<SeenFact>,
  rules: ClassRules,
  grader: Grader,
): Promise<{ readonly blank: Begun; readonly results: readonly CheckResult[] }> {
  const scenario = await scenarioFor(rules, reader, grader.registry)
  const judge = await grader.createJudge(scenario, rules.services)
  const blank = { student: reader.launch.student, title: scenario.title, results: await judge.blank() }
  grader.begun?.(blank)
  // Without `return`: a judge that has seen enough does not end the reading.
  const open: AsyncIterable<SeenFact> = { [Symbol.asyncIterator]: () => ({ next: () => facts.next() }) }
  return { blank, results: await judge.judge(open, reader.artifacts) }
}

const unexplained: Flag = { kind: 'damaged', text: { en: 'it is damaged', es: 'está dañada' } }

async function scenarioFor(
  rules: ClassRules,
  { launch, address }: SubmissionReader,
  registry: Registry,
): Promise<Scenario> {
  const { scenario, problems } = await loadScenario(rules.scenario, {
    registry,
    folders: rules.folders,
    student: launch.student,
    values: launch.values,
    address,
  })
  if (scenario !== undefined) return scenario
  throw new LabError((words) => words.scenarioWrong(problems.length, false), { blame: 'wrong', problems })
}

/** What makes a submission worth nothing. */
function faultsOf(reader: SubmissionReader, order: Order, rules: ClassRules, scenario: string): Flag[] {
  const { launch } = reader
  const found = [...reader.faults]
  const tell = (kind: string, en: string, es: string): void => void found.push({ kind, text: { en, es } })
  if (rules.course !== undefined && launch.course !== rules.course)
    tell(
      'other-course',
      'its launch file was not signed by this course',
      'su fichero de lanzamiento no lo firmó esta asignatura',
    )
  if (launch.scenario !== scenario)
    tell(
      'other-scenario',
      `it is of the scenario "${launch.scenario}", not of "${scenario}"`,
      `es del escenario "${launch.scenario}", no de "${scenario}"`,
    )
  const others = reader.launches().flatMap((hash) => rules.launches?.[hash] ?? [])
  for (const other of others.filter((each) => each !== launch.student))
    tell(
      'foreign-student',
      `student ${launch.student} hands in runs of student ${other}`,
      `el estudiante ${launch.student} entrega ejecuciones del estudiante ${other}`,
    )
  if (order.student !== undefined && order.student !== launch.student)
    tell(
      'foreign-student',
      `student ${order.student} hands in the work of student ${launch.student}`,
      `el estudiante ${order.student} entrega el trabajo del estudiante ${launch.student}`,
    )
  return found
}

/** What the teacher is told, and costs nothing by itself. */
function notes(reader: SubmissionReader, rules: ClassRules, scenario: string): Flag[] {
  const { launch, manifest } = reader
  const found: Flag[] = []
  const tell = (kind: string, en: string, es: string): void => void found.push({ kind, text: { en, es } })
  const { last, back } = clockOf(reader)
  if (launch.ends !== null && last > Date.parse(launch.ends))
    tell(
      'late',
      `made at ${timeText(last)}, after the end (${launch.ends}), by the student's own clock`,
      `hecha el ${timeText(last)}, tras el plazo (${launch.ends}), según el reloj del estudiante`,
    )
  if (back !== undefined)
    tell(
      'clock-back',
      `the student's clock was turned back: it said ${timeText(last)}, and later ${timeText(back)}`,
      `el reloj del estudiante se atrasó: marcaba ${timeText(last)}, y después ${timeText(back)}`,
    )
  if (manifest.hash !== launch.hash)
    tell(
      'scenario-changed',
      'the files of the scenario were not those of the launch file when it was handed in',
      'los ficheros del escenario no eran los del fichero de lanzamiento al entregarse',
    )
  const isOther = launch.scenario !== scenario
  if (!isOther && launch.hash !== rules.hash)
    tell(
      'other-version',
      'it was made with another version of the scenario than that which grades it',
      'se hizo con otra versión del escenario que la que lo califica',
    )
  if (rules.course === undefined)
    tell(
      'launch-unproved',
      'no course was given: nobody knows who has signed its launch file (--course FOLDER)',
      'no se indicó asignatura: no se sabe quién firmó su fichero de lanzamiento (--course CARPETA)',
    )
  else if (!isOther && rules.launches !== undefined && rules.launches[launchHash(launch)] === undefined)
    tell(
      'launch-replaced',
      'its launch file is not the one that the course has issued last for this student',
      'su fichero de lanzamiento no es el último que la asignatura emitió para este estudiante',
    )
  return found
}

/** The latest that the student's clock has said, and the first that it said after an earlier later time. */
function clockOf(reader: SubmissionReader): { readonly last: number; readonly back: number | undefined } {
  let last = 0
  let back: number | undefined
  for (const time of reader.times()) {
    if (time < last - LEEWAY) back ??= time
    last = Math.max(last, time)
  }
  return { last, back }
}

function timeText(time: number): string {
  return new Date(time).toISOString()
}

/** What a mistake of the grader itself comes to. */
export function brokenText(error: unknown): Text {
  const why = textOf(error)
  return { en: `it could not be graded: ${why.en}`, es: `no se pudo calificar: ${why.es}` }
}
