/** Looks again and again instead of sleeping: until it is so, or as long as it has to stay so. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from './runner.ts'

/** Milliseconds between two looks: few at first, more later. */
const PAUSES = [50, 100, 200, 400, 800]

/** Looks until it passes, for `within` milliseconds at most, and then, as long as it passes, for `for` milliseconds. */
export async function lookFor(
  look: () => Promise<Ended>,
  bounds: { readonly within?: number; readonly for?: number },
  signal: AbortSignal,
): Promise<Ended> {
  const { within = 0, for: stays = 0 } = bounds
  const passed = await repeat(look, within, (ended) => ended.outcome !== 'failed', signal)
  if (passed.outcome !== 'passed' || stays === 0) return passed
  const ended = await repeat(look, stays, ({ outcome }) => outcome !== 'passed', signal)
  if (ended.outcome !== 'failed') return ended
  const seconds = stays / 1000
  return {
    ...ended,
    reason: { en: `it did not stay so for ${seconds} s`, es: `no siguió así durante ${seconds} s` },
  }
}

async function repeat(
  look: () => Promise<Ended>,
  milliseconds: number,
  isOver: (ended: Ended) => boolean,
  signal: AbortSignal,
): Promise<Ended> {
  const end = performance.now() + milliseconds
  for (let turn = 0; ; turn += 1) {
    const ended = await look()
    const left = end - performance.now()
    if (isOver(ended) || left <= 0 || signal.aborted) return ended
    await sleep(Math.min(left, PAUSES[turn] ?? 1000), undefined, { signal }).catch(() => undefined)
  }
}
