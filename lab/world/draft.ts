/** A message on its way to disk, in which CRLF becomes LF. */
import type { FileHandle } from 'node:fs/promises'

const CR = 13
const LF = 10

/** The most octets handled before the event loop has its turn. */
const PORTION = 64 * 1024

/** Writes a message to an open file with lines ended by LF; a CR that no LF follows stays. */
export async function writeMessage(file: FileHandle, message: Buffer | AsyncIterable<Buffer>): Promise<void> {
  if (Buffer.isBuffer(message)) {
    // One octet more, for `fill` keeps room for a CR that was held back.
    const draft = new Draft(file, Math.min(message.length + 1, PORTION))
    await draft.write(message)
    await draft.end()
    return
  }
  const draft = new Draft(file, PORTION)
  for await (const piece of message) await draft.write(piece)
  await draft.end()
}

class Draft {
  readonly #file: FileHandle
  readonly #portion: Buffer
  #used = 0
  /** The piece before ended with a CR, which is an octet of the message only if no LF follows. */
  #isHolding = false

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.#portion = Buffer.allocUnsafe(Math.max(size, 2))
  }

  async write(piece: Buffer): Promise<void> {
    let from = 0
    while (from < piece.length) {
      from = this.#fill(piece, from)
      if (from < piece.length) await this.#flush()
    }
  }

  async end(): Promise<void> {
    if (this.#isHolding) {
      if (this.#used === this.#portion.length) await this.#flush()
      this.#portion[this.#used++] = CR
    }
    await this.#flush()
  }

  /** Takes over octets from `from` on and returns where it stopped; the portion is then full or the piece at its end. */
  #fill(piece: Buffer, from: number): number {
    const portion = this.#portion
    const full = portion.length - 1
    let used = this.#used
    let isHolding = this.#isHolding
    let at = from
    for (; at < piece.length && used < full; at++) {
      const octet = piece.readUInt8(at)
      if (isHolding && octet !== LF) portion[used++] = CR
      isHolding = octet === CR
      if (!isHolding) portion[used++] = octet
    }
    this.#used = used
    this.#isHolding = isHolding
    return at
  }

  async #flush(): Promise<void> {
    let from = 0
    while (from < this.#used) {
      const { bytesWritten } = await this.#file.write(this.#portion, from, this.#used - from)
      from += bytesWritten
    }
    this.#used = 0
  }
}
