/** Grades the submissions of a class side by side, each in one of a few processes. */
import { fork, type ChildProcess } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { visible } from '../kit/dissect/text.ts'
import { scenarioName } from '../scenario/layers.ts'
import type { Text } from '../service.ts'
import { failedReport, type Begun, type ClassRules, type Graded, type Order } from './class-one.ts'
import { artifactPrint, type Print } from './compare-print.ts'
import { compare, type Match } from './compare.ts'
import { filesIn } from './launch-hash.ts'
import { launchHash, readLaunch } from './launch.ts'
import { CourseValues, type Template } from './course-values.ts'
import type { Course } from './course.ts'
import { NOT_GRADED, type Report } from './model.ts'

/** Milliseconds that one submission may take. */
const PATIENCE = 60_000

/** Megabytes of a process's heap; a journal is read piece by piece, whatever its size. */
const HEAP = 256

/** Octets of a file of the scenario that may come back as an artifact. */
const LONGEST_GIVEN = 1024 * 1024

/** How far a grading is. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Milliseconds that are probably left; undefined as long as nothing is done. */
  readonly left: number | undefined
}

/** How a class is graded. */
export interface ClassOptions {
  readonly rules: ClassRules
  /** The module whose `createJudge` judges; the one of this folder if not given. */
  readonly judge?: string
  /** As many as the machine has cores, if not given. */
  readonly processes?: number
  /** Milliseconds for each, 60,000 if not given. */
  readonly patience?: number
  readonly signal?: AbortSignal
  readonly progress?: (progress: Progress) => void
}

/** What a course knows that submissions are held against. */
export function courseRules(
  course: Course,
  template: Template,
): Pick<ClassRules, 'course' | 'launches' | 'marks'> {
  const launches = course.launchFiles(template.scenario).map((file) => {
    const launch = readLaunch(file)
    return [launchHash(launch), launch.student] as const
  })
  return {
    course: course.settings.key,
    launches: Object.fromEntries(launches),
    marks: Object.fromEntries(new CourseValues(course, template).marks()),
  }
}

/** A grading under way: the reports come as they are done, in whatever order; after the last one it knows who shares what. */
export class ClassGrading implements AsyncIterable<Report> {
  readonly #orders: readonly Order[]
  readonly #options: ClassOptions
  readonly #prints: Print[] = []

  constructor(orders: readonly Order[], options: ClassOptions) {
    this.#orders = orders
    this.#options = options
  }

  /** What students of the class share; complete after the last report. */
  matches(): Match[] {
    return compare(this.#prints, given(this.#options.rules.scenario))
  }

  /** The report of a submission that was not graded, for a file of results that has to be whole at any moment. */
  pending(order: Order, reason: Text): Report {
    return failedReport(order, this.#subject, reason, this.#options.rules.blank)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Report> {
    const stop = new AbortController()
    const { signal = stop.signal } = this.#options
    try {
      yield* this.#reports(AbortSignal.any([signal, stop.signal]))
    } finally {
      // Who stops listening wants no more processes, either.
      stop.abort()
    }
  }

  async *#reports(signal: AbortSignal): AsyncGenerator<Report> {
    const { processes = availableParallelism(), progress } = this.#options
    const waiting = [...this.#orders]
    const [total, begun] = [waiting.length, performance.now()]
    const done: Report[] = []
    let [count, wake] = [0, (): void => undefined]
    const workers = Array.from({ length: Math.min(processes, total) }, async () => {
      using worker = new Worker(this.#options, signal)
      for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
        done.push(await this.#grade(worker, order))
        wake()
      }
    })
    const all = Promise.all(workers).finally(() => wake())
    // Who stops listening hears of no failure; who goes on is told below.
    all.catch(() => undefined)
    while (count < total) {
      const report = done.shift()
      if (report === undefined) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), all])
        if (done.length === 0) break
        continue
      }
      count += 1
      const left = ((performance.now() - begun) / count) * (total - count)
      progress?.({ done: count, total, left })
      yield report
    }
    await all
  }

  get #subject(): string {
    return scenarioName(this.#options.rules.scenario)
  }

  async #grade(worker: Worker, order: Order): Promise<Report> {
    const { graded, begun, failure } = await worker.grade(order)
    if (graded?.print !== undefined) this.#prints.push(graded.print)
    if (graded !== undefined) return graded.report
    const flags = failure === stopped ? [] : [{ kind: NOT_GRADED, text: failure }]
    return failedReport(order, this.#subject, failure, { ...(begun ?? this.#options.rules.blank), flags })
  }
}

/** The files of the scenario, as they are compared: who hands in what everybody was given has copied from nobody. */
function given(scenario: string): Set<string> {
  if (basename(scenario) !== 'scenario.yaml') return new Set()
  const folder = dirname(scenario)
  return new Set(
    filesIn(folder).flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).size > LONGEST_GIVEN ? [] : [artifactPrint(name, readFileSync(path), {}).normal]
    }),
  )
}

/** Grades submissions; the reports come as they are done. */
export function gradeSubmissions(orders: readonly Order[], options: ClassOptions): ClassGrading {
  return new ClassGrading(orders, options)
}

interface Outcome {
  readonly graded: Graded | undefined
  readonly begun: Begun | undefined
  /** Why there is no report. */
  readonly failure: Text
}

/** One process; where it fails, the next submission gets another one. */
class Worker implements Disposable {
  readonly #options: ClassOptions
  readonly #signal: AbortSignal
  #child: ChildProcess | undefined

  constructor(options: ClassOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  async grade(order: Order): Promise<Outcome> {
    if (this.#signal.aborted) return { graded: undefined, begun: undefined, failure: stopped }
    const child = (this.#child ??= this.#start())
    const { patience = PATIENCE } = this.#options
    return new Promise((resolve) => {
      let begun: Begun | undefined
      const end = (outcome: Pick<Outcome, 'graded' | 'failure'>): void => {
        clearTimeout(timer)
        child.removeAllListeners()
        this.#signal.removeEventListener('abort', onAbort)
        if (outcome.graded === undefined) this[Symbol.dispose]()
        resolve({ ...outcome, begun })
      }
      const onAbort = (): void => end({ graded: undefined, failure: stopped })
      this.#signal.addEventListener('abort', onAbort)
      const timer = setTimeout(() => end({ graded: undefined, failure: tooSlow(patience) }), patience)
      child.on('message', (message: { readonly begun?: Begun; readonly graded?: Graded }) => {
        begun = message.begun ?? begun
        if (message.graded !== undefined) end({ graded: message.graded, failure: ended })
      })
      child.on('error', () => end({ graded: undefined, failure: ended }))
      child.on('exit', () => end({ graded: undefined, failure: ended }))
      child.send({ order }, () => undefined)
    })
  }

  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  #start(): ChildProcess {
    const child = fork(join(import.meta.dirname, 'class-child.ts'), [], {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    // What a mistake of the grader says may repeat what a student has written.
    child.stderr?.setEncoding('utf8').on('data', (said: string) => {
      process.stderr.write(
        said
          .split('\n')
          .map((line) => visible(line))
          .join('\n'),
      )
    })
    const { rules, judge = new URL('class-judge.ts', import.meta.url).href } = this.#options
    child.send({ rules, judge }, () => undefined)
    return child
  }
}

const ended: Text = {
  en: 'the process that graded it has ended: it needs too much memory, or shows a mistake of the grader',
  es: 'el proceso que la calificaba ha terminado: necesita demasiada memoria, o muestra un error del calificador',
}

const stopped: Text = {
  en: 'it was not graded: the grading was broken off',
  es: 'no se calificó: la calificación se interrumpió',
}

function tooSlow(patience: number): Text {
  const seconds = Math.round(patience / 1000)
  return {
    en: `it was not graded within ${seconds} s`,
    es: `no se calificó en ${seconds} s`,
  }
}
