import { constants } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import type { Clock } from '../kit/deadline.ts'
import type { RefusedHead } from '../kit/http/session.ts'
import type { Logger } from '../service.ts'

/** Milliseconds between two batches. */
const INTERVAL = 100
/** Octets of a batch. */
const BATCH = 64 * 1024
/** Octets that may wait for a slow disk; lines beyond are lost. */
const WAITING = 4 * 1024 * 1024
/** Octets of the file; then it becomes the old one. */
const LARGEST = 16 * 1024 * 1024
/** Characters of the request line, the Referer and the User-Agent. */
const LONGEST = 1024
/** Characters of the user's name. */
const LONGEST_NAME = 256
/** More octets than a line can have. */
const TAIL = 16 * 1024

/** One answered request; text is one character for each octet, and what is undefined is written as `-`. */
export interface AccessEntry {
  /** When the request was received, milliseconds since 1970. */
  readonly at: number
  /** The client's address. */
  readonly host: string
  /** The name that the client has logged in with. */
  readonly user?: string | undefined
  /** The request line, undefined if none was understood. */
  readonly line: string | undefined
  readonly status: number
  /** Octets of the body that were sent. */
  readonly octets: number
  readonly referer?: string | undefined
  readonly agent?: string | undefined
}

/** The request line of a head, undefined if it was not read whole. */
export function requestLine({ method, target, version }: RefusedHead): string | undefined {
  if (method === undefined || target === undefined || version === undefined) return undefined
  return `${method} ${target} HTTP/${version}`
}

/** The entry as a line of Apache's `combined` LogFormat, without its end. */
export function combinedLine(entry: AccessEntry, stamp = stampOf(entry.at)): string {
  const { host, status, octets } = entry
  // A blank, which Apache leaves, would move all fields behind it for those who read the line.
  const user = field(entry.user, LONGEST_NAME, '').replaceAll(' ', '\\x20')
  const request = field(entry.line, LONGEST)
  const ends = `"${field(entry.referer, LONGEST)}" "${field(entry.agent, LONGEST)}"`
  return `${host} - ${user || '-'} [${stamp}] "${request}" ${status} ${octets || '-'} ${ends}`
}

/** As Apache's `ap_escape_logitem` writes it: no character can end the field or the line. */
function field(text: string | undefined, longest: number, absent = '-'): string {
  if (text === undefined) return absent
  const short = text.length > longest ? text.slice(0, longest) : text
  return /^[ !#-[\]-~]*$/.test(short) ? short : short.replace(/[^ !#-[\]-~]/g, escaped)
}

const letters = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
])

function escaped(character: string): string {
  return letters.get(character) ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** As in `10/Oct/2000:13:55:36 +0000`. */
function stampOf(at: number): string {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d\d) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(at).toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}

/** What the log needs of its surroundings. */
export interface AccessLogTools {
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn' | 'error'>
  /** Octets after which the file becomes the old one, 16 MB by default. */
  readonly largest?: number
}

/** Writes one line for each answer to a file and, when that is full, keeps it as `<path>.1`; a full disk or a slow one costs lines, never an answer. */
export class AccessLog implements AsyncDisposable {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: AccessLogTools['log']
  readonly #largest: number
  /** Lines of the next batch. */
  #lines = ''
  #count = 0
  /** Octets of the batches under way. */
  #queued = 0
  #lost = 0
  #timer: { cancel(): void } | undefined
  #writing: Promise<void> = Promise.resolve()
  #file: FileHandle | undefined
  /** Octets in the file. */
  #written = 0
  #isComplaining = false
  #hasEnded = false
  /** The second that `#stamp` was made for. */
  #second = Number.NaN
  #stamp = ''

  constructor(path: string, { clock, log, largest = LARGEST }: AccessLogTools) {
    this.#path = path
    this.#clock = clock
    this.#log = log
    this.#largest = largest
  }

  /** Adds what was answered to a request, as far as its head was read. */
  record(head: RefusedHead, answered: Pick<AccessEntry, 'at' | 'host' | 'user' | 'status' | 'octets'>): void {
    const [referer, agent] = [head.fields.get('referer'), head.fields.get('user-agent')]
    this.add({ ...answered, line: requestLine(head), referer, agent })
  }

  /** Never waits and never throws. */
  add(entry: AccessEntry): void {
    if (this.#hasEnded) return
    if (this.#queued + this.#lines.length > WAITING) {
      this.#lose(1, 'the disk is too slow')
      return
    }
    const second = Math.floor(entry.at / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#stamp = stampOf(entry.at)
    }
    this.#lines += `${combinedLine(entry, this.#stamp)}\n`
    this.#count += 1
    if (this.#lines.length >= BATCH) this.#flush()
    else this.#timer ??= this.#clock.timer(INTERVAL, () => this.#flush())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true
    this.#flush()
    await this.#writing
    await this.#close()
  }

  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#count === 0) return
    // The lines hold ASCII alone.
    const octets = Buffer.from(this.#lines, 'latin1')
    const count = this.#count
    this.#lines = ''
    this.#count = 0
    this.#queued += octets.length
    this.#writing = this.#writing.then(async () => {
      await this.#write(octets, count)
      this.#queued -= octets.length
    })
  }

  async #write(octets: Buffer, count: number): Promise<void> {
    try {
      this.#file ??= await this.#open()
      if (this.#written > 0 && this.#written + octets.length > this.#largest)
        this.#file = await this.#rotate()
      await this.#file.appendFile(octets)
      this.#written += octets.length
    } catch (error) {
      await this.#cutHalfLine()
      this.#lose(count, error instanceof Error ? error.message : String(error))
      return
    }
    // As long as more batches wait, more lines may be lost.
    if (!this.#isComplaining || this.#queued > octets.length) return
    this.#isComplaining = false
    this.#log.warn({ lost: this.#lost }, 'the access log is written again')
    this.#lost = 0
  }

  async #open(): Promise<FileHandle> {
    const { O_RDWR, O_APPEND, O_CREAT } = constants
    const file = await open(this.#path, O_RDWR | O_APPEND | O_CREAT, 0o600)
    try {
      const stats = await file.stat()
      this.#written = stats.size
      // A run that was killed may have left half a line.
      const start = Math.max(0, stats.size - TAIL)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, start)
      const whole = start + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1
      if (stats.isFile() && whole < stats.size) await file.truncate(whole)
      if (stats.isFile()) this.#written = whole
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async #rotate(): Promise<FileHandle> {
    await this.#close()
    await rename(this.#path, `${this.#path}.1`)
    return this.#open()
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close().catch(() => undefined)
  }

  /** Takes back what a full disk has let through of a batch. */
  async #cutHalfLine(): Promise<void> {
    // What is no regular file has no half line to take back.
    await this.#file?.truncate(this.#written).catch(() => undefined)
  }

  #lose(count: number, reason: string): void {
    this.#lost += count
    if (this.#isComplaining) return
    this.#isComplaining = true
    this.#log.error({ path: this.#path, reason }, 'the access log cannot be written; its lines are lost')
  }
}
