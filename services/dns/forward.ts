/** Questions that other servers answer: which of them is asked, how long, and what is remembered. */
import type { Address } from '../../lab/service.ts'
import { Cache, type Resolution } from './cache.ts'
import { exchange, ExchangeError, type Network } from './exchange.ts'
import { FLAG, NO_OPTIONS, RCODE, type Edns, type Message, type Question } from './wire.ts'

/** Milliseconds to wait for one server in the first and in the second round; two rounds end before a client gives up. */
const ROUNDS = [1000, 2000]
const TOTAL_TIMEOUT = 4000
/** Milliseconds for which a server that did not answer is passed over. */
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
  private readonly cache = new Cache()
  private readonly flights = new Map<string, Promise<Resolution | undefined>>()
  private readonly deadUntil = new Map<Address, number>()
  private waiting = 0

  constructor(servers: readonly Address[], network: Network, size: number) {
    this.servers = servers
    this.network = network
    this.size = size
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
    const message = await this.ask(question, wishes)
    if (message === undefined) return undefined
    const { rcode, answer, authority, additional } = message
    const resolution = { rcode, answer, authority, additional }
    this.cache.put(key, question, resolution, this.network.clock.now())
    return resolution
  }

  private async ask(question: Question, wishes: Wishes): Promise<Message | undefined> {
    const { clock } = this.network
    const end = clock.now() + TOTAL_TIMEOUT
    // Where all are dead, one short round must do: the client should not wait each time.
    const rounds = this.alive().length > 0 ? ROUNDS : ROUNDS.slice(0, 1)
    const helpless = new Set<Address>()
    for (const round of rounds) {
      const alive = this.alive()
      for (const server of alive.length > 0 ? alive : this.servers) {
        const timeout = Math.min(round, end - clock.now())
        if (timeout <= 0) return undefined
        if (helpless.has(server)) continue
        const answer = await this.askServer(server, question, wishes, timeout)
        if (answer === undefined) continue
        if (answer.rcode === RCODE.NOERROR || answer.rcode === RCODE.NXDOMAIN) return answer
        helpless.add(server)
      }
    }
    return undefined
  }

  private alive(): readonly Address[] {
    const now = this.network.clock.now()
    return this.servers.filter((server) => now >= (this.deadUntil.get(server) ?? 0))
  }

  private async askServer(
    server: Address,
    question: Question,
    wishes: Wishes,
    timeout: number,
  ): Promise<Message | undefined> {
    try {
      const edns = { size: this.size, version: 0, dnssec: wishes.dnssec, options: NO_OPTIONS }
      let answer = await exchange(this.network, server, queryOf(question, wishes, edns), timeout)
      // A server older than EDNS may refuse the form; it is asked again without (RFC 6891 §6.2.2).
      const isOld =
        answer.edns === undefined && (answer.rcode === RCODE.FORMERR || answer.rcode === RCODE.NOTIMP)
      if (isOld) answer = await exchange(this.network, server, queryOf(question, wishes, undefined), timeout)
      this.deadUntil.delete(server)
      return answer
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      this.deadUntil.set(server, this.network.clock.now() + DEAD_TIME)
      return undefined
    }
  }
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
