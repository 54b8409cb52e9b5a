/** Files that are there whole or not at all, whatever kills the process or the machine. */
import { randomUUID } from 'node:crypto'
import { closeSync, fsync, openSync } from 'node:fs'
import { link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

const sync = promisify(fsync)

/** The `code` of a system error, as in `ENOENT`; undefined for any other value. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Makes the names in a folder durable; does nothing on Windows, which lets nobody open a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  // What was just changed lies in the system's memory, so that only the sync takes long enough for another thread.
  const handle = openSync(folder, 'r')
  try {
    await sync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Creates a folder durably, with all that lead to it, in the given mode; an existing one stays as it is. */
export async function createFolder(folder: string, mode: number): Promise<void> {
  const path = resolve(folder)
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  // A new folder is only as durable as its entry in the one above.
  const above = dirname(first)
  for (let parent = dirname(path); parent.length >= above.length; parent = dirname(parent)) {
    await syncFolder(parent)
    if (parent === dirname(parent)) return
  }
}

/** Removes a file; false if there was none. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function writeBeside(path: string, data: string | Uint8Array, mode: number): Promise<string> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    await using handle = await open(draft, 'wx', mode)
    await handle.writeFile(data)
    await handle.sync()
  } catch (error) {
    await removeFile(draft)
    throw error
  }
  return draft
}

/**
 * Writes a file, in place of the one of that name, durably and at one stroke: a reader finds the old content or the new.
 * A kill leaves at most a file `<path>.<uuid>.tmp`.
 */
export async function writeDurably(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const draft = await writeBeside(path, data, mode)
  try {
    await rename(draft, path)
  } catch (error) {
    await removeFile(draft)
    throw error
  }
  await syncFolder(dirname(path))
}

/** Like `writeDurably`, but leaves a file that is there already, and then says false. */
export async function createDurably(path: string, data: string | Uint8Array, mode: number): Promise<boolean> {
  const draft = await writeBeside(path, data, mode)
  try {
    await link(draft, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await removeFile(draft)
  }
  await syncFolder(dirname(path))
  return true
}
