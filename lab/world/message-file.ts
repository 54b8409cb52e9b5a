/** The reading of a message's file, small ones at one stroke. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { OpenMessage } from '../service.ts'

/** The most octets that are read at a time. */
const PIECE = 64 * 1024

/** Milliseconds after which a read was not answered from the system's memory, and for how many others then wait for a thread. */
const SLOW = 5
const SLOW_FOR = 200

// Links are no messages; Windows knows no such flag.
const READ = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW)

/** Reads the files of one Maildir. */
export class MessageFiles {
  #slowUntil = 0

  /** All of a file. What lies in the system's memory is there sooner than another thread would be. */
  async whole(path: string): Promise<Buffer> {
    const begun = performance.now()
    if (begun < this.#slowUntil) return readFile(path, { flag: READ })
    const octets = readSmall(path)
    const now = performance.now()
    if (now - begun > SLOW) this.#slowUntil = now + SLOW_FOR
    return octets ?? readFile(path, { flag: READ })
  }
}

/** Undefined if it is large, or changes its size meanwhile. */
function readSmall(path: string): Buffer | undefined {
  const file = openSync(path, READ)
  try {
    const { size } = fstatSync(file)
    if (size > PIECE) return undefined
    const octets = Buffer.allocUnsafe(size)
    return size === 0 || readSync(file, octets, 0, size, 0) === size ? octets : undefined
  } finally {
    closeSync(file)
  }
}

/** Opens a file to be read in pieces. */
export async function openMessage(path: string): Promise<OpenMessage> {
  const file = await open(path, READ)
  try {
    return new MessageFile(file, (await file.stat()).size)
  } catch (error) {
    await file.close()
    throw error
  }
}

class MessageFile implements OpenMessage {
  readonly #file: FileHandle
  readonly size: number
  #piece: Buffer | undefined

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  async read(): Promise<Buffer | undefined> {
    this.#piece ??= Buffer.allocUnsafeSlow(Math.min(PIECE, this.size + 1))
    const { bytesRead } = await this.#file.read(this.#piece, 0, this.#piece.length)
    return bytesRead === 0 ? undefined : this.#piece.subarray(0, bytesRead)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
