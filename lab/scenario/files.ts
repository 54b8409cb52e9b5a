import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { messageOf } from '../host/error.ts'
import { readSource } from '../kit/source.ts'
import { FileError, type Problem, type ScenarioFiles } from '../service.ts'
import { text } from '../words/index.ts'
import { fillText, sourceColumn, type Filling, type Variables } from './fill.ts'
import { fieldsOf, type Tree } from './tree.ts'

/** Bytes of the longest text file that a scenario may bring. */
const LONGEST = 16 * 1024 * 1024

/** Files that the student writes, which stand in for those of the scenario. */
export interface OwnFiles {
  /** Where the student works. */
  readonly folder: string
  /** The files that tasks ask for, by their paths in it. */
  readonly names: ReadonlySet<string>
}

/** The files of a scenario: those that the student writes, then of its own folder, then of the scenarios that it extends. */
export class Files implements ScenarioFiles {
  readonly #folders: readonly string[]
  readonly #variables: Variables
  readonly #own: OwnFiles | undefined
  readonly #texts = new Map<string, string>()
  readonly #fillings = new Map<string, readonly Filling[]>()

  constructor(folders: readonly string[], variables: Variables, own?: OwnFiles) {
    this.#folders = folders
    this.#variables = variables
    this.#own = own
  }

  path(wanted: string): string {
    for (const folder of this.#foldersFor(wanted)) {
      const found = join(folder, wanted)
      if (isAbsolute(wanted) || !isUnder(folder, resolve(folder, wanted))) throw outside(wanted)
      if (!existsSync(found)) continue
      if (!isUnder(realpathSync(folder), realpathSync(found))) throw outside(wanted)
      return found
    }
    throw new FileError(text((words) => words.fileMissing(wanted, this.#folders)))
  }

  text(wanted: string): string {
    const path = this.path(wanted)
    const source = sourceOf(path)
    // What the student writes is handed in as it is, so it is served as it is.
    const isOwn = this.#own?.names.has(wanted) === true && path === join(this.#own.folder, wanted)
    const filled = isOwn
      ? { text: source, fillings: [], problems: [] }
      : fillText(source, this.#variables, { file: path, line: 1, column: 1 })
    if (filled.problems.length > 0) {
      throw new FileError(
        text((words) => words.fileWrong(path, filled.problems.length)),
        filled.problems,
      )
    }
    this.#texts.set(wanted, filled.text)
    this.#fillings.set(wanted, filled.fillings)
    return filled.text
  }

  /** The problem with the path of its file, and at the place where its author wrote it. */
  placed(problem: Problem): Problem {
    const fillings = this.#fillings.get(problem.file)
    if (fillings === undefined) return problem
    return {
      ...problem,
      file: this.path(problem.file),
      column: sourceColumn(fillings, problem.line, problem.column),
    }
  }

  /** The paths of the texts that were read, to be watched. */
  watched(): string[] {
    return [...this.#texts.keys()].flatMap((wanted) =>
      this.#foldersFor(wanted).map((folder) => join(folder, wanted)),
    )
  }

  /** True if every text that was read here reads the same in the other files. */
  equals(other: Files): boolean {
    return [...this.#texts].every(([wanted, before]) => {
      try {
        return other.text(wanted) === before
      } catch {
        // Gone or wrong is a change; whoever starts the service with it is told why.
        return false
      }
    })
  }

  #foldersFor(wanted: string): readonly string[] {
    return this.#own?.names.has(wanted) === true ? [this.#own.folder, ...this.#folders] : this.#folders
  }
}

/** The files that the tasks of a scenario have the student write. */
export function writtenFiles(scenario: Tree): ReadonlySet<string> {
  const tasks = fieldsOf(scenario)['tasks']
  const files = Array.isArray(tasks) ? tasks.map((task: unknown) => fileOf(task)) : []
  return new Set(files.filter((file) => file !== undefined))
}

function fileOf(task: unknown): string | undefined {
  if (typeof task !== 'object' || task === null) return undefined
  const file: unknown = Reflect.get(task, 'file')
  return typeof file === 'string' ? file : undefined
}

function sourceOf(path: string): string {
  let source: ReturnType<typeof readSource>
  try {
    source = readSource(path, LONGEST)
  } catch (error) {
    throw new FileError(
      text((words) => words.fileUnreadable(path, messageOf(error))),
      [],
      error,
    )
  }
  if (typeof source === 'object') return source.text
  throw new FileError(
    text((words) => (source === 'long' ? words.fileTooLong(path, LONGEST) : words.fileSpecial(path))),
  )
}

function outside(wanted: string): FileError {
  return new FileError(text((words) => words.fileOutside(wanted)))
}

/** True if the path is the folder, or lies under it. */
export function isUnder(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}
