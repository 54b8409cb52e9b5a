/** One mailbox as a Maildir, which Dovecot, mutt and others may use at the same time. */
import { lstat, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder, errorCode, removeFile, syncFolder } from '../kit/files.ts'
import type { Mailbox, StoredMessage } from '../service.ts'
import { writeMessage } from './draft.ts'
import { createShared } from './shared.ts'

/** What follows a message's id in its file name; Windows allows no colon there. */
const SEPARATOR = process.platform === 'win32' ? ';' : ':'

/** How often a message that another program keeps renaming is looked for. */
const PASSES = 3

/** Files whose sizes are asked for at a time. */
const SIZES_AT_ONCE = 64

/** After how many milliseconds a file in tmp belongs to a delivery that died: the 36 hours that Maildir's author set. */
const ABANDONED = 36 * 3_600_000

/** Opens the mailbox in a folder, created on first use; `uniqueName` never returns a name twice, not even after a restart. */
export function createMaildir(folder: string, uniqueName: () => string): Mailbox {
  return new Maildir(folder, uniqueName)
}

class Maildir implements Mailbox {
  readonly folder: string
  readonly #uniqueName: () => string
  readonly #syncNew: () => Promise<void>
  /** The last listing, so that sizes, which never change, are asked for once. */
  #known: ReadonlyMap<string, StoredMessage> = new Map()
  #prepared: Promise<void> | undefined

  constructor(folder: string, uniqueName: () => string) {
    this.folder = folder
    this.#uniqueName = uniqueName
    this.#syncNew = createShared(() => syncFolder(join(folder, 'new')))
  }

  async deliver(message: Buffer | AsyncIterable<Buffer>): Promise<string> {
    const id = this.#uniqueName()
    const draft = join(this.folder, 'tmp', id)
    const file = await this.#create(draft)
    try {
      try {
        await writeMessage(file, message)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, join(this.folder, 'new', id))
    } catch (error) {
      await removeFile(draft)
      throw error
    }
    try {
      await this.#syncNew()
    } catch (error) {
      await this.remove(id)
      throw error
    }
    return id
  }

  async list(): Promise<readonly StoredMessage[]> {
    await this.#prepare()
    let paths = await this.#scan()
    // A file renamed in the middle of a scan may escape it (readdir, POSIX.1), so one that was there before is sought again.
    if (this.#known.keys().some((id) => !paths.has(id))) paths = new Map([...paths, ...(await this.#scan())])
    const found = new Map<string, StoredMessage>()
    for (let pass = 0; pass < PASSES && paths.size > 0; pass++) {
      const gone = await this.#measure(paths, found)
      if (gone.length === 0) break
      const again = await this.#scan()
      paths = new Map(gone.flatMap((id) => pair(id, again.get(id))))
    }
    this.#known = found
    return [...found.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  async read(id: string): Promise<Buffer> {
    const content = await this.#reach(id, (path) => readFile(path))
    if (content === undefined) {
      throw new Error(
        `The message ${id} is no longer in ${this.folder}: another session or program has removed it. List the mailbox again.`,
      )
    }
    return content
  }

  async remove(id: string): Promise<boolean> {
    const done = await this.#reach(id, async (path) => {
      await unlink(path)
      return true
    })
    return done ?? false
  }

  /** Does something with a message's file wherever it is now; undefined if it is nowhere. */
  async #reach<Result>(id: string, act: (path: string) => Promise<Result>): Promise<Result | undefined> {
    let path = this.#known.get(id)?.path
    for (let pass = 0; pass <= PASSES; pass++) {
      if (path !== undefined) {
        try {
          return await act(path)
        } catch (error) {
          if (errorCode(error) !== 'ENOENT') throw error
        }
      }
      path = (await this.#scan()).get(id)
    }
    return undefined
  }

  /** The path of each message by its id, read from the names alone. */
  async #scan(): Promise<Map<string, string>> {
    const paths = new Map<string, string>()
    // new before cur, so that one moved in between is seen twice rather than never.
    for (const part of ['new', 'cur']) {
      const folder = join(this.folder, part)
      for (const entry of await readFolder(folder)) {
        if (!entry.isFile() || entry.name.startsWith('.')) continue
        const [id = entry.name] = entry.name.split(SEPARATOR, 1)
        paths.set(id, join(folder, entry.name))
      }
    }
    return paths
  }

  /** Adds the messages at these paths to `found`; returns the ids of those that have left their path. */
  async #measure(paths: ReadonlyMap<string, string>, found: Map<string, StoredMessage>): Promise<string[]> {
    const gone: string[] = []
    const unknown: [string, string][] = []
    for (const [id, path] of paths) {
      const known = this.#known.get(id)
      if (known === undefined) unknown.push([id, path])
      else found.set(id, known.path === path ? known : { ...known, path })
    }
    for (let from = 0; from < unknown.length; from += SIZES_AT_ONCE) {
      await Promise.all(
        unknown.slice(from, from + SIZES_AT_ONCE).map(async ([id, path]) => {
          const size = await sizeOf(path)
          if (size === undefined) gone.push(id)
          else found.set(id, { id, path, size })
        }),
      )
    }
    return gone
  }

  async #create(draft: string): Promise<FileHandle> {
    await this.#prepare()
    try {
      return await open(draft, 'wx', 0o600)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      // Somebody has removed the folders since they were made.
      this.#prepared = undefined
      await this.#prepare()
      return open(draft, 'wx', 0o600)
    }
  }

  #prepare(): Promise<void> {
    this.#prepared ??= prepare(this.folder).catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    return this.#prepared
  }
}

async function prepare(folder: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await createFolder(join(folder, part), 0o700)
  const tmp = join(folder, 'tmp')
  // The dates of files are the machine's, whatever the lab's clock says.
  const before = Date.now() - ABANDONED
  for (const entry of await readFolder(tmp)) {
    const path = join(tmp, entry.name)
    if (entry.isFile() && ((await statOf(path))?.mtimeMs ?? before) < before) await removeFile(path)
  }
}

async function readFolder(folder: string) {
  return orMissing(readdir(folder, { withFileTypes: true }), [])
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await statOf(path))?.size
}

function statOf(path: string) {
  return orMissing(lstat(path), undefined)
}

async function orMissing<Result, Missing>(
  attempt: Promise<Result>,
  missing: Missing,
): Promise<Result | Missing> {
  try {
    return await attempt
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return missing
    throw error
  }
}

function pair(id: string, path: string | undefined): [string, string][] {
  return path === undefined ? [] : [[id, path]]
}
