/** One question, put to a list of servers in turn until one of them answers it. */
import type { Address, Clock } from '../../../lab/service.ts'
import type { Health } from './health.ts'
import type { Resolution } from './relevance.ts'
import type { Setback } from './setback.ts'

/** A server that may be asked. */
export interface Candidate {
  readonly server: Address
  readonly health: Health
}

/** Asks one server until the signal aborts; never rejects for what the server does. */
export type Ask = (candidate: Candidate, signal: AbortSignal) => Promise<Resolution | Setback>

/** Rounds through the list; earlier tries stay open (RFC 9520 §3.1: three queries to one server at most). */
const ROUNDS = [1, 2]
/** Milliseconds for one question; many clients give up after 5 s. */
const TOTAL_TIMEOUT = 4500
/** Milliseconds for one question while all servers are dead, save for the questions by which they are tried. */
const DEAD_TIMEOUT = 1000

interface Plan {
  readonly tries: readonly { readonly candidate: Candidate; readonly wait: number }[]
  /** Dead servers that are tried beside the others. */
  readonly probes: readonly Candidate[]
  /** Milliseconds. */
  readonly time: number
}

/** The list's order without the dead, or with them if there are no others; waits are such that all are asked in time. */
function planFor(candidates: readonly Candidate[], now: number): Plan {
  const living = candidates.filter(({ health }) => !health.isDead)
  const due = candidates.filter(({ health }) => health.isDue(now))
  const order = living.length > 0 ? living : candidates
  const time = living.length > 0 || due.length > 0 ? TOTAL_TIMEOUT : DEAD_TIMEOUT
  for (const { health } of due) health.noteProbe(now)
  const most = time / (order.length + 1)
  const tries = ROUNDS.flatMap((round) =>
    order.map((candidate) => ({ candidate, wait: Math.min(candidate.health.patience * round, most) })),
  )
  return { tries, probes: living.length > 0 ? due : [], time }
}

/** The first answer, or what came of each server that was asked; servers that stayed silent are noted as such. */
export function inquire(
  candidates: readonly Candidate[],
  clock: Clock,
  ask: Ask,
  onSilence: (candidate: Candidate) => void,
): Promise<Resolution | readonly Setback[]> {
  return new Inquiry(clock, ask).run(planFor(candidates, clock.now()), onSilence)
}

class Inquiry {
  private readonly clock: Clock
  private readonly ask: Ask
  private readonly over = new AbortController()
  private readonly found = Promise.withResolvers<Resolution | undefined>()
  private readonly setbacks = new Map<Candidate, Setback>()
  /** Servers that were waited for in vain, with the answers they had given before. */
  private readonly silent = new Map<Candidate, number>()

  constructor(clock: Clock, ask: Ask) {
    this.clock = clock
    this.ask = ask
  }

  async run(
    { tries, probes, time }: Plan,
    onSilence: (candidate: Candidate) => void,
  ): Promise<Resolution | readonly Setback[]> {
    const timer = this.clock.timer(time, () => this.found.resolve(undefined))
    const end = (): void => this.over.abort()
    this.found.promise.then(end, end)
    for (const candidate of probes) this.probe(candidate).catch(this.found.reject)
    const open: Promise<void>[] = []
    try {
      for (const { candidate, wait } of tries) {
        if (this.over.signal.aborted) break
        if (this.hasFailed(candidate)) continue
        const before = this.silent.get(candidate) ?? candidate.health.answers
        const current = this.try(candidate)
        open.push(current)
        await this.settles([current, this.found.promise], wait)
        if (!this.over.signal.aborted && !this.hasFailed(candidate)) this.silent.set(candidate, before)
      }
      // A late answer to an earlier try still counts.
      await Promise.race([this.found.promise, Promise.all(open)])
      this.found.resolve(undefined)
      const found = await this.found.promise
      if (found !== undefined) return found
      this.over.abort()
      await Promise.all(open)
      return tries
        .flatMap(({ candidate }) => this.setbacks.get(candidate) ?? [])
        .filter((setback, index, all) => all.indexOf(setback) === index)
    } finally {
      timer.cancel()
      this.over.abort()
      // Who has answered anything since is slow with this question, and not silent.
      for (const [candidate, before] of this.silent)
        if (candidate.health.answers === before) onSilence(candidate)
    }
  }

  private async try(candidate: Candidate): Promise<void> {
    const outcome = await this.ask(candidate, this.over.signal)
    if ('server' in outcome) this.setbacks.set(candidate, outcome)
    else this.found.resolve(outcome)
  }

  /** Goes on when the question is answered elsewhere, to learn whether the server is back. */
  private async probe(candidate: Candidate): Promise<void> {
    const over = new AbortController()
    const timer = this.clock.timer(TOTAL_TIMEOUT, () => over.abort())
    const outcome = await this.ask(candidate, over.signal)
    timer.cancel()
    if (!('server' in outcome)) this.found.resolve(outcome)
  }

  /** Whether there is no use in asking again, as there is for servers that were silent. */
  private hasFailed(candidate: Candidate): boolean {
    return this.setbacks.get(candidate)?.isSilence === false
  }

  /** Waits until one of the promises settles, at most for the time. */
  private async settles(promises: readonly Promise<unknown>[], milliseconds: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const timer = this.clock.timer(milliseconds, () => late.resolve())
    try {
      await Promise.race([late.promise, ...promises])
    } finally {
      timer.cancel()
    }
  }
}
