/** A clock that stands still and the system's chance, for the tests of the World. */
import { randomBytes, randomInt } from 'node:crypto'
import type { Clock, Random } from '../../../lab/service.ts'

/** A clock whose time is the field `time`; its timers never ring. */
export interface StillClock extends Clock {
  time: number
}

/** Makes a clock at 21 November 2026, noon. */
export function stillClock(): StillClock {
  const clock: StillClock = {
    time: Date.UTC(2026, 10, 21, 12),
    now: () => clock.time,
    timer: () => ({ refresh() {}, cancel() {} }),
    wait: () => new Promise(() => {}),
  }
  return clock
}

/** The system's chance. */
export const random: Random = { bytes: (count) => randomBytes(count), integer: randomInt }
