/** The reading of a message's file, small ones at one stroke. */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { OpenMessage } from '../service.ts'

/** The most octets that are read at a time. */
const PIECE = 64 * 1024

/** Milliseconds after which a read was not answered from the system's memory, and for how many the next ones then wait for a thread. */
const SLOW = 5
const LEAST_PAUSE = 10
const LONGEST_PAUSE = 1000
/** What is left of the pause after a quick read. */
const EASING = 0.98

// Links are no messages, and a pipe that took the place of one is not waited for; Windows knows no such flags.
const READ =
  constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK)

/** Reads the files of one Maildir. */
export class MessageFiles {
  #slowUntil = 0
  /** Short at first, for the processor may have been busy elsewhere, and not the disk. */
  #pause = LEAST_PAUSE

  /** All of a file. What lies in the system's memory is there sooner than another thread would be. */
  async whole(path: string): Promise<Buffer> {
    const begun = performance.now()
    if (begun < this.#slowUntil) return readFile(path, { flag: READ })
    const octets = readSmall(path)
    const now = performance.now()
    if (now - begun > SLOW) {
      this.#slowUntil = now + this.#pause
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE)
    } else this.#pause = Math.max(this.#pause * EASING, LEAST_PAUSE)
    return octets ?? readFile(path, { flag: READ })
  }
}

/** Room for one octet more than a small message has, which tells that it is none. */
const room = Buffer.allocUnsafeSlow(PIECE + 1)

/** Undefined if it is large. */
function readSmall(path: string): Buffer | undefined {
  const file = openSync(path, READ)
  try {
    const size = readSync(file, room, 0, room.length, 0)
    return size > PIECE ? undefined : Buffer.from(room.subarray(0, size))
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
