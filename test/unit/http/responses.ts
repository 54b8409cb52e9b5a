import { Duplex } from 'node:stream'
import { ClientConnection } from '../../../lab/kit/http/exchange.ts'
import { ResponseError } from '../../../lab/kit/http/response.ts'
import { ManualClock } from './clock.ts'

export const limits = { line: 256, fields: 1024, count: 10 }

/** What a client made of some octets: the answer, or the problem that ended it, and whether it would ask again. */
export interface Reading {
  readonly status?: number
  readonly fields?: readonly (readonly [string, string])[]
  readonly body?: string
  readonly problem?: string
  readonly isKept: boolean
}

/** A server that says what it is given, one piece after another, and then closes if `closes`. */
export class Script extends Duplex {
  readonly #pieces: Buffer[]
  readonly #closes: boolean

  constructor(pieces: readonly (string | Buffer)[], closes = true) {
    super()
    this.#pieces = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece))
    this.#closes = closes
  }

  override _read(): void {
    const piece = this.#pieces.shift()
    if (piece !== undefined) {
      setImmediate(() => this.push(piece))
    } else if (this.#closes) {
      setImmediate(() => this.push(null))
    }
  }

  override _write(_octets: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

/** Reads the one answer that the pieces hold; any error but a ResponseError is thrown on. */
export async function readAnswer(
  pieces: readonly (string | Buffer)[],
  method = 'GET',
  closes = true,
): Promise<Reading> {
  const stream = new Script(
    pieces.filter((piece) => piece.length > 0),
    closes,
  )
  let isKept = false
  const connection = new ClientConnection(stream, { clock: new ManualClock(), head: limits }, (changed) => {
    isKept = changed.isUsable
  })
  try {
    const { status, fields, body } = await connection.ask({ method, head: 'x' }, 1000, 1000)
    let text = ''
    for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
      text += piece.toString('latin1')
    }
    const reading = { status, fields: [...fields], body: text, isKept }
    body.close()
    return reading
  } catch (error) {
    if (error instanceof ResponseError) return { problem: error.problem, isKept }
    throw error
  } finally {
    connection.close()
  }
}
