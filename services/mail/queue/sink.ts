/** The queue as the place of a message that goes to several, or elsewhere. */
import type { Sink } from '../delivery/intake.ts'
import type { Refusal } from '../envelope.ts'
import { refusals } from '../policy/refusals.ts'
import type { Entry } from './entry.ts'
import type { Queue } from './queue.ts'
import type { Spool, SpoolDraft } from './spool.ts'

/** What the queue needs for one message. */
export interface QueueSinkOptions {
  /** Its entry, but for the size. */
  readonly entry: Omit<Entry, 'size'>
  readonly spool: Spool
  readonly queue: Pick<Queue, 'begin' | 'isFull'>
  /** Is called when it is to be told that the message waits. */
  readonly queued: () => void
}

/** Writes a message beside its entry. */
export class QueueSink implements Sink {
  readonly top = ''
  readonly #options: QueueSinkOptions
  readonly #draft: SpoolDraft
  #size = 0

  constructor(options: QueueSinkOptions) {
    this.#options = options
    this.#draft = options.spool.draft(options.entry.id)
  }

  judge(): Promise<Refusal | undefined> {
    return Promise.resolve(this.#options.queue.isFull ? refusals.storageFull : undefined)
  }

  write(octets: Buffer): Promise<void> {
    this.#size += octets.length
    return this.#draft.write(octets)
  }

  async commit(): Promise<() => void> {
    const { spool, queue, queued } = this.#options
    const entry: Entry = { ...this.#options.entry, size: this.#size }
    await this.#draft.sync()
    await spool.save(entry)
    return () => {
      queued()
      queue.begin(entry)
    }
  }

  abort(): Promise<void> {
    return this.#draft.abort()
  }
}
