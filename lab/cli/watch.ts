import { existsSync, watch, type FSWatcher } from 'node:fs'
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
    const folders = new Set([...files].map((file) => dirname(file)))
    this.#watchers = [...folders].flatMap((folder) => {
      if (!existsSync(folder)) return this.#wait()
      const watcher = watch(folder, (_event, name) => {
        if (name === null || files.has(resolve(folder, name))) this.#changed()
      })
      // A folder that disappears is told by the next reload.
      watcher.on('error', () => this.#changed())
      return watcher
    })
  }

  /** Looks again later for a folder that is not there, as while a checkout replaces it. */
  #wait(): [] {
    this.#timer ??= setTimeout(() => this.#changed(), LATER)
    return []
  }

  #changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#run().finally(() => {
        if (!this.#isClosed) this.#watch()
      })
    }, QUIET)
  }
}
