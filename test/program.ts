import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { until } from './talk.ts'

const root = resolve(import.meta.dirname, '..')

/** The launcher of the command line. */
export const launcher: string = join(root, 'lab', 'lab.js')

/** How a command of a test is run. */
export interface ProgramOptions {
  /** The folder in which it runs. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** The program that runs the launcher, if not this Node. */
  readonly node?: string
}

/** What a finished command printed, and its exit code. */
export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command under way. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess
  out = ''
  err = ''
  readonly finished: Promise<Finished>

  constructor(words: readonly string[], options: ProgramOptions) {
    const { LANG: _lang, LC_ALL: _all, npm_execpath: _npm, ...environment } = process.env
    this.process = spawn(options.node ?? process.execPath, [launcher, ...words], {
      cwd: options.folder,
      env: { ...environment, NO_COLOR: '1', LANG: 'C', LAB_CALLED: 'lab', ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => void (this.out += text))
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => void (this.err += text))
    this.finished = once(this.process, 'close').then(([code]) => ({
      code: code as number | null,
      out: this.out,
      err: this.err,
    }))
  }

  /** Resolves when the output holds the text; rejects, with all that was printed, if the program ends before. */
  async printed(text: string): Promise<void> {
    await until(() => this.out.includes(text) || this.process.exitCode !== null, `"${text}"`)
    if (!this.out.includes(text)) throw new Error(`ended without "${text}": ${this.out}${this.err}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL')
    await this.finished
  }
}

/** Runs a command to its end. */
export function run(words: readonly string[], options: ProgramOptions): Promise<Finished> {
  return new Program(words, options).finished
}

/** Starts a lab and waits for its greeting. */
export async function startLab(words: readonly string[], options: ProgramOptions): Promise<Program> {
  const program = new Program(['start', ...words], options)
  try {
    await program.printed('lab stop')
    return program
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
}

/** The addresses that a greeting shows, in its order. */
export function addressesIn(greeting: string): { readonly host: string; readonly port: number }[] {
  return [...greeting.matchAll(/(127\.0\.0\.1):(\d+)(?: \(|\n)/g)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }))
}
