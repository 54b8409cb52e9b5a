import type { HttpBody } from '../../kit/http/answer.ts'
import type { StreamEvent } from '../operation.ts'

/** Milliseconds of silence after which a comment shows that the stream lives. */
const KEEP_ALIVE = 15_000

/** Characters after which what there is goes out. */
const PIECE = 65_536

/** Milliseconds after which a browser whose stream broke off comes back. */
const RETRY = 2000

/**
 * A stream as Server-Sent Events (HTML §9.2): an answer without end, whose events are asked for no faster than the client
 * takes them; `onEnd` runs once, when nobody reads any more or the stream is over.
 */
export class EventBody implements HttpBody {
  readonly length = undefined
  readonly #events: AsyncIterator<StreamEvent>
  readonly #abort = new AbortController()
  readonly #onEnd: () => void
  /** What is asked of the stream and not yet there. */
  #next: Promise<IteratorResult<StreamEvent, unknown>> | undefined
  #isOver = false
  #isClosed = false
  #hasBegun = false

  constructor(open: (signal: AbortSignal) => AsyncIterable<StreamEvent>, onEnd: () => void) {
    this.#events = open(this.#abort.signal)[Symbol.asyncIterator]()
    this.#onEnd = onEnd
  }

  async read(): Promise<Buffer | undefined> {
    if (this.#abort.signal.aborted || this.#isOver) return undefined
    if (!this.#hasBegun) {
      // At once: a browser takes a stream for open when the first octets come.
      this.#hasBegun = true
      return Buffer.from(`retry: ${RETRY}\n\n`)
    }
    const first = await this.#waited()
    if (first === undefined) return undefined
    if (first === 'silence') return Buffer.from(': still here\n\n')
    return Buffer.from(await this.#gathered(eventText(first)))
  }

  abort(): void {
    this.#abort.abort()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#abort.abort()
    // A stream that waits for something of its own ends when that does.
    void this.#events.return?.().catch(() => undefined)
    this.#onEnd()
  }

  /** The next event, `silence` if none comes for long, undefined at the end. */
  async #waited(): Promise<StreamEvent | 'silence' | undefined> {
    const silence = Promise.withResolvers<'silence'>()
    const timer = setTimeout(() => silence.resolve('silence'), KEEP_ALIVE)
    const gone = Promise.withResolvers<undefined>()
    const stop = (): void => gone.resolve(undefined)
    this.#abort.signal.addEventListener('abort', stop, { once: true })
    try {
      const next = await Promise.race([this.#peek(), silence.promise, gone.promise])
      return typeof next === 'object' ? this.#take(next) : next
    } finally {
      clearTimeout(timer)
      this.#abort.signal.removeEventListener('abort', stop)
    }
  }

  /** The text with the events behind it that are there already. */
  async #gathered(text: string): Promise<string> {
    let gathered = text
    // What is there already is there before the next turn of the event loop.
    const turn = Promise.withResolvers<undefined>()
    setImmediate(() => turn.resolve(undefined))
    while (gathered.length < PIECE) {
      const next = await Promise.race([this.#peek(), turn.promise])
      const event = next === undefined ? undefined : this.#take(next)
      if (event === undefined) break
      gathered += eventText(event)
    }
    return gathered
  }

  /** What comes next; it stays so until it is taken. */
  #peek(): Promise<IteratorResult<StreamEvent, unknown>> {
    if (this.#next === undefined) {
      this.#next = this.#events.next()
      // An error is told to who reads next, be that later.
      this.#next.catch(() => undefined)
    }
    return this.#next
  }

  #take({ done, value }: IteratorResult<StreamEvent, unknown>): StreamEvent | undefined {
    this.#next = undefined
    if (done === true) {
      this.#isOver = true
      return undefined
    }
    return value
  }
}

function eventText({ id, event, data }: StreamEvent): string {
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`
}
