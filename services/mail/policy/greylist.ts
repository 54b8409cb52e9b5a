/** Greylisting: whoever sends for the first time is told to come again, as real mail servers do. */
import { isIPv4 } from 'node:net'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { quantity } from '../../../lab/kit/quantity.ts'
import { canonicalAddress } from '../../../lab/kit/address.ts'
import { createNetworks, type Networks } from '../../../lab/kit/networks.ts'
import type { Clock } from '../../../lab/service.ts'
import { ipv6Groups } from '../address.ts'
import type { Refusal } from '../envelope.ts'
import type { MailConfig } from '../options.ts'
import { refusals } from './refusals.ts'

type Options = Exclude<MailConfig['greylist'], false>

/** What SQLite says when the disk is full. */
const SQLITE_FULL = 13
/** Triples that are remembered. */
const MOST = 100_000
/** Triples that are forgotten for one that comes: more at once would hold everybody else. */
const FORGOTTEN = 100
/** A triple that is seen again is written again only when so much of its lifetime has gone. */
const FRESH = 0.1

/** Remembers who has sent to whom, durably. */
export class Greylist {
  readonly #options: Options
  readonly #clock: Pick<Clock, 'now'>
  readonly #exempt: Networks
  readonly #find: StatementSync
  readonly #add: StatementSync
  readonly #touch: StatementSync
  readonly #forget: StatementSync
  /** Triples that there are. */
  #count: number

  constructor(options: Options, clock: Pick<Clock, 'now'>, database: DatabaseSync) {
    this.#options = options
    this.#clock = clock
    this.#exempt = createNetworks(options.exempt)
    database.exec(
      `CREATE TABLE IF NOT EXISTS greylist (network TEXT, sender TEXT, recipient TEXT, first INTEGER, last INTEGER,
       PRIMARY KEY (network, sender, recipient)) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS greylist_last ON greylist (last)`,
    )
    this.#find = database.prepare(
      'SELECT first, last FROM greylist WHERE network = ? AND sender = ? AND recipient = ?',
    )
    this.#add = database.prepare('INSERT OR REPLACE INTO greylist VALUES (?, ?, ?, ?, ?)')
    this.#touch = database.prepare(
      'UPDATE greylist SET last = ? WHERE network = ? AND sender = ? AND recipient = ?',
    )
    this.#forget = database.prepare(
      `DELETE FROM greylist WHERE (network, sender, recipient) IN
       (SELECT network, sender, recipient FROM greylist WHERE last < ? ORDER BY last LIMIT ${FORGOTTEN})`,
    )
    this.#count = Number(database.prepare('SELECT count(*) AS count FROM greylist').get()?.['count'])
  }

  /** Undefined if the client has waited long enough since its first attempt; what cannot be written down is put off. */
  judge(host: string, sender: string, recipient: string): Refusal | undefined {
    try {
      return this.#judge(host, sender, recipient)
    } catch (error) {
      if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL)
        return refusals.storageFull
      throw error
    }
  }

  #judge(host: string, sender: string, recipient: string): Refusal | undefined {
    if (this.#exempt.has(host)) return undefined
    const now = this.#clock.now()
    const triple = [networkOf(host), sender.toLowerCase(), recipient.toLowerCase()] as const
    const { delay, lifetime } = this.#options
    const known = this.#find.get(...triple)
    const [first, last] = [Number(known?.['first'] ?? now), Number(known?.['last'] ?? now)]
    if (known === undefined || now - last > lifetime * 1000) {
      this.#prune(now)
      this.#add.run(...triple, now, now)
      if (known === undefined) this.#count += 1
      return delay === 0 ? undefined : later(delay)
    }
    if (now - first < delay * 1000) return later(delay - (now - first) / 1000)
    if (now - last > lifetime * 1000 * FRESH) this.#touch.run(now, ...triple)
    return undefined
  }

  /** Forgets the oldest of those whose time is over, or of all if they are too many. */
  #prune(now: number): void {
    const before = this.#count < MOST ? now - this.#options.lifetime * 1000 : now
    this.#count -= Number(this.#forget.run(before).changes)
  }
}

function later(seconds: number): Refusal {
  return {
    code: 451,
    status: '4.7.1',
    text: `Greylisted, please try again in ${quantity(Math.ceil(seconds), 'second', 'seconds')}`,
  }
}

/** Servers of one sender often stand side by side: /24 and /64. */
function networkOf(host: string): string {
  const address = canonicalAddress(host)
  if (isIPv4(address)) return address.replace(/\.\d+$/, '')
  if (!address.includes(':')) return address
  return ipv6Groups(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}
