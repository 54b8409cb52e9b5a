/** How the page talks to its lab: one operation a call, and streams that come back by themselves. */
import type {
  Cache,
  Download,
  Failure,
  FaultPoints,
  JournalFact,
  Overview,
  Tasks,
  Text,
  Zones,
} from '../schema.ts'
import type { ConversationFilter, Conversations, Ladder, Listed } from '../traffic/schema.ts'
import type { Letter, MailboxPage, Mailboxes } from '../mail/schema.ts'
import { followStream, type StreamEvents } from './stream.ts'

type Nothing = Readonly<Record<string, never>>

/** A fault as somebody adds it: where, and what happens. */
export type NewFault = { readonly at: string } & Readonly<Record<string, unknown>>

/** The operations that answer once: what each takes and gives. */
export interface Calls {
  readonly overview: readonly [Nothing, Overview]
  readonly 'service.start': readonly [{ readonly name: string }, unknown]
  readonly 'service.stop': readonly [{ readonly name: string }, unknown]
  readonly 'clock.advance': readonly [{ readonly milliseconds: number }, { readonly now: string }]
  readonly 'faults.points': readonly [Nothing, FaultPoints]
  readonly 'faults.add': readonly [NewFault, unknown]
  readonly 'faults.set': readonly [{ readonly id: number; readonly isOn: boolean }, unknown]
  readonly 'faults.remove': readonly [{ readonly id: number }, unknown]
  readonly guide: readonly [{ readonly language: 'en' | 'es' }, { readonly guide?: string }]
  readonly tasks: readonly [Nothing, Tasks]
  readonly check: readonly [
    { readonly tasks: readonly string[] },
    { readonly results: readonly { readonly id: string; readonly outcome: string }[] },
  ]
  readonly hint: readonly [{ readonly task: string }, { readonly text: Text; readonly cost?: number }]
  readonly mailboxes: readonly [Nothing, Mailboxes]
  readonly mailbox: readonly [
    { readonly account: string; readonly from?: number; readonly limit?: number },
    MailboxPage,
  ]
  readonly message: readonly [{ readonly account: string; readonly id: string }, Letter]
  readonly conversations: readonly [
    ConversationFilter & { readonly before?: number; readonly limit?: number },
    Listed,
  ]
  readonly ladder: readonly [{ readonly id: number; readonly language: 'en' | 'es' }, Ladder]
  readonly 'conversation.export': readonly [
    { readonly id: number; readonly format: 'pcapng' | 'text'; readonly language: 'en' | 'es' },
    Download,
  ]
}

/** What services may be asked of their own: what each answers. */
export interface Asks {
  readonly zones: Zones
  readonly cache: Cache
}

/** The operations that answer with a stream. */
export interface Streams {
  readonly log: readonly [
    { readonly since: number; readonly kinds?: readonly string[]; readonly follow: true },
    JournalFact,
  ]
  readonly 'conversations.follow': readonly [ConversationFilter, Conversations]
}

/** Why the lab did not do what was asked: its own words in both languages, or none if it could not be reached at all. */
export class ApiError extends Error {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number
  readonly text: Text | undefined
  readonly problems: readonly { readonly path: string; readonly message: Text }[]

  constructor(status: number, text?: Text, problems: ApiError['problems'] = []) {
    super(text?.en ?? `status ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.text = text
    this.problems = problems
  }
}

/** What a stream tells its reader. */
export interface StreamReader<Item> {
  item(item: Item): void
  /** It is open, for the first time or again after a break: what happened before can be asked for now. */
  opened?(): void
  /** The lab left out so many, because this reader was too slow. */
  lost?(count: number): void
}

/** The lab behind this page. Its paths are relative, so that the token in the page's own address is kept. */
export class Api {
  readonly #reached: (error: ApiError | undefined) => void

  /** `reached` hears after each exchange whether the lab answered. */
  constructor(reached: (error: ApiError | undefined) => void) {
    this.#reached = reached
  }

  /** Asks a service for something of its own. */
  async ask<Name extends keyof Asks>(
    name: string,
    operation: Name,
    input: object,
    signal?: AbortSignal,
  ): Promise<Asks[Name]> {
    const answer = await this.#post('api/service.ask', { name, operation, input }, signal)
    const output: Asks[Name] = await answer.json()
    return output
  }

  /** Asks for one operation; rejects with an ApiError. */
  async call<Name extends keyof Calls>(
    name: Name,
    input: Calls[Name][0],
    signal?: AbortSignal,
  ): Promise<Calls[Name][1]> {
    const answer = await this.#post(`api/${name}`, input, signal)
    try {
      // The lab answers what its schema says: the page trusts it in that.
      const output: Calls[Name][1] = await answer.json()
      return output
    } catch (error) {
      throw signal?.aborted === true ? error : new ApiError(0)
    }
  }

  /** Has the lab make a file of what the person says for it, such as a password, which no address should hold. */
  async make(name: string, input: object): Promise<Blob> {
    const answer = await this.#post(this.download(name), input)
    return answer.blob()
  }

  /** The address of a file to download. */
  download(...path: readonly string[]): string {
    return ['download', ...path.map((piece) => encodeURIComponent(piece))].join('/')
  }

  /** The address of a message's HTML, which the server lets do nothing. */
  markup(account: string, id: string): string {
    return ['mail', encodeURIComponent(account), encodeURIComponent(id), 'html'].join('/')
  }

  /** Reads a stream until the signal aborts; after a break it goes on where it was. */
  stream<Name extends keyof Streams>(
    name: Name,
    input: Streams[Name][0],
    reader: StreamReader<Streams[Name][1]>,
    signal: AbortSignal,
  ): void {
    const address = (after: string): string => {
      // The id of a fact is its number in the journal; the other streams begin anew, and `opened` says so.
      const wish = name === 'log' && after !== '' ? { ...input, since: Number(after) } : input
      return `api/stream/${name}?input=${encodeURIComponent(JSON.stringify(wish))}`
    }
    const events: StreamEvents = {
      opened: () => {
        this.#reached(undefined)
        reader.opened?.()
      },
      item: (data) => {
        const item: Streams[Name][1] = JSON.parse(data)
        reader.item(item)
      },
      lost: (data) => reader.lost?.(Number(data)),
    }
    followStream(address, events, signal)
  }

  async #post(path: string, input: unknown, signal?: AbortSignal): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(input),
        ...(signal && { signal }),
      })
    } catch (error) {
      if (signal?.aborted === true) throw error
      throw this.#failed(new ApiError(0))
    }
    if (answer.ok) {
      this.#reached(undefined)
      return answer
    }
    throw this.#failed(await errorOf(answer))
  }

  #failed(error: ApiError): ApiError {
    // Any other refusal shows that the lab is there.
    this.#reached(error.status === 0 || error.status === 401 ? error : undefined)
    return error
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  try {
    const { error, problems }: Pick<Failure, 'error'> & Partial<Failure> = await answer.json()
    return new ApiError(answer.status, error, problems ?? [])
  } catch {
    return new ApiError(answer.status)
  }
}

/** Runs something at once, and again so many milliseconds after it ended, while the page is visible; until the signal aborts. */
export function every(milliseconds: number, signal: AbortSignal, run: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRunning = false
  const turn = (): void => {
    clearTimeout(timer)
    if (isRunning || signal.aborted || document.hidden) return
    isRunning = true
    void run().finally(() => {
      isRunning = false
      if (!signal.aborted) timer = setTimeout(turn, milliseconds)
    })
  }
  document.addEventListener('visibilitychange', turn, { signal })
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  turn()
}
