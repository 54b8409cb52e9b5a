/** One file of a capture. */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'
import { errorCode } from '../kit/files.ts'
import type { Text } from '../service.ts'
import { blockTypes, lengthOf } from './pcapng.ts'

const EMPTY = Buffer.alloc(0)

/** It holds the keys of TLS sessions, and passwords in clear. */
const MODE = 0o600

/** A file that always ends with a whole block, whatever is interrupted. */
export class Draft {
  readonly path: string
  readonly #handle: FileHandle
  #octets = 0

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /** How long it is. */
  get octets(): number {
    return this.#octets
  }

  /** Appends chunks of whole blocks; if not all blocks find room, as many as do, and rejects. */
  async append(chunks: readonly Buffer[]): Promise<void> {
    const total = chunks.reduce((sum, { length }) => sum + length, 0)
    try {
      let { bytesWritten: written } = await this.#handle.writev([...chunks])
      const whole = written < total ? Buffer.concat(chunks) : EMPTY
      while (written < total) written += (await this.#handle.write(whole, written)).bytesWritten
    } catch (error) {
      await this.#cutAt(Buffer.concat(chunks))
      throw error
    }
    this.#octets += total
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  /** Takes back the block of which only a part was written. */
  async #cutAt(blocks: Buffer): Promise<void> {
    const { size } = await this.#handle.stat()
    let whole = 0
    for (
      let next = lengthOf(blocks, 0);
      this.#octets + next <= size;
      next = whole + lengthOf(blocks, whole)
    ) {
      whole = next
      if (whole === blocks.length) break
    }
    this.#octets += whole
    await this.#handle.truncate(this.#octets)
  }
}

/** Creates a file, or empties a capture that is there; throws a `LabError` for anything else that is there. */
export async function openDraft(path: string): Promise<Draft> {
  try {
    if (!(await isFree(path)))
      throw new LabError(
        {
          en: `${path} is there and is no capture; give another name, or remove it first`,
          es: `${path} ya existe y no es una captura; da otro nombre o bórralo antes`,
        },
        { blame: 'wrong' },
      )
    const handle = await open(path, 'w', MODE)
    // One that was there may have another mode, and some file systems have none.
    await handle.chmod(MODE).catch(() => undefined)
    return new Draft(path, handle)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError(whyNot(path, error), { blame: 'wrong', cause: error })
  }
}

/** Whether nothing is there, or nothing but a capture. */
async function isFree(path: string): Promise<boolean> {
  try {
    const stats = await stat(path)
    // To open a pipe would wait for its other end.
    if (!stats.isFile()) return false
    if (stats.size === 0) return true
    await using handle = await open(path, 'r')
    const start = Buffer.alloc(4)
    await handle.read(start, 0, start.length, 0)
    return start.readUInt32LE(0) === blockTypes.section
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true
    throw error
  }
}

function whyNot(path: string, error: unknown): Text {
  const folder = dirname(path)
  if (errorCode(error) === 'ENOENT')
    return {
      en: `there is no folder ${folder} for the capture; make it first`,
      es: `no existe la carpeta ${folder} para la captura; créala antes`,
    }
  const reason = messageOf(error)
  return {
    en: `the capture ${path} cannot be written: ${reason}`,
    es: `no se puede escribir la captura ${path}: ${reason}`,
  }
}
