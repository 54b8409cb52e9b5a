/** Asks the lab for the conversations that fit a filter: those that were before, and those that come. */
import type { ConversationFilter, Conversations, Listed } from '../../traffic/schema.ts'
import type { Context } from '../context.ts'
import { questionOf, type Filter } from './filter.ts'

/** Conversations that are asked for at once. */
const PAGE = 500
/** Milliseconds for which the reader types on before the lab is asked. */
const TYPING = 350

/** Hears what the lab tells; `text` is what it was asked for. */
export interface Heard {
  /** Conversations as they begin and go on. */
  told(piece: Conversations, text: string): void
  /** Those that were before. */
  found(piece: Listed, text: string): void
  /** What was before the stream began, or while it was broken off, has been asked for. */
  caughtUp(): void
  failed(error: unknown): void
}

/** Follows what fits one filter at a time, until the signal aborts. */
export class Follower {
  readonly #context: Context
  readonly #signal: AbortSignal
  readonly #heard: Heard
  #filter: ConversationFilter = {}
  #asking = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #hasEarlier = false

  constructor(context: Context, signal: AbortSignal, heard: Heard) {
    this.#context = context
    this.#signal = signal
    this.#heard = heard
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true })
  }

  /** Whether there may be earlier ones than those that were found. */
  get hasEarlier(): boolean {
    return this.#hasEarlier
  }

  /** Follows what fits this filter instead. What is too much to be told of at once, the filter finds. */
  follow(filter: Filter): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#asking = new AbortController()
    const signal = AbortSignal.any([this.#signal, this.#asking.signal])
    this.#filter = questionOf(filter, this.#context.language)
    const { text = '' } = this.#filter
    this.#context.api.stream(
      'conversations.follow',
      this.#filter,
      {
        opened: () => void this.#catchUp(signal),
        item: (piece) => this.#heard.told(piece, text),
        lost: () => void this.#fetch({}, signal),
      },
      signal,
    )
  }

  /** Follows another filter when the reader has typed it. */
  followLater(filter: Filter): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.follow(filter), TYPING)
  }

  /** Asks for those before a conversation, or for the newest. */
  async fetchEarlier(before: number | undefined): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#asking.signal])
    const count = await this.#fetch(before === undefined ? {} : { before }, signal)
    if (count !== undefined) this.#hasEarlier = count >= PAGE
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const count = await this.#fetch({}, signal)
    if (signal.aborted) return
    if (count !== undefined) this.#hasEarlier = count >= PAGE
    this.#heard.caughtUp()
  }

  /** How many came; undefined if none could. */
  async #fetch(more: { readonly before?: number }, signal: AbortSignal): Promise<number | undefined> {
    try {
      const input = { ...this.#filter, ...more, limit: PAGE }
      const piece = await this.#context.api.call('conversations', input, signal)
      if (signal.aborted) return undefined
      this.#heard.found(piece, input.text ?? '')
      return piece.conversations.length
    } catch (error) {
      if (!signal.aborted) this.#heard.failed(error)
      return undefined
    }
  }
}
