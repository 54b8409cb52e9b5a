/** Questions that other servers answer: what is asked of them, what is remembered, and what is said when they fail. */
import { addressText } from '../../../lab/kit/address.ts'
import type { Address, ServiceContext, Text } from '../../../lab/service.ts'
import { EXTENDED_ERROR, type ExtendedError } from '../wire/extended-error.ts'
import type { Question, RecordSet } from '../wire/message.ts'
import { RCODE } from '../wire/codes.ts'
import { printName } from '../wire/name.ts'
import { createAsk, type Manner, type Wishes } from './asking.ts'
import { Cache } from './cache.ts'
import { boundNetwork } from './exchange.ts'
import { Failures } from './failures.ts'
import { Health } from './health.ts'
import { inquire, type Candidate } from './inquiry.ts'
import type { Resolution } from './relevance.ts'
import { summarize } from './setback.ts'

const FLIGHT_LIMIT = 1000
const WAITING_LIMIT = 10_000
/** Sockets open at a time; each takes a port and a file descriptor. */
const SOCKET_LIMIT = 2000
/** Aliases that each need a question of their own, for one answer. */
const HOP_LIMIT = 16
/** Milliseconds after which no further alias is followed. */
const HOP_TIME = 4500
/** Milliseconds that a client waits while there is a stale answer for it (RFC 8767 §5: the client response timer). */
const STALE_PATIENCE = 1800
/** Milliseconds after a failure for which a stale answer is given at once (RFC 8767 §5: the failure recheck timer). */
const STALE_PAUSE = 30_000

/** What a forwarder needs. */
interface ForwarderOptions extends Omit<Manner, 'context' | 'onAnswer'> {
  readonly context: Pick<ServiceContext<unknown>, 'connect' | 'clock' | 'random' | 'log'>
  /** In the order in which they are asked. */
  readonly servers: readonly Address[]
  /** Seconds for which answers may be given past their time while no server answers; 0 if never. */
  readonly serveStale: number
  /** Octets of memory for answers. */
  readonly cacheSize: number
}

/** Whether other servers were asked, or it was remembered. */
type Source = 'forwarder' | 'cache'

/** An answer and where it came from. */
interface Forwarded extends Omit<Resolution, 'onward'> {
  readonly source: Source
  /** What is to be said of the answer, as that it is stale. */
  readonly extendedError?: ExtendedError
}

/** Why there is no answer. */
interface ForwardFailure {
  readonly failure: ExtendedError
  readonly source: Source
}

/** A lookup that is remembered. */
interface Remembered extends Pick<Resolution, 'rcode' | 'answer'> {
  /** Of the name. */
  readonly key: string
  readonly type: number
  readonly left: number
}

/** As much of an answer as one message gives. */
type Part = Forwarded & Resolution

/** A question under way. */
interface Flight {
  readonly landing: Promise<Resolution | ExtendedError>
  /** Resolves when clients for whom there is a stale answer have waited long enough. */
  readonly late: Promise<undefined>
}

/** Asks a list of servers in turn; remembers answers, failures, and which servers gave none. */
export class Forwarder {
  private readonly context: ForwarderOptions['context']
  private readonly manner: Manner
  private readonly candidates: readonly Candidate[]
  private readonly cache: Cache
  private readonly failures = new Failures()
  private readonly flights = new Map<string, Flight>()
  private waiting = 0

  constructor({ context, servers, serveStale, cacheSize, size, isOwn }: ForwarderOptions) {
    this.context = context
    this.manner = {
      context: { ...boundNetwork(context, SOCKET_LIMIT), clock: context.clock },
      size,
      isOwn,
      onAnswer: (candidate, milliseconds) => this.noteAnswer(candidate, milliseconds),
    }
    this.candidates = servers.map((server) => ({ server, health: new Health() }))
    this.cache = new Cache({ octets: cacheSize, stale: serveStale })
  }

  /** Follows aliases until the answer is whole or they lead into the lab's zones; never rejects for what servers do. */
  async resolve(question: Question, wishes: Wishes): Promise<Forwarded | ForwardFailure> {
    const { clock } = this.context
    const started = clock.now()
    const answer: RecordSet[] = []
    const seen = new Set<string>()
    let extendedError: ExtendedError | undefined
    let source: Source = 'cache'
    for (let { name } = question; ;) {
      seen.add(name.key)
      const part = await this.lookUp({ ...question, name }, wishes)
      if (part.source === 'forwarder') source = part.source
      if ('failure' in part) return { ...part, source }
      answer.push(...part.answer)
      extendedError ??= part.extendedError
      const { onward, ...rest } = part
      if (onward === undefined) return { ...rest, answer, source, ...(extendedError && { extendedError }) }
      const isOver = seen.size >= HOP_LIMIT || clock.now() - started >= HOP_TIME
      // "CNAME loops signalled as an error" (RFC 1034 §3.6.2).
      if (isOver || seen.has(onward.key)) return { failure: lostOn(question), source }
      name = onward
    }
  }

  /** The lookups that are remembered, the last used first; `left` are seconds, negative past their time. */
  *remembered(): Generator<Remembered> {
    for (const { key, resolution, left } of this.cache.entriesAt(this.context.clock.now()))
      yield { ...questionOf(key), rcode: resolution.rcode, answer: resolution.answer, left }
  }

  /** Undefined unless all servers are dead. */
  health(): Text | undefined {
    if (!this.candidates.every(({ health }) => health.isDead)) return undefined
    const list = this.candidates.map(({ server }) => addressText(server)).join(', ')
    return {
      en: `no forwarder answers (${list}): names outside the zones cannot be looked up`,
      es: `ningún reenviador responde (${list}): no se pueden consultar los nombres de fuera de las zonas`,
    }
  }

  private async lookUp(question: Question, wishes: Wishes): Promise<Part | ForwardFailure> {
    const now = this.context.clock.now()
    const key = keyOf(question, wishes)
    const kept = this.cache.get(key, now)
    if (kept !== undefined) return { ...kept, source: 'cache' }
    const stale = this.cache.getStale(key, now)
    const failed = this.failures.get(key, now)
    if (failed !== undefined) {
      return stale === undefined
        ? { failure: remembered(failed.error, failed.rest), source: 'cache' }
        : staleAnswer(stale)
    }
    const found = await this.wait(this.join(key, question, wishes), stale !== undefined)
    if (found !== undefined && 'rcode' in found) return { ...found, source: 'forwarder' }
    return stale === undefined ? { failure: found ?? BUSY, source: 'forwarder' } : staleAnswer(stale)
  }

  /** Undefined if there is no flight, or it takes longer than a client with a stale answer should wait. */
  private async wait(
    flight: Flight | undefined,
    hasStale: boolean,
  ): Promise<Resolution | ExtendedError | undefined> {
    if (flight === undefined || this.waiting >= WAITING_LIMIT) return undefined
    this.waiting += 1
    try {
      return await (hasStale ? Promise.race([flight.landing, flight.late]) : flight.landing)
    } finally {
      this.waiting -= 1
    }
  }

  /** Equal questions share one flight; undefined if there are too many. */
  private join(key: string, question: Question, wishes: Wishes): Flight | undefined {
    const known = this.flights.get(key)
    if (known !== undefined) return known
    if (this.flights.size >= FLIGHT_LIMIT) return undefined
    const { clock } = this.context
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = clock.timer(STALE_PATIENCE, () => resolve(undefined))
    const landing = this.fly(key, question, wishes).finally(() => {
      timer.cancel()
      this.flights.delete(key)
    })
    const flight = { landing, late }
    this.flights.set(key, flight)
    return flight
  }

  private async fly(key: string, question: Question, wishes: Wishes): Promise<Resolution | ExtendedError> {
    const { clock } = this.context
    const ask = createAsk(this.manner, question, wishes)
    const found = await inquire(this.candidates, clock, ask, (candidate) => this.noteSilence(candidate))
    const now = clock.now()
    if ('rcode' in found) {
      this.failures.delete(key)
      this.cache.put(key, question, found, now)
      return found
    }
    const error = summarize(found)
    const hasStale = this.cache.getStale(key, now) !== undefined
    // What is wrong here says nothing of the question.
    if (error.code !== EXTENDED_ERROR.notReady) this.failures.put(key, error, now, hasStale ? STALE_PAUSE : 0)
    return error
  }

  private noteAnswer({ server, health }: Candidate, milliseconds: number): void {
    if (!health.noteAnswer(milliseconds)) return
    this.failures.clear()
    this.context.log.info({ forwarder: addressText(server) }, 'the forwarder answers again')
  }

  private noteSilence({ server, health }: Candidate): void {
    const { clock, log } = this.context
    if (health.noteSilence(clock.now()))
      log.warn({ forwarder: addressText(server) }, 'the forwarder does not answer; others are asked first')
  }
}

/** Equal for questions that the same answer does for; the name, which ends by itself, comes first. */
function keyOf({ name, type, class: klass }: Question, { dnssec, checkingDisabled }: Wishes): string {
  return `${name.key}${type} ${klass} ${dnssec} ${checkingDisabled}`
}

/** The name, as its key, and the type of a question by its key. */
function questionOf(key: string): { readonly key: string; readonly type: number } {
  let end = 0
  while (key.charCodeAt(end) > 0) end += 1 + key.charCodeAt(end)
  return { key: key.slice(0, end + 1), type: Number.parseInt(key.slice(end + 1), 10) }
}

/** For clients whose question cannot even wait; it is not remembered. */
const BUSY: ExtendedError = {
  code: EXTENDED_ERROR.notReady,
  text: 'too many questions wait for the forwarders',
}

function remembered({ text }: ExtendedError, rest: number): ExtendedError {
  return {
    code: EXTENDED_ERROR.cachedError,
    text: `${text}; asked again in ${Math.ceil(rest / 1000)} s`,
  }
}

function lostOn({ name }: Question): ExtendedError {
  return {
    code: EXTENDED_ERROR.other,
    text: `the aliases of ${printName(name)} lead in a circle or too far`,
  }
}

function staleAnswer(stale: Resolution): Part {
  const { staleAnswer: answer, staleNxdomainAnswer: denial } = EXTENDED_ERROR
  const code = stale.rcode === RCODE.NXDOMAIN ? denial : answer
  const text = 'past its time, as the forwarders do not answer'
  return { ...stale, source: 'cache', extendedError: { code, text } }
}
