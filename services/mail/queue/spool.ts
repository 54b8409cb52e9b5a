/** The files of the queue: `<id>.eml` with the octets, and `<id>.json`, which alone makes the message exist. */
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createFolder, errorCode, removeFile, syncFolder, writeDurably } from '../../../lab/kit/files.ts'
import type { Logger } from '../../../lab/service.ts'
import { entrySchema, type Entry } from './entry.ts'

/** Octets that are read at a time. */
const PORTION = 64 * 1024

/** The folder of one queue. */
export class Spool {
  readonly #folder: string
  readonly #log: Logger

  private constructor(folder: string, log: Logger) {
    this.#folder = folder
    this.#log = log
  }

  /** Opens the folder, and removes what a kill has left half done. */
  static async open(folder: string, log: Logger): Promise<{ spool: Spool; entries: readonly Entry[] }> {
    await createFolder(folder, 0o700)
    const spool = new Spool(folder, log)
    return { spool, entries: await spool.#recover() }
  }

  /** A message that is being written; it exists once its entry is saved. */
  draft(id: string): SpoolDraft {
    return new SpoolDraft(this.#path(id, 'eml'))
  }

  /** Resolves when the entry is durable. */
  save(entry: Entry): Promise<void> {
    return writeDurably(this.#path(entry.id, 'json'), JSON.stringify(entry), 0o600)
  }

  /** The octets of a message, in pieces. */
  read(id: string): Readable {
    return createReadStream(this.#path(id, 'eml'), { highWaterMark: PORTION })
  }

  /** Up to so many octets of its beginning; none if somebody has removed them. */
  async head(id: string, most: number): Promise<Buffer> {
    try {
      return await readHead(this.#path(id, 'eml'), most)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
      throw error
    }
  }

  /** The entry goes first: without it the octets are nobody's. */
  async remove(id: string): Promise<void> {
    await removeFile(this.#path(id, 'json'))
    await syncFolder(this.#folder)
    await removeFile(this.#path(id, 'eml'))
  }

  async #recover(): Promise<readonly Entry[]> {
    const names = await readdir(this.#folder)
    const entries = await this.#readAll(names.filter((name) => name.endsWith('.json')))
    const kept = new Set(names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)))
    for (const name of names) {
      const isOrphan = name.endsWith('.eml') && !kept.has(name.slice(0, -4))
      if (isOrphan || name.endsWith('.tmp')) await removeFile(join(this.#folder, name))
    }
    return entries
  }

  async #readAll(names: readonly string[]): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const name of names) {
      try {
        const entry = entrySchema.parse(JSON.parse(await readFile(join(this.#folder, name), 'utf8')))
        if (`${entry.id}.json` !== name) throw new Error(`it is the entry of ${entry.id}`)
        entries.push(entry)
      } catch (error) {
        // The files stay for a person to look at; the others are delivered.
        this.#log.error({ err: error, file: join(this.#folder, name) }, 'this queue entry cannot be read')
      }
    }
    return entries.toSorted((one, other) => one.received - other.received)
  }

  #path(id: string, kind: 'eml' | 'json'): string {
    return join(this.#folder, `${id}.${kind}`)
  }
}

async function readHead(path: string, most: number): Promise<Buffer> {
  await using file = await open(path, 'r')
  const buffer = Buffer.alloc(most)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, most - length)
    length += bytesRead
    if (bytesRead === 0 || length === most) return buffer.subarray(0, length)
  }
}

/** The octets of a message on their way to the spool. */
export class SpoolDraft {
  readonly #path: string
  #file: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
  }

  async write(octets: Buffer): Promise<void> {
    this.#file ??= await open(this.#path, 'wx', 0o600)
    await this.#file.writeFile(octets)
  }

  /** Resolves when the octets are durable; their name is with the entry's. */
  async sync(): Promise<void> {
    await this.#file?.sync()
    await this.#close()
  }

  async abort(): Promise<void> {
    await this.#close()
    await removeFile(this.#path)
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}
