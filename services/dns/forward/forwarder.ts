/** Questions that other servers answer: which of them is asked, how long, and what is remembered. */
import type { Address } from '../../../lab/service.ts'
import { Cache, type Resolution } from './cache.ts'
import { exchange, ExchangeError, type Bounds, type Network } from './exchange.ts'
import { relevantPart } from './relevance.ts'
import { FLAG, NO_OPTIONS, RCODE, type Edns, type Message, type Question } from '../wire/message.ts'

/** Milliseconds after which the next try starts, in the first and in the second round; earlier tries stay open. */
const ROUNDS = [1000, 2000]
/** Milliseconds for one question; many clients give up after 5 s. */
const TOTAL_TIMEOUT = 4500
/** Questions in a row without an answer, after which a server counts as dead. */
const SILENCE_LIMIT = 3
/** Milliseconds for which a dead server is passed over. */
const DEAD_TIME = 30_000
const FLIGHT_LIMIT = 1000
const WAITING_LIMIT = 10_000

/** What of a client's query changes the answer. */
interface Wishes {
  /** DO (RFC 3225). */
  readonly dnssec: boolean
  /** CD (RFC 4035 §3.2.2). */
  readonly checkingDisabled: boolean
}

/** An answer and where it came from. */
interface Forwarded extends Resolution {
  readonly source: 'forwarder' | 'cache'
}

/** Asks a list of servers in turn, remembers the answers and the servers that gave none. */
export class Forwarder {
  private readonly servers: readonly Address[]
  private readonly network: Network
  /** Octets of UDP answer that are asked for. */
  private readonly size: number
  private readonly isOwn: (key: string) => boolean
  private readonly cache = new Cache()
  private readonly flights = new Map<string, Promise<Resolution | undefined>>()
  private readonly silences = new Map<Address, number>()
  private readonly deadUntil = new Map<Address, number>()
  private waiting = 0

  /** `isOwn` says whether a name, by its key, lies in the lab's own zones, of which no other server may speak. */
  constructor(servers: readonly Address[], network: Network, size: number, isOwn: (key: string) => boolean) {
    this.servers = servers
    this.network = network
    this.size = size
    this.isOwn = isOwn
  }

  /** Undefined if no server gave an answer, or too much is under way; never rejects for what servers do. */
  async resolve(question: Question, wishes: Wishes): Promise<Forwarded | undefined> {
    const key = `${question.name.key}${question.type} ${question.class} ${wishes.dnssec} ${wishes.checkingDisabled}`
    const kept = this.cache.get(key, this.network.clock.now())
    if (kept !== undefined) return { ...kept, source: 'cache' }
    if (this.waiting >= WAITING_LIMIT) return undefined
    this.waiting += 1
    try {
      const resolution = await this.join(key, question, wishes)
      return resolution === undefined ? undefined : { ...resolution, source: 'forwarder' }
    } finally {
      this.waiting -= 1
    }
  }

  /** Equal questions share one flight. */
  private join(key: string, question: Question, wishes: Wishes): Promise<Resolution | undefined> {
    const known = this.flights.get(key)
    if (known !== undefined) return known
    if (this.flights.size >= FLIGHT_LIMIT) return Promise.resolve(undefined)
    const flight = this.fly(key, question, wishes).finally(() => this.flights.delete(key))
    this.flights.set(key, flight)
    return flight
  }

  private async fly(key: string, question: Question, wishes: Wishes): Promise<Resolution | undefined> {
    const resolution = await this.ask(question, wishes)
    if (resolution !== undefined) this.cache.put(key, question, resolution, this.network.clock.now())
    return resolution
  }

  private async ask(question: Question, wishes: Wishes): Promise<Resolution | undefined> {
    const { clock } = this.network
    const over = new AbortController()
    const bounds = { end: clock.now() + TOTAL_TIMEOUT, signal: over.signal }
    const found = Promise.withResolvers<Resolution | undefined>()
    const helpless = new Set<Address>()
    const silent = new Set<Address>()
    const tryServer = async (server: Address): Promise<void> => {
      const answer = await this.askServer(server, question, wishes, bounds)
      const resolution = answer && this.read(answer, question, wishes)
      if (answer !== undefined) silent.delete(server)
      else if (!over.signal.aborted) silent.add(server)
      if (resolution !== undefined) found.resolve(resolution)
      else if (answer !== undefined) helpless.add(server)
    }
    const tries: Promise<void>[] = []
    void found.promise.then(() => over.abort())
    try {
      for (const { server, wait } of this.plan()) {
        if (over.signal.aborted || clock.now() >= bounds.end) break
        if (helpless.has(server)) continue
        const current = tryServer(server)
        tries.push(current)
        if (!(await this.settles([current, found.promise], wait))) silent.add(server)
      }
      // A late answer to an earlier try still counts.
      await Promise.race([found.promise, Promise.all(tries)])
      found.resolve(undefined)
      return await found.promise
    } finally {
      over.abort()
      for (const server of silent) this.noteSilence(server)
    }
  }

  /** The servers to ask in turn, each with the milliseconds to wait before the next. */
  private plan(): readonly { readonly server: Address; readonly wait: number }[] {
    const now = this.network.clock.now()
    const alive = this.servers.filter((server) => now >= (this.deadUntil.get(server) ?? 0))
    const servers = alive.length > 0 ? alive : this.servers
    return ROUNDS.flatMap((wait) => servers.map((server) => ({ server, wait })))
  }

  /** Whether one of the promises settles within the time. */
  private async settles(promises: readonly Promise<unknown>[], milliseconds: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const timer = this.network.clock.timer(milliseconds, () => late.resolve(false))
    try {
      return await Promise.race([late.promise, ...promises.map((each) => each.then(() => true))])
    } finally {
      timer.cancel()
    }
  }

  private noteSilence(server: Address): void {
    const count = (this.silences.get(server) ?? 0) + 1
    this.silences.set(server, count)
    if (count >= SILENCE_LIMIT) this.deadUntil.set(server, this.network.clock.now() + DEAD_TIME)
  }

  /** Undefined for a failure, and for what does not answer the question. */
  private read(message: Message, question: Question, wishes: Wishes): Resolution | undefined {
    if (message.rcode !== RCODE.NOERROR && message.rcode !== RCODE.NXDOMAIN) return undefined
    return relevantPart({ question, message, dnssec: wishes.dnssec, isOwn: this.isOwn })
  }

  private async askServer(
    server: Address,
    question: Question,
    wishes: Wishes,
    bounds: Bounds,
  ): Promise<Message | undefined> {
    try {
      const edns = { size: this.size, version: 0, dnssec: wishes.dnssec, options: NO_OPTIONS }
      let answer = await exchange(this.network, server, queryOf(question, wishes, edns), bounds)
      if (isOld(answer))
        answer = await exchange(this.network, server, queryOf(question, wishes, undefined), bounds)
      this.silences.delete(server)
      this.deadUntil.delete(server)
      return answer
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      return undefined
    }
  }
}

// A server older than EDNS may refuse the form; it is asked again without (RFC 6891 §6.2.2).
function isOld({ edns, rcode, questions }: Message): boolean {
  if (edns !== undefined) return false
  const isUnread = rcode === RCODE.SERVFAIL && questions.length === 0
  return isUnread || rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP
}

function queryOf(question: Question, wishes: Wishes, edns: Edns | undefined): Omit<Message, 'id'> {
  const flags = FLAG.recursionDesired | (wishes.checkingDisabled ? FLAG.checkingDisabled : 0)
  return {
    flags,
    opcode: 0,
    rcode: 0,
    questions: [question],
    answer: [],
    authority: [],
    additional: [],
    edns,
  }
}
