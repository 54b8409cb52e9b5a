import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
  write,
} from 'node:fs'
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
const WAITING = 100_000
/** Facts a second that each service may write for long; what a flood brings beyond is dropped and counted, as other logs do. */
const RATE = 5000
/** Facts that a service may write at once after a quiet time. */
const BURST = 40_000
/** Bytes that one run may write; facts beyond it are dropped and counted. */
const LARGEST = 512 * 1024 * 1024
/** Characters of the longest fact. */
const LONGEST = 65_536
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
  if (!existsSync(folder)) return []
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
  /** Lines for the next batch, and how many of them are whose. */
  #waiting: string[] = []
  #owners = new Map<string, number>()
  /** Milliseconds since 1970 of the last line. */
  #at = 0
  /** Entries that are not on disk yet, those of the batches under way included. */
  #queued = 0
  /** Facts that each service may write now. */
  readonly #allowance = new Map<string, number>()
  /** Milliseconds of `performance.now()`. */
  #refilled = performance.now()
  /** Facts that the next batch reports as lost, by service. */
  readonly #dropped = new Map<string, number>()
  /** Bytes in the file. */
  #written: number
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isComplaining = false

  constructor(journal: Journal, state: string, startedAt: number, log: Logger) {
    const folder = journalFolder(state)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const old of journalFiles(state).slice(0, 1 - RUNS)) unlinkSync(old)
    const name = runName(startedAt, journalFiles(state).at(-1))
    this.#descriptor = openSync(join(folder, `${name}.ndjson`), 'a', 0o600)
    this.#written = fstatSync(this.#descriptor).size
    this.#journal = journal
    this.#log = log
    this.#listening = journal.listen((entry) => this.#take(entry))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]()
    clearTimeout(this.#timer)
    this.#flush()
    await this.#writing
    // What the last batch has lost is told, too.
    this.#flush()
    await this.#writing
    closeSync(this.#descriptor)
  }

  #take(entry: Entry): void {
    // The timer is set for what is dropped, too: it is told, and the allowance grows again.
    this.#timer ??= setTimeout(() => this.#flush(), INTERVAL)
    const allowance = this.#allowance.get(entry.service) ?? BURST
    if (allowance <= 0 || this.#queued >= WAITING || this.#written >= LARGEST)
      return this.#drop(entry.service)
    this.#allowance.set(entry.service, allowance - 1)
    // Made into text at once: a batch of kept facts would hold up the services, by itself and by the garbage that it leaves.
    const line = this.#line(entry)
    if (line === undefined) return
    this.#queued += 1
    this.#at = entry.at
    this.#owners.set(entry.service, (this.#owners.get(entry.service) ?? 0) + 1)
    if (this.#waiting.push(line) >= BATCH) this.#flush()
  }

  /** What a flooding service loses is its own: the others' facts are kept. */
  #refill(): void {
    const now = performance.now()
    const more = ((now - this.#refilled) / 1000) * RATE
    this.#refilled = now
    for (const [service, left] of this.#allowance) {
      if (left + more >= BURST) this.#allowance.delete(service)
      else this.#allowance.set(service, left + more)
    }
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#refill()
    const lines = this.#waiting
    if (lines.length === 0 && this.#dropped.size === 0) return
    const owners = this.#owners
    this.#waiting = []
    this.#owners = new Map()
    this.#writing = this.#writing.then(async () => {
      await this.#write(lines, owners)
      this.#queued -= lines.length
    })
  }

  async #write(batch: readonly string[], owners: ReadonlyMap<string, number>): Promise<void> {
    const lines = [...batch]
    if (this.#dropped.size > 0) lines.push(droppedLine(this.#at || this.#journal.now(), this.#dropped))
    const told = new Map(this.#dropped)
    this.#dropped.clear()
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await writeFully(this.#descriptor, bytes, done, bytes.length - done, null)
        done += bytesWritten
      }
      this.#written += bytes.length
      this.#isComplaining = false
    } catch (error) {
      for (const [service, facts] of told) this.#miss(service, facts)
      for (const [service, facts] of owners) {
        this.#miss(service, facts)
        this.#journal.countDropped(facts)
      }
      this.#cutHalfLine()
      this.#complain(messageOf(error))
    }
  }

  /** The entry as JSON; what cannot be written so, or is too long, is dropped and counted. */
  #line(entry: Entry): string | undefined {
    try {
      const line = JSON.stringify(entry)
      if (line.length <= LONGEST) return line
      this.#complain(`a fact of kind ${entry.kind} has ${line.length} characters`)
    } catch (error) {
      this.#complain(`a fact of kind ${entry.kind} is no JSON: ${messageOf(error)}`)
    }
    this.#drop(entry.service)
    return undefined
  }

  /** Takes back what a full disk has let through of a batch, so that the next one starts on a line of its own. */
  #cutHalfLine(): void {
    try {
      ftruncateSync(this.#descriptor, this.#written)
    } catch {
      // What is no regular file, or is gone, has no half line to take back.
    }
  }

  #complain(reason: string): void {
    if (!this.#isComplaining)
      this.#log.error({ reason }, 'the journal cannot be written; what it misses is counted as dropped')
    this.#isComplaining = true
  }

  #drop(service: string): void {
    this.#miss(service, 1)
    this.#journal.countDropped(1)
  }

  #miss(service: string, facts: number): void {
    this.#dropped.set(service, (this.#dropped.get(service) ?? 0) + facts)
  }
}

/** The start of the run as a file name; after a clock was set back it still comes after the newest one. */
function runName(startedAt: number, newest: string | undefined): string {
  const name = (at: number): string => new Date(at).toISOString().replaceAll(':', '-')
  const [, day, hour, minute, second] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-([\d.]+)Z\.ndjson$/.exec(newest ?? '') ?? []
  const last = Date.parse(`${day}T${hour}:${minute}:${second}Z`)
  return name(Number.isNaN(last) || last <= startedAt ? startedAt : last + 1)
}

function droppedLine(at: number, dropped: ReadonlyMap<string, number>): string {
  const facts = [...dropped.values()].reduce((sum, count) => sum + count, 0)
  const data = { facts, services: Object.fromEntries(dropped) }
  return JSON.stringify({ at, service: 'lab', kind: 'journal.dropped', data })
}
