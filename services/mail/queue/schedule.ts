/** When which attempt is made: no domain keeps the others waiting. */
import type { Clock, Timer } from '../../../lab/service.ts'

/** An attempt at the recipients of one message that go the same way. */
export interface Job {
  readonly id: string
  /** The mailbox or the domain. */
  readonly key: string
  /** Whether it stays on this machine. */
  readonly isLocal: boolean
  /** Milliseconds since 1970. */
  readonly next: number
}

/** What a schedule uses. */
export interface ScheduleOptions {
  readonly clock: Pick<Clock, 'now' | 'timer'>
  /** Connections at the same time. */
  readonly concurrency: number
  /** Never rejects. */
  readonly run: (job: Job) => Promise<void>
}

type Kind = 'local' | 'remote'

/** Deliveries to mailboxes at the same time. */
const LOCAL_CONCURRENCY = 8

/** Jobs that wait for their time, that wait for a place, and that run. */
export class Schedule {
  readonly #options: ScheduleOptions
  /** Sorted by `next`. */
  #sleeping: Job[] = []
  /** By kind, for a kind that has no place costs no look at thousands of domains; the domain whose turn it is comes first. */
  readonly #ready: Readonly<Record<Kind, Map<string, Job[]>>> = { local: new Map(), remote: new Map() }
  readonly #running = new Map<string, number>()
  readonly #attempts = new Set<Promise<void>>()
  #timer: Timer | undefined
  #isStopped = false

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  add(job: Job): void {
    if (this.#isStopped) return
    if (job.next <= this.#options.clock.now()) this.#makeReady(job)
    else this.#sleeping.splice(this.#placeOf(job.next), 0, job)
    this.#arm()
    this.#fill()
  }

  /** Makes the sleeping jobs of a message, or of all, ready. */
  hasten(id?: string): void {
    const chosen = this.#sleeping.filter((job) => id === undefined || job.id === id)
    this.#sleeping = this.#sleeping.filter((job) => id !== undefined && job.id !== id)
    for (const job of chosen) this.#makeReady(job)
    this.#arm()
    this.#fill()
  }

  /** Starts nothing more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await Promise.all(this.#attempts)
  }

  #placeOf(next: number): number {
    let [low, high] = [0, this.#sleeping.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sleeping[middle]?.next ?? 0) <= next) low = middle + 1
      else high = middle
    }
    return low
  }

  #makeReady(job: Job): void {
    const ready = this.#ready[kindOf(job)]
    const line = ready.get(job.key)
    if (line === undefined) ready.set(job.key, [job])
    else line.push(job)
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const [first] = this.#sleeping
    if (first === undefined || this.#isStopped) return
    const { clock } = this.#options
    this.#timer = clock.timer(Math.max(0, first.next - clock.now()), () => this.#wake())
  }

  #wake(): void {
    const due = this.#placeOf(this.#options.clock.now())
    for (const job of this.#sleeping.splice(0, due)) this.#makeReady(job)
    this.#arm()
    this.#fill()
  }

  #fill(): void {
    if (this.#isStopped) return
    for (let job = this.#take(); job !== undefined; job = this.#take()) this.#start(job)
  }

  #take(): Job | undefined {
    return this.#takeOf('local', LOCAL_CONCURRENCY) ?? this.#takeOf('remote', this.#options.concurrency)
  }

  /** The next job of the first domain that has one and may have a place; that domain is then the last. */
  #takeOf(kind: Kind, most: number): Job | undefined {
    if ((this.#running.get(kind) ?? 0) >= most) return undefined
    for (const [key, line] of this.#ready[kind]) {
      const [job] = line
      // One place is kept for other domains than the one that has all others.
      if (job === undefined || (this.#running.get(`key ${key}`) ?? 0) >= Math.max(1, most - 1)) continue
      this.#ready[kind].delete(key)
      line.shift()
      if (line.length > 0) this.#ready[kind].set(key, line)
      return job
    }
    return undefined
  }

  #start(job: Job): void {
    const counts = [kindOf(job), `key ${job.key}`]
    for (const count of counts) this.#running.set(count, (this.#running.get(count) ?? 0) + 1)
    const attempt = this.#options.run(job).finally(() => {
      this.#attempts.delete(attempt)
      for (const count of counts) {
        const left = (this.#running.get(count) ?? 0) - 1
        if (left > 0) this.#running.set(count, left)
        else this.#running.delete(count)
      }
      this.#fill()
    })
    this.#attempts.add(attempt)
  }
}

function kindOf({ isLocal }: Job): Kind {
  return isLocal ? 'local' : 'remote'
}
