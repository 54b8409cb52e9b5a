/** Writes reports while they grow: at any moment each file is whole, as it was after some check. */
import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import { formats, type FormatOptions } from './formats/index.ts'
import type { Report } from './model.ts'

/** A format and the file that it goes to; undefined for standard output. */
export interface Output {
  readonly format: string
  readonly path: string | undefined
}

/** Of the time, at most this part goes into writing: a class has many reports. */
const SHARE = 0.1

/** The files of one run. */
export class Outputs {
  readonly #outputs: readonly Output[]
  readonly #options: FormatOptions
  #reports: readonly Report[] = []
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #failure: LabError | undefined

  constructor(outputs: readonly Output[], options: FormatOptions) {
    this.#outputs = outputs
    this.#options = options
  }

  /** Puts the reports into the files, at once or soon. */
  publish(reports: readonly Report[]): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#reports = reports
    const wait = this.#next - performance.now()
    if (wait <= 0) this.#write()
    else this.#timer ??= setTimeout(() => this.#writeLater(), wait)
  }

  /** Puts the last reports into all files, and returns what goes to standard output. */
  finish(reports: readonly Report[], options: FormatOptions): string[] {
    clearTimeout(this.#timer)
    this.#reports = reports
    this.#write({ ...this.#options, tell: options.tell ?? (() => undefined) }, true)
    return this.#outputs
      .filter(({ path }) => path === undefined)
      .map(({ format }) => {
        const text = textOf(format, reports, options)
        return format === 'github-annotations' ? text : inert(text)
      })
  }

  /** What goes wrong here is told to whoever publishes next. */
  #writeLater(): void {
    try {
      this.#write()
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      this.#failure = error
    }
  }

  #write(options = this.#options, isLast = false): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const begun = performance.now()
    for (const { format, path } of this.#outputs) {
      if (path !== undefined) writeWhole(path, textOf(format, this.#reports, options), isLast)
    }
    const now = performance.now()
    this.#next = now + (now - begun) / SHARE
  }
}

/** A runner of GitHub Actions takes such lines of standard output for commands, which may set the marks: a graded server must not give any. */
function inert(text: string): string {
  return text
    .replaceAll(/^([ \t]*):(?=:[\w-]+(?: .*)?::)/gm, String.raw`$1\x3a`)
    .replaceAll('##[', String.raw`#\x23[`)
}

function textOf(format: string, reports: readonly Report[], options: FormatOptions): string {
  return formats[format]?.(reports, options) ?? ''
}

/** Replaces the file in one step; a device or a pipe gets the last state only. */
function writeWhole(path: string, text: string, isLast: boolean): void {
  try {
    const status = statSync(path, { throwIfNoEntry: false })
    if (status !== undefined && !status.isFile()) {
      if (isLast || status.isDirectory()) writeFileSync(path, text)
      return
    }
    // A link stays one.
    const isLink =
      lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && status !== undefined
    const file = isLink ? realpathSync(path) : path
    const draft = join(dirname(file), `.${basename(file)}.${process.pid}`)
    try {
      writeFileSync(draft, text, { mode: status?.mode ?? 0o666 })
      renameSync(draft, file)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  } catch (error) {
    throw new LabError(
      {
        en: `the results cannot be written to ${path}: ${messageOf(error)}`,
        es: `no se pueden escribir los resultados en ${path}: ${messageOf(error)}`,
      },
      { cause: error },
    )
  }
}
