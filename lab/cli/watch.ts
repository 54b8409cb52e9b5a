import { statSync, watch, type FSWatcher, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Milliseconds of quiet after which a change counts as finished. */
const QUIET = 120

/** Milliseconds until the next look for a folder that has gone. */
const LATER = 1000

/** Calls `run` after one of the files has changed, however the editor writes it; `files` is asked again after each call. */
export class Watch implements Disposable {
  readonly #files: () => readonly string[]
  readonly #run: () => Promise<void>
  #watchers: FSWatcher[] = []
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(files: () => readonly string[], run: () => Promise<void>) {
    this.#files = files
    this.#run = run
    this.#watch()
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  /** Watches the folders: an editor that writes a new file and renames it would be lost otherwise. */
  #watch(): void {
    for (const watcher of this.#watchers) watcher.close()
    const files = new Set(this.#files().map((file) => resolve(file)))
    const folders = [...new Set([...files].map((file) => dirname(file)))].filter(isFolder)
    this.#watchers = folders.flatMap((folder) => this.#watchFolder(folder, files) ?? [])
    // One that the system does not watch, as when too many are watched already, is looked at now and then.
    if (this.#watchers.length < folders.length) this.#wait(this.#stamp())
  }

  #watchFolder(folder: string, files: ReadonlySet<string>): FSWatcher | undefined {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || files.has(resolve(folder, name))) this.#changed()
      })
      // A folder that disappears is told by the next reload.
      watcher.on('error', () => this.#changed())
      return watcher
    } catch {
      return undefined
    }
  }

  #changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#reload(), QUIET)
  }

  async #reload(): Promise<void> {
    const before = this.#stamp()
    await this.#run()
    if (this.#isClosed) return
    this.#watch()
    if (this.#stamp() !== before) this.#changed()
    else if (this.#files().some((file) => !isFolder(dirname(file)))) this.#wait(before)
  }

  /** Looks again, until a folder that has gone, as while a checkout replaces it, is back. */
  #wait(before: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#stamp() === before) return this.#wait(before)
      this.#watch()
      this.#changed()
    }, LATER)
  }

  /** Changes when a file does; what happens between a reload and the next look is found by it. */
  #stamp(): string {
    return this.#files()
      .map((file) => {
        const stats = statsOf(file)
        return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
      })
      .join()
  }
}

function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true
}

/** Undefined for what is not there, and for what cannot be reached, as behind a folder that a file has replaced. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined
  }
}
