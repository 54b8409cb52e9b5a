import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync, write } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '../host/error.ts'
import type { Logger } from '../service.ts'
import type { Entry } from './entry.ts'
import type { Journal } from './journal.ts'

/** Milliseconds between two batches. */
const INTERVAL = 100
/** Entries of a full batch, which is written at once. */
const BATCH = 2000
/** Entries that may wait for the disk; more are dropped and counted. */
const WAITING = 50_000
/** Bytes that one run may write; facts beyond it are dropped and counted. */
const LARGEST = 512 * 1024 * 1024
/** How many runs stay on disk. */
const RUNS = 10

const writeFully = promisify(write)

/** The folder of a scenario's journals, one NDJSON file a run, named by its start. */
export function journalFolder(state: string): string {
  return join(state, 'journal')
}

/** The journals on disk, oldest first. */
export function journalFiles(state: string): string[] {
  const folder = journalFolder(state)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
    .map((name) => join(folder, name))
}

/** Writes what the journal records to disk in batches; a full disk or a slow one costs facts, never the lab. */
export class JournalFile implements AsyncDisposable {
  readonly #descriptor: number
  readonly #journal: Journal
  readonly #log: Logger
  readonly #listening: Disposable
  #waiting: Entry[] = []
  /** Entries that are not on disk yet, those of the batches under way included. */
  #queued = 0
  #dropped = 0
  #written = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isComplaining = false

  constructor(journal: Journal, state: string, startedAt: number, log: Logger) {
    const folder = journalFolder(state)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const old of journalFiles(state).slice(0, 1 - RUNS)) unlinkSync(old)
    const name = new Date(startedAt).toISOString().replaceAll(':', '-')
    this.#descriptor = openSync(join(folder, `${name}.ndjson`), 'a', 0o600)
    this.#journal = journal
    this.#log = log
    this.#listening = journal.listen((entry) => this.#take(entry))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]()
    clearTimeout(this.#timer)
    this.#flush()
    await this.#writing
    closeSync(this.#descriptor)
  }

  #take(entry: Entry): void {
    if (this.#queued >= WAITING || this.#written >= LARGEST) return this.#drop(1)
    this.#queued += 1
    if (this.#waiting.push(entry) >= BATCH) return this.#flush()
    this.#timer ??= setTimeout(() => this.#flush(), INTERVAL)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    this.#writing = this.#writing.then(async () => {
      await this.#write(batch)
      this.#queued -= batch.length
    })
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    const lines = batch.map((entry) => JSON.stringify(entry))
    if (this.#dropped > 0) {
      lines.push(
        JSON.stringify({
          at: batch.at(-1)?.at,
          service: 'lab',
          kind: 'journal.dropped',
          data: { facts: this.#dropped },
        }),
      )
    }
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await writeFully(this.#descriptor, bytes, done, bytes.length - done, null)
        done += bytesWritten
      }
      this.#written += bytes.length
      this.#dropped = 0
      this.#isComplaining = false
    } catch (error) {
      this.#drop(batch.length)
      if (!this.#isComplaining)
        this.#log.error(
          { reason: messageOf(error) },
          'the journal cannot be written; its facts are counted as dropped',
        )
      this.#isComplaining = true
    }
  }

  #drop(facts: number): void {
    this.#dropped += facts
    this.#journal.countDropped(facts)
  }
}
