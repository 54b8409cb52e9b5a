import type { Lab } from '../../host/lab.ts'
import type { Logger } from '../../service.ts'
import { addressText } from '../../kit/address.ts'
import { inLanguage } from '../../kit/dissect/said.ts'
import { Pace } from '../../kit/http/pace.ts'
import type { Language } from '../../words/index.ts'
import type { Conversation, ConversationFilter, Conversations, Ladder, LadderStep } from './schema.ts'
import { Dissectors } from './dissectors.ts'
import type { Kept } from './event.ts'
import { stepIn, stepsOf, type TimedRung } from './ladder.ts'
import { Store, type Bounds } from './store.ts'
import { gistOf, type Gist } from './summary.ts'

const LANGUAGES: readonly Language[] = ['en', 'es']

/** Steps of a ladder. */
const MOST_STEPS = 2000
/** Steps that are searched for a text, and that a summary is made of. */
const MOST_SEARCHED = 300
/** Of the conversations that have changed: how many are looked at, and how many told of, at once. */
const [MOST_EXAMINED, MOST_TOLD] = [300, 100]
/** Summaries that are remembered. */
const MOST_GISTS = 20_000

/** The conversations of a lab, for those who look on: kept as they cross, and read when somebody looks. */
export class Traffic implements Disposable {
  readonly #lab: Lab
  readonly #bounds: Bounds | undefined
  readonly #dissectors: Dissectors
  #store: Store | undefined
  readonly #attached: Disposable[] = []
  /** All who look on share one turn of the event loop: a hundred of them hold up the lab no longer than one. */
  readonly #pace = new Pace()
  /** What was found out, in the languages that were asked for, and how far the conversation had come then. */
  readonly #gists = {
    en: new Map<number, Gist & { readonly touched: number }>(),
    es: new Map<number, Gist & { readonly touched: number }>(),
  }

  /** Nothing is kept before `attach`. */
  constructor(lab: Lab, log: Pick<Logger, 'error'>, bounds?: Bounds) {
    this.#lab = lab
    this.#bounds = bounds
    this.#dissectors = new Dissectors(() => lab.scenario.instances, log)
  }

  /** From the first call on, what begins is kept. */
  attach(): Store {
    if (this.#store !== undefined) return this.#store
    const { wire, journal, clock, signal } = this.#lab
    const store = new Store(() => clock.now(), this.#bounds)
    this.#store = store
    this.#attached.push(
      wire.attach(store),
      journal.listen((entry, line) => store.fact(entry, line)),
    )
    signal.addEventListener('abort', () => this[Symbol.dispose](), { once: true })
    return store
  }

  /** Detaches; what is kept stays readable. */
  [Symbol.dispose](): void {
    for (const attached of this.#attached.splice(0)) attached[Symbol.dispose]()
  }

  /** One conversation, if it is kept. */
  find(id: number): Kept | undefined {
    return this.attach().find(id)
  }

  /** The conversations with a number below `before`, newest first, as far as the filter wants them. */
  async *list(
    filter: ConversationFilter,
    before = Infinity,
    signal?: AbortSignal,
  ): AsyncGenerator<Conversation> {
    const store = this.attach()
    yield* this.#read(
      store.since(0).filter((id) => id < before),
      filter,
      signal,
    )
  }

  /** The newest of those that changed after `touched`, newest last; the others are counted. */
  async changes(
    filter: ConversationFilter,
    touched: number,
  ): Promise<Pick<Conversations, 'conversations' | 'skipped'>> {
    const store = this.attach()
    await this.#pace.take(false)
    const ids = store.since(touched)
    const conversations: Conversation[] = []
    for await (const conversation of this.#read(ids.slice(0, MOST_EXAMINED), filter)) {
      conversations.push(conversation)
      if (conversations.length === MOST_TOLD) break
    }
    const last = conversations.length === MOST_TOLD ? (conversations.at(-1)?.id ?? 0) : 0
    const rest = ids.filter((id, index) => index >= MOST_EXAMINED || id < last)
    const isAny = [filter.service, filter.client, filter.account].every((part) => (part ?? '') === '')
    const skipped = isAny
      ? rest.length
      : rest.filter((id) => {
          const kept = store.find(id)
          return kept !== undefined && isWanted(kept, filter)
        }).length
    return { conversations: conversations.toReversed(), skipped }
  }

  /** Works in turns: a list of thousands holds nobody up. */
  async *#read(
    ids: readonly number[],
    filter: ConversationFilter,
    signal?: AbortSignal,
  ): AsyncGenerator<Conversation> {
    const store = this.attach()
    for (const id of ids) {
      await this.#pace.take(false)
      signal?.throwIfAborted()
      const kept = store.find(id)
      const conversation =
        kept !== undefined && isWanted(kept, filter) ? await this.#wanted(kept, filter) : undefined
      if (conversation !== undefined) yield conversation
    }
  }

  async #tell(kept: Kept, language: Language): Promise<Conversation> {
    const { flow, octets } = kept
    const isInbound = flow.direction === 'inbound'
    const { summary, isRefused } = await this.#gist(kept, language)
    return {
      id: flow.id,
      service: flow.service,
      endpoint: flow.endpoint,
      transport: flow.transport,
      direction: flow.direction,
      client: addressText(isInbound ? flow.remote : flow.local),
      server: addressText(isInbound ? flow.local : flow.remote),
      account: kept.account ?? null,
      openedAt: kept.openedAt,
      closedAt: kept.closedAt ?? null,
      reset: kept.reset === undefined ? null : (kept.reset === 'in') === isInbound ? 'client' : 'server',
      octets: isInbound
        ? { client: octets.in, server: octets.out }
        : { client: octets.out, server: octets.in },
      isTls: kept.isTls,
      isRefused: isRefused || kept.isRefused,
      summary,
      isWhole: kept.isWhole,
    }
  }

  /** The steps of a conversation. */
  async ladder(kept: Kept, language: Language = 'en'): Promise<Ladder> {
    const steps: LadderStep[] = []
    let left = 0
    for await (const some of this.#steps(kept))
      for (const step of some)
        if (steps.length < MOST_STEPS) steps.push(stepIn(step, language))
        else left += 1
    return { conversation: await this.#tell(kept, language), steps, left }
  }

  /** Works in turns: of what one event carries there may be thousands of steps, or none at all after long work. */
  async *#steps(kept: Kept): AsyncGenerator<readonly TimedRung[]> {
    const make = await this.#dissectors.of(kept.flow)
    for (const some of stepsOf(kept, make)) {
      if (some.length > 0) yield some
      await this.#pace.take(false)
    }
  }

  /** The steps that a search and a summary look at. */
  async #first(kept: Kept): Promise<readonly TimedRung[]> {
    const first: TimedRung[] = []
    for await (const some of this.#steps(kept)) {
      first.push(...some.slice(0, MOST_SEARCHED - first.length))
      if (first.length === MOST_SEARCHED) break
    }
    return first
  }

  async #wanted(
    kept: Kept,
    { text, isRefused, language = 'en' }: ConversationFilter,
  ): Promise<Conversation | undefined> {
    const conversation = await this.#tell(kept, language)
    if (isRefused !== undefined && conversation.isRefused !== isRefused) return undefined
    if (text === undefined || text === '' || (await this.#says(kept, conversation, text.toLowerCase())))
      return conversation
    return undefined
  }

  async #says(kept: Kept, { summary }: Conversation, text: string): Promise<boolean> {
    if (summary.toLowerCase().includes(text)) return true
    const first = await this.#first(kept)
    const isIn = (told: string): boolean => told.toLowerCase().includes(text)
    return LANGUAGES.some(
      (language) =>
        first.some((step) => isIn(inLanguage(step.text, language))) || isIn(gistOf(first, language).summary),
    )
  }

  async #gist(kept: Kept, language: Language): Promise<Gist> {
    const { id } = kept.flow
    const { touched } = kept
    const gists = this.#gists[language]
    const known = gists.get(id)
    if (known?.touched === touched) return known
    const gist = { ...gistOf(await this.#first(kept), language), touched }
    if (gists.size >= MOST_GISTS) gists.clear()
    gists.set(id, gist)
    return gist
  }
}

/** What can be told without reading what was said. */
function isWanted({ flow, account }: Kept, filter: ConversationFilter): boolean {
  const { service = '', client = '' } = filter
  if (service !== '' && flow.service !== service) return false
  if ((filter.account ?? '') !== '' && account !== filter.account) return false
  const began = flow.direction === 'inbound' ? flow.remote : flow.local
  return addressText(began).includes(client)
}
