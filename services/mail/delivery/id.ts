/** Ids of messages as Exim writes them: `1hQ66p-0003DQ-BX`. */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../../lab/service.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Messages that one start of the service can number in one second; the rest of the middle part tells the starts apart. */
const PER_START = 62 ** 3
/** Parts of a second, as Exim counts them where it has a process number too. */
const FRACTIONS = 2000

/** Makes ids that never come twice: the second, the start of the service with a counter, and the fraction of the second. */
export class MessageIds {
  readonly #clock: Pick<Clock, 'now'>
  readonly #start: number
  #count = 0
  /** Time may be set back; ids go on. */
  #last = 0

  constructor(clock: Pick<Clock, 'now'>, database: DatabaseSync) {
    this.#clock = clock
    database.exec('CREATE TABLE IF NOT EXISTS starts (count INTEGER)')
    const row = database.prepare('SELECT count FROM starts').get()
    const start = Number(row?.['count'] ?? 0) + 1
    database
      .prepare(row === undefined ? 'INSERT INTO starts VALUES (?)' : 'UPDATE starts SET count = ?')
      .run(start)
    this.#start = start % PER_START
  }

  next(): string {
    const now = Math.max(this.#clock.now(), this.#last)
    this.#last = now
    this.#count = (this.#count + 1) % PER_START
    const middle = this.#start * PER_START + this.#count
    const fraction = Math.floor(((now % 1000) / 1000) * FRACTIONS)
    return [base62(Math.floor(now / 1000), 6), base62(middle, 6), base62(fraction, 2)].join('-')
  }
}

function base62(value: number, width: number): string {
  let text = ''
  for (let rest = value; text.length < width; rest = Math.floor(rest / 62))
    text = DIGITS.charAt(rest % 62) + text
  return text
}
