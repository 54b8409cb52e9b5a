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
import { Batch, type Owned } from './batch.ts'
import type { Entry } from './entry.ts'
import { droppedFact, type Journal } from './journal.ts'

/** Milliseconds between two batches. */
const INTERVAL = 100
/** The same for a file that is full: what it misses is told, but so seldom that the file grows no more to speak of. */
const FULL_INTERVAL = 60_000
/** Octets that may wait for a slow disk; facts beyond are dropped and counted. */
const WAITING = 64 * 1024 * 1024
/** Bytes that one run may write; facts beyond it are dropped and counted. */
const LARGEST = 512 * 1024 * 1024
/** Characters of them that one service may write: who floods for long leaves room for the others. */
const SHARE = LARGEST / 4
/** How many runs stay on disk. */
const RUNS = 10

const writeSome = promisify(write)

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

/** What hears of each batch of lines once it is on the disk. */
export interface Seal extends Disposable {
  add(octets: Buffer): Promise<void>
}

/** Writes what the journal records to disk in batches; a full disk or a slow one costs facts, never the lab. */
export class JournalFile implements AsyncDisposable {
  readonly #descriptor: number
  readonly #journal: Journal
  readonly #log: Logger
  readonly #listening: Disposable
  /** What comes next; none while there is nothing to write. */
  #batch: Batch | undefined
  /** Octets of the batches under way. */
  #queued = 0
  /** Facts that the next batch reports as lost, by service. */
  readonly #lost = new Map<string, number>()
  /** Characters that each service has written, or has on their way. */
  readonly #shares = new Map<string, number>()
  /** Bytes in the file. */
  #written: number
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isComplaining = false
  readonly #seal: Seal | undefined

  /** `seal` is given the path of the file, and makes what hears of its batches. */
  constructor(
    journal: Journal,
    state: string,
    startedAt: number,
    log: Logger,
    seal?: (path: string) => Seal,
  ) {
    const folder = journalFolder(state)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const old of passingFiles(state).slice(0, 1 - RUNS)) unlinkSync(old)
    const path = join(folder, `${runName(startedAt, journalFiles(state).at(-1))}.ndjson`)
    // A seal covers its run from the first line on.
    this.#descriptor = openSync(path, seal === undefined ? 'a' : 'ax', 0o600)
    this.#written = fstatSync(this.#descriptor).size
    this.#journal = journal
    this.#log = log
    this.#seal = seal?.(path)
    this.#listening = journal.listen((entry, line) => this.#take(entry, line))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#journal.tell()
    this.#listening[Symbol.dispose]()
    this.#flush()
    await this.#writing
    // What the last batch has lost is told, too.
    this.#flush()
    await this.#writing
    closeSync(this.#descriptor)
    this.#seal?.[Symbol.dispose]()
  }

  #take({ service }: Entry, line: string): void {
    if (this.#batch?.hasRoom(line) === false) this.#flush()
    const isFull = this.#written >= LARGEST
    // Not before that flush, which takes the timer with it: this line would wait for the next one.
    this.#timer ??= setTimeout(() => this.#flush(), isFull ? FULL_INTERVAL : INTERVAL)
    const own = this.#shares.get(service) ?? 0
    if (this.#queued >= WAITING || isFull || own >= SHARE) return this.#lose(service, 1)
    add(this.#shares, service, line.length)
    this.#batch ??= new Batch()
    this.#batch.add(service, line)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#batch
    if (batch === undefined && this.#lost.size === 0) return
    this.#batch = undefined
    const octets = batch?.octets ?? Buffer.alloc(0)
    this.#queued += octets.length
    this.#writing = this.#writing.then(async () => {
      await this.#write(octets, batch?.owners ?? new Map())
      this.#queued -= octets.length
    })
  }

  async #write(octets: Buffer, owners: ReadonlyMap<string, Owned>): Promise<void> {
    const told = new Map(this.#lost)
    this.#lost.clear()
    const lines = told.size === 0 ? octets : Buffer.concat([octets, this.#lostLine(told)])
    try {
      await this.#writeFully(lines)
      this.#isComplaining = false
    } catch (error) {
      for (const [service, facts] of told) add(this.#lost, service, facts)
      for (const [service, { facts, characters }] of owners) {
        this.#lose(service, facts)
        add(this.#shares, service, -characters)
      }
      this.#cutHalfLine()
      return this.#complain(messageOf(error))
    }
    try {
      await this.#seal?.add(lines)
    } catch (error) {
      this.#complain(messageOf(error))
    }
  }

  async #writeFully(octets: Buffer): Promise<void> {
    for (let done = 0; done < octets.length;) {
      const { bytesWritten } = await writeSome(this.#descriptor, octets, done, octets.length - done, null)
      done += bytesWritten
    }
    this.#written += octets.length
  }

  /** Only the disk misses these facts, so only there it is told. */
  #lostLine(lost: ReadonlyMap<string, number>): Buffer {
    const fact = droppedFact(Object.fromEntries(lost))
    return Buffer.from(`${JSON.stringify({ at: this.#journal.now(), service: 'lab', ...fact })}\n`)
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

  #lose(service: string, facts: number): void {
    add(this.#lost, service, facts)
    this.#journal.countDropped(facts)
  }
}

/** The journals that may go when there are many: not those with a chain, of which a student hands in all. */
function passingFiles(state: string): string[] {
  return journalFiles(state).filter((file) => !existsSync(file.replace(/\.ndjson$/, '.chain')))
}

function add(counts: Map<string, number>, service: string, more: number): void {
  counts.set(service, (counts.get(service) ?? 0) + more)
}

/** The start of the run as a file name; after a clock was set back it still comes after the newest one. */
function runName(startedAt: number, newest: string | undefined): string {
  const name = (at: number): string => new Date(at).toISOString().replaceAll(':', '-')
  const [, day, hour, minute, second] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-([\d.]+)Z\.ndjson$/.exec(newest ?? '') ?? []
  const last = Date.parse(`${day}T${hour}:${minute}:${second}Z`)
  return name(Number.isNaN(last) || last <= startedAt ? startedAt : last + 1)
}
