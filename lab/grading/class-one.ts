/** Grades one submission: by its journal and its artifacts, whatever else it may say of itself. */
import { basename } from 'node:path'
import type { SeenFact } from '../check.ts'
import { LabError, messageOf } from '../host/error.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Registry } from '../scenario/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Text } from '../service.ts'
import { PrintMaker, type Print } from './compare-print.ts'
import { launchHash, type Launch } from './launch.ts'
import type { CheckResult, Flag, Report } from './model.ts'
import { SubmissionReader } from './submission-read.ts'

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

/** How a grading goes, for whoever waits for it. */
export interface Begun {
  readonly student: string
  readonly title: Text
  readonly blank: readonly CheckResult[]
}

/** A report of work that could not be graded: everything counts as failed. */
export function failedReport(
  order: Order,
  subject: string,
  failure: Text,
  known: Partial<Pick<Report, 'title' | 'student' | 'results' | 'flags' | 'at' | 'milliseconds'>> = {},
): Report {
  const { results = [], flags = [], at = Date.now(), milliseconds = 0 } = known
  return {
    subject,
    title: known.title ?? { en: subject, es: subject },
    student: known.student ?? order.student ?? basename(order.file).replace(/\..*$/, ''),
    target: order.file,
    at,
    milliseconds,
    seed: '',
    results: results.map((result) => ({
      ...result,
      outcome: 'failed',
      score: 0,
      assertions: result.assertions.map((assertion) => ({ ...assertion, holds: false })),
      reason: failure,
    })),
    flags,
    failure,
  }
}

/** Grades a submission; never throws for what is in it. */
export async function gradeOne(
  order: Order,
  rules: ClassRules,
  use: {
    readonly registry: Registry
    readonly createJudge: CreateJudge
    readonly begun?: (begun: Begun) => void
  },
): Promise<Graded> {
  const [at, begun] = [Date.now(), performance.now()]
  const spent = (): number => Math.round(performance.now() - begun)
  let reader: SubmissionReader
  try {
    reader = await SubmissionReader.open(order.file)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const flags = [{ kind: 'damaged', text: error.text }]
    return {
      report: failedReport(order, basename(rules.scenario), error.text, { flags, at, milliseconds: spent() }),
    }
  }
  await using _reader = reader
  const { launch } = reader
  const { student, values } = launch
  const scenario = await scenarioFor(rules, launch, use.registry)
  const judge = await use.createJudge(scenario, rules.services)
  const blank = await judge.blank()
  use.begun?.({ student, title: scenario.title, blank })
  const faults = faultsOf(reader, order, rules, scenario.name)
  const maker = new PrintMaker(student, new Map(Object.entries(rules.marks ?? {})))
  const all = reader.facts((line, fact) => maker.take(line, fact))
  // Without `return`: a judge that has seen enough does not end the reading.
  const open: AsyncIterable<SeenFact> = { [Symbol.asyncIterator]: () => ({ next: () => all.next() }) }
  const results = faults.length > 0 ? blank : await judge.judge(open, reader.artifacts)
  // What the judge did not need to see is held against the chain all the same.
  while ((await all.next()).done !== true);
  const flags = [...faults, ...reader.faults.filter((fault) => !faults.includes(fault))]
  const common = { title: scenario.title, student, at }
  if (flags.length > 0) {
    const [{ text } = unexplained] = flags
    return {
      report: failedReport(order, scenario.name, text, {
        ...common,
        results: blank,
        flags: [...flags, ...notes(reader, rules)],
        milliseconds: spent(),
      }),
    }
  }
  const report: Report = {
    ...common,
    subject: scenario.name,
    target: order.file,
    milliseconds: spent(),
    seed: reader.digest.slice(0, 16),
    results,
    flags: notes(reader, rules),
  }
  return { report, print: maker.print(order.file, reader.digest, reader.artifacts, values) }
}

const unexplained: Flag = { kind: 'damaged', text: { en: 'it is damaged', es: 'está dañada' } }

async function scenarioFor(rules: ClassRules, launch: Launch, registry: Registry): Promise<Scenario> {
  const { scenario, problems } = await loadScenario(rules.scenario, {
    registry,
    folders: rules.folders,
    student: launch.student,
    values: launch.values,
    address: '127.0.0.1',
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
function notes({ launch, manifest }: SubmissionReader, rules: ClassRules): Flag[] {
  const found: Flag[] = []
  const tell = (kind: string, en: string, es: string): void => void found.push({ kind, text: { en, es } })
  if (launch.ends !== null && manifest.made > launch.ends)
    tell(
      'late',
      `made at ${manifest.made}, after the end (${launch.ends}), by the student's own clock`,
      `hecha el ${manifest.made}, tras el plazo (${launch.ends}), según el reloj del estudiante`,
    )
  if (manifest.hash !== launch.hash)
    tell(
      'scenario-changed',
      'the files of the scenario were not those of the launch file when it was handed in',
      'los ficheros del escenario no eran los del fichero de lanzamiento al entregarse',
    )
  if (launch.hash !== rules.hash)
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
  else if (rules.launches !== undefined && rules.launches[launchHash(launch)] === undefined)
    tell(
      'launch-replaced',
      'its launch file is not the one that the course has issued last for this student',
      'su fichero de lanzamiento no es el último que la asignatura emitió para este estudiante',
    )
  return found
}

/** What a mistake of the grader itself comes to. */
export function brokenText(error: unknown): Text {
  const why = error instanceof LabError ? error.text : { en: messageOf(error), es: messageOf(error) }
  return { en: `it could not be graded: ${why.en}`, es: `no se pudo calificar: ${why.es}` }
}
