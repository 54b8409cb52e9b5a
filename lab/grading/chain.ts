/**
 * The chain of a journal: beside `<run>.ndjson` stands `<run>.chain`, whose first line binds the run to its launch file, to the
 * run before and to a key of its own, and each further line covers one batch that is on the disk. README.md has the format.
 */
import { generateKeyPairSync, hash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readFileSync, write, writeFileSync, writeSync } from 'node:fs'
import { isIP } from 'node:net'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { journalFiles, type Seal } from '../journal/file.ts'
import { errorCode } from '../kit/files.ts'
import { publicHex } from './course.ts'

const writeSome = promisify(write)

/** Octets of the tag that tells which line of a batch is wrong; that a batch is wrong its whole hash tells. */
export const TAG = 4

/** Bytes of the longest chain of one run. */
export const LONGEST_CHAIN = 64 * 1024 * 1024

const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** Milliseconds since 1970 on the machine's clock, of which a date can be made (ECMA-262 §21.4.1.1). */
const time = z.int().min(0).max(8.64e15)

const headSchema = z.strictObject({
  chain: z.literal(1),
  /** The hash of the launch file. */
  launch: digest,
  /** Counts from 1. */
  run: z.int().min(1).max(1_000_000),
  /** The last hash of the run before; that of the launch file for the first one. */
  previous: digest,
  /** The public half of the run's own key. */
  key: digest,
  /** When it began. */
  started: time,
  /** Where clients reached the lab, which is what `${address}` stood for. */
  address: z.string().refine((address) => isIP(address) !== 0),
})

const batchSchema = z.strictObject({
  lines: z.int().min(1),
  octets: z.int().min(1),
  /** When it was on the disk. */
  at: time,
  /** The first octets of the hash of each line, as base64. */
  tags: z.base64(),
  hash: digest,
})

/** The first line of a chain. */
export type ChainHead = z.infer<typeof headSchema>

/** One batch of a journal. */
export type ChainBatch = z.infer<typeof batchSchema>

/** What of a run is known before it begins: the hash of its launch file, when, and where. */
export type NewRun = Pick<ChainHead, 'launch' | 'started' | 'address'>

/** What a chain file says, and what of it is no line of a chain. */
export interface ParsedChain {
  readonly head: ChainHead | undefined
  readonly batches: readonly ChainBatch[]
  /** The first line that is none, counted from 1; a last line without its end is no such line. */
  readonly wrong: number | undefined
  /** Octets of the lines that are whole. */
  readonly whole: number
  /** The last hash. */
  readonly last: string
}

/** Reads a chain; never throws. */
export function parseChain(octets: Buffer): ParsedChain {
  const whole = octets.lastIndexOf(0x0a) + 1
  const first = octets.indexOf(0x0a)
  const head = parsed(headSchema, octets.toString('utf8', 0, Math.max(0, first)))
  if (head === undefined) return { head, batches: [], wrong: 1, whole, last: '' }
  const batches: ChainBatch[] = []
  for (let from = first + 1; from < whole;) {
    const end = octets.indexOf(0x0a, from)
    const batch = parsed(batchSchema, octets.toString('utf8', from, end))
    if (batch === undefined || !areAllTagged(batch))
      return { head, batches, wrong: batches.length + 2, whole, last: '' }
    batches.push(batch)
    from = end + 1
  }
  const last = batches.at(-1)?.hash ?? headHash(head).toString('hex')
  return { head, batches, wrong: undefined, whole, last }
}

function areAllTagged({ lines, tags }: ChainBatch): boolean {
  return Buffer.byteLength(tags) === Math.ceil((lines * TAG) / 3) * 4
}

function parsed<Value>(schema: z.ZodType<Value>, line: string): Value | undefined {
  try {
    const value = schema.safeParse(JSON.parse(line)).data
    // One way to write it: what says the same in other octets was written by somebody else.
    return value !== undefined && JSON.stringify(value) === line ? value : undefined
  } catch {
    return undefined
  }
}

/** The hash on which the lines of a run stand. */
export function headHash(head: ChainHead): Buffer {
  return hash('sha256', JSON.stringify(headSchema.parse(head)), 'buffer')
}

/** Goes from hash to hash. */
export class ChainLink {
  #scratch = Buffer.allocUnsafe(64 * 1024)
  #hash: Buffer

  constructor(start: Buffer) {
    this.#hash = start
  }

  get hash(): Buffer {
    return this.#hash
  }

  /** Goes on over a line with its end; returns the new hash. */
  line(octets: Buffer, from: number, to: number): Buffer {
    const length = to - from + 32
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(length * 2)
    this.#hash.copy(this.#scratch, 0)
    octets.copy(this.#scratch, 32, from, to)
    // One call a line: a Hash object for each would cost a third more.
    this.#hash = hash('sha256', this.#scratch.subarray(0, length), 'buffer')
    return this.#hash
  }

  /** Goes on over what a batch says of itself; returns its hash, with which the next one begins. */
  batch({ lines, octets, at }: Pick<ChainBatch, 'lines' | 'octets' | 'at'>): string {
    const said = Buffer.from(JSON.stringify([lines, octets, at]))
    return this.line(said, 0, said.length).toString('hex')
  }
}

/** The chain of a state folder's runs for one launch, the oldest first. */
export function chainFiles(
  state: string,
  launch: string,
): { readonly path: string; readonly journal: string }[] {
  return journalFiles(state)
    .map((journal) => ({ path: chainPath(journal), journal }))
    .filter(({ path }) => {
      const octets = readIfThere(path)
      return octets !== undefined && parseChain(firstLine(octets)).head?.launch === launch
    })
}

/** How the newest run of a launch began; undefined if there is none. */
export function newestRun(state: string, launch: string): ChainHead | undefined {
  const newest = chainFiles(state, launch).at(-1)
  return newest && parseChain(firstLine(readFileSync(newest.path))).head
}

function firstLine(octets: Buffer): Buffer {
  return octets.subarray(0, octets.indexOf(0x0a) + 1)
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Where the chain of a journal is. */
export function chainPath(journal: string): string {
  return `${journal.replace(/\.ndjson$/, '')}.chain`
}

/** Where the private key of a run is; with it a submission is signed. */
export function keyPath(journal: string): string {
  return `${journal.replace(/\.ndjson$/, '')}.key`
}

/** Chains what a journal's file gets, batch by batch. */
export class ChainFile implements Seal {
  readonly #descriptor: number
  readonly #link: ChainLink
  /** Records that are not on the disk yet. */
  #waiting = ''
  #written: number

  /** Begins the chain of a new run, whose journal is the file `journal`. */
  constructor(journal: string, { launch, started, address }: NewRun) {
    const state = dirname(dirname(journal))
    const before = chainFiles(state, launch).findLast(
      ({ journal: other }) => basename(other) !== basename(journal),
    )
    const { head: last, last: previous } =
      before === undefined ? { head: undefined, last: launch } : parseChain(readFileSync(before.path))
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(keyPath(journal), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const head: ChainHead = {
      chain: 1,
      launch,
      run: (last?.run ?? 0) + 1,
      previous,
      key: publicHex(privateKey),
      started,
      address,
    }
    this.#descriptor = openSync(chainPath(journal), 'wx', 0o600)
    this.#written = writeSync(this.#descriptor, `${JSON.stringify(head)}\n`)
    this.#link = new ChainLink(headHash(head))
  }

  /** Covers whole lines that are on the disk now; a disk that takes no record gets it with the next one. */
  async add(octets: Buffer): Promise<void> {
    if (octets.length === 0) return
    this.#waiting += `${JSON.stringify(this.#record(octets))}\n`
    const record = Buffer.from(this.#waiting)
    try {
      for (let done = 0; done < record.length;)
        done += (await writeSome(this.#descriptor, record, done, record.length - done, this.#written + done))
          .bytesWritten
      this.#written += record.length
      this.#waiting = ''
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#written)
      throw error
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  #record(octets: Buffer): ChainBatch {
    const tags: number[] = []
    let lines = 0
    for (let from = 0; from < octets.length; lines += 1) {
      const to = octets.indexOf(0x0a, from) + 1
      const next = this.#link.line(octets, from, to)
      for (let index = 0; index < TAG; index += 1) tags.push(next[index] ?? 0)
      from = to
    }
    const said = { lines, octets: octets.length, at: Date.now() }
    return { ...said, tags: Buffer.from(tags).toString('base64'), hash: this.#link.batch(said) }
  }
}
