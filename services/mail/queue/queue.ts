/** The durable queue: what was accepted lies on disk until it is delivered, or its sender knows that it is not. */
import type { Readable } from 'node:stream'
import { Turns } from '../../../lab/kit/turns.ts'
import type { FactData, ServiceContext } from '../../../lab/service.ts'
import type { MailConfig } from '../options.ts'
import { deliverHere, deliverThere, type AttemptOptions, type Outcomes } from './attempt.ts'
import { keyOf, type Entry, type QueuedRecipient } from './entry.ts'
import { Judgement } from './judgement.ts'
import { replyText, type Outcome } from './reply.ts'
import { Schedule, type Job } from './schedule.ts'
import type { Spool } from './spool.ts'
import type { ReportAction } from './words.ts'

/** Messages that may wait. */
const MOST_ENTRIES = 100_000

/** What a queue is made of. */
export interface QueueOptions {
  readonly ctx: Pick<ServiceContext<MailConfig>, 'clock' | 'config' | 'log' | 'random' | 'record' | 'signal'>
  readonly spool: Spool
  readonly attempt: Omit<AttemptOptions, 'read' | 'stored' | 'unanswered'>
  /** Writes a report, and resolves with its entry when that is durable; undefined if it has nobody to go to. */
  readonly report: (
    entry: Entry,
    action: ReportAction,
    recipients: readonly (readonly [QueuedRecipient, Outcome])[],
  ) => Promise<Entry | undefined>
}

/** A message in the queue as the command line shows it. */
export interface QueuedMessage {
  readonly id: string
  /** Empty for a bounce. */
  readonly from: string
  readonly size: number
  /** When it came in, as ISO 8601 writes it. */
  readonly received: string
  readonly recipients: readonly {
    readonly address: string
    readonly state: QueuedRecipient['state']
    readonly attempts: number
    /** What was last said of it. */
    readonly reply?: string
    /** When it is tried again. */
    readonly next?: string
  }[]
}

interface Held {
  readonly entry: Entry
  readonly turns: Turns
}

/** The messages that wait, with their attempts. */
export class Queue implements AsyncDisposable {
  readonly #options: QueueOptions
  readonly #attempt: AttemptOptions
  /** Attempts whose outcome is being written down. */
  #settling = 0
  readonly #judgement: Judgement
  readonly #held = new Map<string, Held>()
  readonly #schedule: Schedule

  /** Takes up again what has waited. */
  constructor(options: QueueOptions, entries: readonly Entry[]) {
    this.#options = options
    const { clock, config, random } = options.ctx
    this.#judgement = new Judgement(config.queue, random)
    this.#attempt = {
      ...options.attempt,
      unanswered: new Set(),
      read: (id): Readable => options.spool.read(id),
      stored: (entry, { account = '', address }, message) =>
        this.#record('smtp.delivered', { id: entry.id, account, recipient: address, message }),
    }
    this.#schedule = new Schedule({
      clock,
      concurrency: config.queue.concurrency,
      run: (job) => this.#run(job),
    })
    // In the order of their time, each goes to the end of the schedule: a hundred thousand would be moved for seconds.
    const now = clock.now()
    const next = ({ recipients }: Entry): number =>
      Math.max(now, Math.min(...recipients.map((recipient) => recipient.next)))
    for (const entry of entries.toSorted((one, other) => next(one) - next(other))) this.begin(entry)
  }

  /** Whether another server may take, or has taken, what is not yet written down as delivered. */
  get isBusy(): boolean {
    return this.#attempt.unanswered.size > 0 || this.#settling > 0
  }

  get isFull(): boolean {
    return this.#held.size >= MOST_ENTRIES
  }

  /** Begins to deliver a message whose entry is on disk. */
  begin(entry: Entry): void {
    this.#held.set(entry.id, { entry, turns: new Turns() })
    const waiting = entry.recipients.filter(({ state }) => state === 'waiting')
    if (waiting.length === 0) void this.#keep({ entry, turns: new Turns() })
    for (const [key, recipients] of Map.groupBy(waiting, keyOf)) this.#plan(entry, key, recipients)
  }

  list(): readonly QueuedMessage[] {
    return Array.from(this.#held.values(), ({ entry }) => ({
      id: entry.id,
      from: entry.sender.address,
      size: entry.size,
      received: new Date(entry.received).toISOString(),
      recipients: entry.recipients.map(({ address, state, attempts, reply, next }) => ({
        address,
        state,
        attempts,
        ...(reply !== undefined && { reply }),
        ...(state === 'waiting' && { next: new Date(next).toISOString() }),
      })),
    }))
  }

  /** Tries a message again now, or all; returns how many there are. */
  flush(id?: string): number {
    this.#schedule.hasten(id)
    if (id === undefined) return this.#held.size
    return this.#held.has(id) ? 1 : 0
  }

  /** Takes a message out of the queue, and tells nobody; false if there is none of that id. */
  async remove(id: string): Promise<boolean> {
    const held = this.#held.get(id)
    if (held === undefined) return false
    this.#held.delete(id)
    await held.turns.run(() => this.#options.spool.remove(id))
    return true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#schedule.stop()
  }

  #plan({ id }: Entry, key: string, recipients: readonly QueuedRecipient[]): void {
    const next = Math.min(...recipients.map((recipient) => recipient.next))
    this.#schedule.add({ id, key, isLocal: recipients.some(({ account }) => account !== undefined), next })
  }

  async #run({ id, key }: Job): Promise<void> {
    const held = this.#held.get(id)
    if (held === undefined) return
    const { entry } = held
    const waiting = entry.recipients.filter((each) => each.state === 'waiting' && keyOf(each) === key)
    const [first] = waiting
    if (first === undefined) return
    try {
      const outcomes =
        first.account === undefined
          ? await deliverThere(this.#attempt, entry, waiting, key)
          : await deliverHere(this.#attempt, entry, first)
      this.#settling += 1
      await held.turns.run(() => this.#settle(held, outcomes)).finally(() => (this.#settling -= 1))
    } catch (error) {
      this.#options.ctx.log.error({ err: error, id }, 'an attempt at delivery went wrong; it is made again')
      for (const recipient of waiting) recipient.next = this.#options.ctx.clock.now() + 60_000
    }
    const left = waiting.filter(({ state }) => state === 'waiting')
    // After a stop every attempt would fail at once, and be due again.
    const { signal } = this.#options.ctx
    if (left.length > 0 && this.#held.has(id) && !signal.aborted) this.#plan(entry, key, left)
  }

  /** Writes down what an attempt has come to, after the sender's reports of it. */
  async #settle(held: Held, found: Outcomes): Promise<void> {
    const { entry } = held
    const { clock, signal, log } = this.#options.ctx
    // What a stop has cut short was no attempt.
    const outcomes = [...found].filter(([, { kind }]) => !signal.aborted || kind === 'delivered')
    if (outcomes.length === 0 || !this.#held.has(entry.id)) return
    const verdicts = this.#judgement.judge(entry, outcomes, clock.now())
    const reports = new Map<ReportAction, Entry | undefined>()
    for (const { action, recipients } of verdicts.reports)
      try {
        reports.set(action, await this.#options.report(entry, action, recipients))
      } catch (error) {
        log.error({ err: error, id: entry.id }, 'a report to the sender cannot be stored; it is tried again')
        verdicts.withhold(action)
      }
    verdicts.apply()
    this.#tell(entry, outcomes, reports)
    await this.#keep(held)
    for (const report of reports.values()) if (report !== undefined) this.begin(report)
  }

  /** Facts of what other servers took, and of what goes back. */
  #tell(
    entry: Entry,
    outcomes: readonly (readonly [QueuedRecipient, Outcome])[],
    reports: ReadonlyMap<ReportAction, Entry | undefined>,
  ): void {
    for (const [recipient, { kind, reply, host }] of outcomes) {
      const data = { id: entry.id, recipient: recipient.address, host, reply: replyText(reply) }
      if (kind === 'delivered' && recipient.account === undefined) this.#record('smtp.delivered', data)
      if (recipient.state === 'failed')
        this.#record('smtp.bounced', {
          ...data,
          from: entry.sender.address,
          report: reports.get('failed')?.id ?? null,
        })
    }
  }

  async #keep({ entry }: Held): Promise<void> {
    const { spool, ctx } = this.#options
    const isDone = entry.recipients.every(({ state }) => state !== 'waiting')
    if (isDone) this.#held.delete(entry.id)
    try {
      await (isDone ? spool.remove(entry.id) : spool.save(entry))
    } catch (error) {
      // It is right in memory, and written with the next attempt.
      ctx.log.error({ err: error, id: entry.id }, 'the queue entry cannot be written')
    }
  }

  #record(kind: string, data: FactData): void {
    this.#options.ctx.record({ kind, data })
  }
}
