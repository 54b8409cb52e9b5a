/** Judges by the journal: looks at each fact once, as it comes, and keeps only what counts. */
import { accountIn, isRefusal } from '../journal/identity.ts'
import type { Assertion, EvidenceVerb, SeenFact } from '../check.ts'
import { createNetworks, type Networks } from '../kit/networks.ts'
import { evidenceOf, later, outOfTurn, placeOf, type Place } from './place.ts'
import { OWN } from './own-probes.ts'
import { Recent } from './recent.ts'
import { brokenBy, type Ended } from './runner.ts'

/** Connections of which it is remembered whose they are, at least. */
const CONNECTIONS = 20_000

/** The fact that tells who has opened a connection. */
const OPENED = 'connection.opened'

/** One thing that is looked for. */
export interface WantedFact {
  readonly verb: EvidenceVerb
  /** What the verb's schema has made of them. */
  readonly settings: unknown
}

/** What the journal has to show. */
export interface WantedFacts {
  readonly id: string
  /** All of them, or one after the other. */
  readonly mode: 'all' | 'order'
  readonly steps: readonly WantedFact[]
  /** Milliseconds between two steps in order, or between the first and the last of all. */
  readonly within?: number
  readonly account?: string
  /** An address or a network. */
  readonly client?: string
}

/** Looks for the evidence of several tasks in one run through the facts. */
export class EvidenceJudge {
  readonly #searches: ReadonlyMap<string, Search>
  /** The searches that are still open, by the kind of fact. */
  readonly #byKind = new Map<string, { readonly search: Search; readonly step: number }[]>()
  readonly #origins = new Recent<number, Origin>(CONNECTIONS)
  /** Connections of the lab's own probes. */
  readonly #own = new Recent<number, true>(CONNECTIONS)
  readonly #isOriginAsked: boolean
  readonly #passed: (id: string) => void

  /** `passed` hears of what has just been found, `broken` of verbs that fail. */
  constructor(
    wanted: readonly WantedFacts[],
    options: {
      readonly passed?: (id: string) => void
      readonly broken?: (id: string, error: unknown) => void
    } = {},
  ) {
    this.#isOriginAsked = wanted.some(({ account, client }) => account !== undefined || client !== undefined)
    this.#passed = options.passed ?? (() => undefined)
    this.#searches = new Map(wanted.map((each) => [each.id, new Search(each, options.broken)]))
    for (const search of this.#searches.values()) {
      for (const [step, { verb }] of search.wanted.steps.entries()) {
        for (const kind of new Set(verb.facts)) {
          const list = this.#byKind.get(kind) ?? []
          list.push({ search, step })
          this.#byKind.set(kind, list)
        }
      }
    }
  }

  /** Looks at the next fact; what the lab itself has asked for counts for nobody. */
  see(fact: SeenFact): void {
    const { kind, connection } = fact
    if (kind === OWN && connection !== undefined) return this.#own.set(connection, true)
    if (connection !== undefined && this.#own.get(connection) === true) return
    const origin = this.#originOf(fact)
    const open = this.#byKind.get(kind)
    if (open === undefined) return
    let isAnyDone = false
    // One fact is one step of an order: the last one first.
    for (let index = open.length - 1; index >= 0; index -= 1) {
      const each = open[index]
      if (each === undefined || each.search.isOver) continue
      each.search.see(each.step, fact, origin)
      if (!each.search.isOver) continue
      isAnyDone = true
      if (each.search.isFound) this.#passed(each.search.wanted.id)
    }
    if (isAnyDone) this.#forgetFound()
  }

  /** What has been found for the task, or what came nearest to it; undefined if it was not looked for. */
  result(id: string): Ended | undefined {
    return this.#searches.get(id)?.result()
  }

  /** What is still open of a kind is all that later facts of it are shown to. */
  #forgetFound(): void {
    for (const [kind, list] of this.#byKind) {
      const left = list.filter(({ search }) => !search.isOver)
      if (left.length === 0) this.#byKind.delete(kind)
      else if (left.length < list.length) this.#byKind.set(kind, left)
    }
  }

  /** Who did it: what the fact says, or what was said before on its connection. */
  #originOf(fact: SeenFact): Origin {
    if (!this.#isOriginAsked) return nobody
    const { connection } = fact
    const own = toldBy(fact)
    if (connection === undefined || connection === 0) return own
    const before = this.#origins.get(connection) ?? nobody
    const told = { account: own.account ?? before.account, client: own.client ?? before.client }
    // What tells of both is a login, or something done after one; a recipient's name comes alone, and a refused login proves nothing.
    const isOwn = own.client !== undefined && !isRefusal(fact.kind)
    const after = { account: isOwn ? told.account : before.account, client: told.client }
    if (before.account !== after.account || before.client !== after.client)
      this.#origins.set(connection, after)
    return told
  }
}

interface Origin {
  readonly account: string | undefined
  readonly client: string | undefined
}

const clientTitle = { en: 'the client', es: 'el cliente' }

function toldBy({ kind, data }: SeenFact): Origin {
  const { client = kind === OPENED ? data?.['address'] : undefined } = data ?? {}
  return { account: accountIn(data), client: typeof client === 'string' ? client : undefined }
}

const nobody: Origin = { account: undefined, client: undefined }

/** A fact that was as wanted, and those of the steps before it. */
interface Reached {
  readonly at: number
  readonly facts: readonly Place[]
}

/** The fact that came nearest to a step. */
interface Nearest {
  readonly fact: Place
  readonly share: number
  readonly assertions: readonly Assertion[]
}

/** What is known of one task. */
class Search {
  readonly wanted: WantedFacts
  readonly #networks: Networks | undefined
  readonly #hasOrigin: boolean
  #lastClient: string | undefined
  #isLastClient = false
  /** By step, the newest: whatever comes after has the most time left. */
  readonly #reached: (Reached | undefined)[]
  readonly #nearest: (Nearest | undefined)[]
  /** Steps that a fact satisfied at the wrong time. */
  readonly #late = new Map<number, Place>()
  #found: readonly Place[] | undefined
  #broken: Ended | undefined
  readonly #tell: (id: string, error: unknown) => void

  constructor(wanted: WantedFacts, tell: (id: string, error: unknown) => void = () => undefined) {
    this.wanted = wanted
    this.#tell = tell
    this.#networks = wanted.client === undefined ? undefined : createNetworks([wanted.client])
    this.#hasOrigin = wanted.account !== undefined || wanted.client !== undefined
    this.#reached = wanted.steps.map(() => undefined)
    this.#nearest = wanted.steps.map(() => undefined)
  }

  get isFound(): boolean {
    return this.#found !== undefined
  }

  get isOver(): boolean {
    return this.isFound || this.#broken !== undefined
  }

  see(step: number, fact: SeenFact, origin: Origin): void {
    const wanted = this.wanted.steps[step]
    if (wanted === undefined) return
    const own = this.#judged(wanted, fact)
    if (own === undefined) return
    const assertions = this.#hasOrigin ? [...own, ...this.#origin(origin)] : own
    const isHeld = assertions.length > 0 && assertions.every(({ holds }) => holds)
    if (!isHeld) return this.#keepNearest(step, fact, assertions)
    if (this.wanted.mode === 'order') this.#reachInOrder(step, fact)
    else this.#reach(step, fact)
  }

  /** The verb's judgement; one that fails ends the search, never the journal that it listens to. */
  #judged({ verb, settings }: WantedFact, fact: SeenFact): readonly Assertion[] | undefined {
    try {
      return verb.judge(fact, settings)
    } catch (error) {
      this.#broken = brokenBy(error)
      this.#tell(this.wanted.id, error)
      return undefined
    }
  }

  result(): Ended {
    if (this.#broken !== undefined) return this.#broken
    const { steps } = this.wanted
    const found = this.#found
    if (found !== undefined) {
      const assertions = steps.map((each) => ({ title: each.verb.title(each.settings), holds: true }))
      return { outcome: 'passed', assertions, evidence: evidenceOf(found) }
    }
    const hidden = this.#afterFirstMissing()
    const assertions = [
      ...steps.flatMap((_, step) => (hidden.has(step) ? [] : this.#told(step))),
      ...(hidden.size > 0 ? [later(hidden.size)] : []),
    ]
    const isTimeMissed = assertions.every(({ holds }) => holds)
    const facts = steps.flatMap(
      (_, step) =>
        this.#reached[step]?.facts.at(-1) ?? (hidden.has(step) ? [] : (this.#nearest[step]?.fact ?? [])),
    )
    return {
      outcome: 'failed',
      assertions: isTimeMissed ? [...assertions, this.#tooFarApart()] : assertions,
      ...(facts.length > 0 && { evidence: evidenceOf(facts) }),
    }
  }

  /** Steps of an order whose turn has not come, and that nobody has tried before it: to tell them would be to tell the solution. */
  #afterFirstMissing(): ReadonlySet<number> {
    const { mode, steps } = this.wanted
    const missing = steps.findIndex((_, step) => this.#reached[step] === undefined)
    if (mode !== 'order' || missing < 0) return new Set()
    const after = steps.keys().filter((step) => step > missing && !this.#late.has(step))
    return new Set(after)
  }

  #reach(step: number, fact: SeenFact): void {
    this.#reached[step] = { at: fact.at, facts: [placeOf(fact)] }
    const reached = this.#reached.filter((each) => each !== undefined)
    if (reached.length < this.#reached.length) return
    const times = reached.map((each) => each.at)
    const { within = Number.POSITIVE_INFINITY } = this.wanted
    if (Math.max(...times) - Math.min(...times) <= within) this.#found = reached.flatMap(({ facts }) => facts)
  }

  #reachInOrder(step: number, fact: SeenFact): void {
    const { at } = fact
    const before = step === 0 ? { at, facts: [] } : this.#reached[step - 1]
    const { within = Number.POSITIVE_INFINITY, steps } = this.wanted
    if (before === undefined || at - before.at > within) return void this.#late.set(step, placeOf(fact))
    const facts = [...before.facts, placeOf(fact)]
    this.#reached[step] = { at, facts }
    if (step === steps.length - 1) this.#found = facts
  }

  #origin({ account, client }: Origin): Assertion[] {
    const { wanted } = this
    return [
      ...(wanted.account === undefined
        ? []
        : [equal({ en: 'the account', es: 'la cuenta' }, wanted.account, account)]),
      ...(wanted.client === undefined
        ? []
        : [
            this.#isClient(client)
              ? { title: clientTitle, holds: true }
              : { ...equal(clientTitle, wanted.client, client), holds: false },
          ]),
    ]
  }

  /** Most facts come from the client that the one before came from. */
  #isClient(client: string | undefined): boolean {
    if (client === undefined) return false
    if (client !== this.#lastClient) {
      this.#lastClient = client
      this.#isLastClient = this.#networks?.has(client) === true
    }
    return this.#isLastClient
  }

  #keepNearest(step: number, fact: SeenFact, assertions: readonly Assertion[]): void {
    const share = assertions.reduce((sum, { holds, weight = 1 }) => sum + (holds ? weight : 0), 0)
    const before = this.#nearest[step]
    // Of two that are as near the newer one is what the person tries now.
    if (before === undefined || share >= before.share)
      this.#nearest[step] = { fact: placeOf(fact), share, assertions }
  }

  /** A step is worth what it is worth; what a near miss has right, and what not, explains it. */
  #told(step: number): Assertion[] {
    const wanted = this.wanted.steps[step]
    if (wanted === undefined) return []
    const title = wanted.verb.title(wanted.settings)
    if (this.#reached[step] !== undefined) return [{ title, holds: true }]
    const details = this.#nearest[step]?.assertions.map((each) => ({ ...each, weight: 0 })) ?? []
    const late = this.#late.get(step)
    return [{ title, holds: false }, ...(late === undefined ? details : [outOfTurn(late)])]
  }

  #tooFarApart(): Assertion {
    const seconds = (this.wanted.within ?? 0) / 1000
    return {
      title: { en: `all of it within ${seconds} s`, es: `todo ello en ${seconds} s` },
      holds: false,
    }
  }
}

function equal(title: Assertion['title'], expected: string, actual: string | undefined): Assertion {
  const holds = expected === actual
  return { title, holds, ...(!holds && { difference: { expected, actual: actual ?? '' } }) }
}
