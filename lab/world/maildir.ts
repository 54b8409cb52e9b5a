/** One mailbox as a Maildir, which Dovecot, mutt and others may use at the same time. */
import { constants, open as openFile } from 'node:fs'
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createFolder, errorCode, removeFile, syncFolder } from '../kit/files.ts'
import type { Mailbox, MessageDraft, OpenMessage, StoredMessage } from '../service.ts'
import { Arrivals } from './arrivals.ts'
import { Draft, DraftFile } from './draft.ts'
import { OctetCount } from './line-ends.ts'
import { MessageFiles, openMessage } from './message-file.ts'
import { checkMessageId, messageId, messageName, namedMeasures } from './message-name.ts'
import { createShared } from './shared.ts'

const open = promisify(openFile)

/** How often a message that another program keeps renaming is looked for. */
const PASSES = 3

/** Files whose sizes are asked for at a time. */
const SIZES_AT_ONCE = 64

/** Messages that are looked at before others have their turn. */
const PORTION = 1000

/** Milliseconds for which what a mailbox holds together is not looked up again. */
const USAGE_KNOWN = 1000

/** Milliseconds after which a folder's date, which has only so many digits, differs from that of its next change. */
const SETTLED = 2500

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL

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
  readonly #files = new MessageFiles()
  readonly #arrivals = new Arrivals(async () => {
    await this.#prepare()
    return (await this.#scan()).keys()
  })
  /** The last listing, so that sizes, which never change, are asked for once. */
  #known: ReadonlyMap<string, StoredMessage> = new Map()
  /** The last listing in order, with the state of the folders that it is right for. */
  #listed: { readonly stamp: string | undefined; readonly messages: readonly StoredMessage[] } | undefined
  /** Octets of messages whose names do not tell them. */
  readonly #counted = new Map<string, number>()
  /** What all messages hold, and when it was looked up, in milliseconds of `performance.now()`. */
  #usage = { size: 0, at: -Infinity }
  #prepared: Promise<void> | undefined

  constructor(folder: string, uniqueName: () => string) {
    this.folder = folder
    this.#uniqueName = uniqueName
    this.#syncNew = createShared(() => syncFolder(join(folder, 'new')))
  }

  async deliver(message: Buffer | AsyncIterable<Buffer>, id?: string): Promise<string> {
    const draft = this.draft(id)
    if (id !== undefined && (await this.#arrivals.has(id))) return id
    try {
      if (Buffer.isBuffer(message)) await draft.write(message)
      else for await (const piece of message) await draft.write(piece)
    } catch (error) {
      await draft.abort()
      throw error
    }
    return draft.commit()
  }

  draft(id?: string): MessageDraft {
    if (id !== undefined) checkMessageId(id)
    const name = this.#uniqueName()
    // The id's own name may be that of a draft which a dead process left.
    const draft = new DraftFile(join(this.folder, 'tmp', name), (path, flags) => this.#create(path, flags))
    return new Draft(draft, (file) =>
      id === undefined
        ? this.#place(file, name)
        : this.#arrivals.once(
            id,
            () => this.#place(file, id),
            () => file.remove(),
          ),
    )
  }

  async #place(file: DraftFile, id: string): Promise<string> {
    const measures = await file.finish()
    await rename(file.path, join(this.folder, 'new', messageName(id, measures)))
    try {
      await this.#syncNew()
    } catch (error) {
      await this.remove(id)
      throw error
    }
    this.#usage.size += measures.size
    return id
  }

  async list(): Promise<readonly StoredMessage[]> {
    await this.#prepare()
    // Before the files, so that what comes meanwhile makes the next listing look again.
    const stamp = await this.#stamp()
    if (stamp !== undefined && stamp === this.#listed?.stamp) return this.#listed.messages
    const messages = await this.#look()
    this.#listed = { stamp, messages }
    return messages
  }

  /** What changes with each name in the folders; undefined if it may stay the same through the next change. */
  async #stamp(): Promise<string | undefined> {
    const folders = await Promise.all(
      ['new', 'cur'].map((part) => orMissing(lstat(join(this.folder, part), { bigint: true }), undefined)),
    )
    const newest = Math.max(...folders.map((stats) => Number(stats?.mtimeMs ?? Infinity)))
    if (Date.now() - newest < SETTLED) return undefined
    return folders.map((stats) => `${stats?.ino}:${stats?.mtimeNs}`).join(' ')
  }

  async #look(): Promise<readonly StoredMessage[]> {
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
    for (const id of this.#counted.keys()) if (!found.has(id)) this.#counted.delete(id)
    this.#known = found
    return [...found.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  async octets(id: string): Promise<number> {
    const known = this.#known.get(id)?.octets ?? this.#counted.get(id)
    if (known !== undefined) return known
    const message = await this.open(id)
    const count = new OctetCount()
    try {
      for (let piece; (piece = await message.read()) !== undefined;) count.add(piece)
    } finally {
      await message.close()
    }
    this.#counted.set(id, count.total)
    this.#listed = undefined
    return count.total
  }

  async usage(): Promise<number> {
    const now = performance.now()
    if (now - this.#usage.at > USAGE_KNOWN) {
      const messages = await this.list()
      this.#usage = { size: messages.reduce((sum, { size }) => sum + size, 0), at: now }
    }
    return this.#usage.size
  }

  async read(id: string): Promise<Buffer> {
    return this.#found(id, await this.#reach(id, (path) => this.#files.whole(path)))
  }

  async open(id: string): Promise<OpenMessage> {
    return this.#found(id, await this.#reach(id, openMessage))
  }

  async remove(id: string): Promise<boolean> {
    const size = this.#known.get(id)?.size ?? 0
    const done = await this.#reach(id, async (path) => {
      await unlink(path)
      return true
    })
    if (done) this.#usage.size -= size
    return done ?? false
  }

  #found<Result>(id: string, result: Result | undefined): Result {
    if (result !== undefined) return result
    throw new Error(
      `The message ${id} is no longer in ${this.folder}: another session or program has removed it. List the mailbox again.`,
    )
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
      for (const [place, entry] of (await readFolder(folder)).entries()) {
        if (place % PORTION === PORTION - 1) await nextTurn()
        if (entry.isFile() && !entry.name.startsWith('.'))
          paths.set(messageId(entry.name), `${folder}${sep}${entry.name}`)
      }
    }
    return paths
  }

  /** Adds the messages at these paths to `found`; returns the ids of those that have left their path. */
  async #measure(paths: ReadonlyMap<string, string>, found: Map<string, StoredMessage>): Promise<string[]> {
    const gone: string[] = []
    const unknown: [string, string][] = []
    let turn = 0
    for (const [id, path] of paths) {
      if (++turn % PORTION === 0) await nextTurn()
      const known = this.#known.get(id)
      if (known === undefined) {
        const { size, octets } = namedMeasures(basename(path))
        if (size === undefined) unknown.push([id, path])
        else found.set(id, { id, path, size, octets: octets ?? this.#counted.get(id) })
      } else {
        const octets = known.octets ?? this.#counted.get(id)
        found.set(id, known.path === path && known.octets === octets ? known : { ...known, path, octets })
      }
    }
    for (let from = 0; from < unknown.length; from += SIZES_AT_ONCE) {
      await Promise.all(
        unknown.slice(from, from + SIZES_AT_ONCE).map(async ([id, path]) => {
          const size = (await statOf(path))?.size
          if (size === undefined) gone.push(id)
          else found.set(id, { id, path, size, octets: this.#counted.get(id) })
        }),
      )
    }
    return gone
  }

  async #create(path: string, flags: number): Promise<number> {
    await this.#prepare()
    try {
      return await open(path, CREATE | flags, 0o600)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      // Somebody has removed the folders since they were made.
      this.#prepared = undefined
      await this.#prepare()
      return open(path, CREATE | flags, 0o600)
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
