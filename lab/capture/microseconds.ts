/** Milliseconds by which two clocks may differ before one of them has been moved. */
const MOVED = 5

/** The lab's time in whole microseconds, given its milliseconds: between them the machine's finer clock counts. */
export function microseconds(now: () => number): () => number {
  let offset = now() - performance.now()
  return () => {
    const fine = performance.now() + offset
    const coarse = now()
    // The lab's clock is cut to milliseconds, so that it may be behind by one.
    if (fine - coarse > -MOVED && fine - coarse < MOVED) return Math.round(fine * 1000)
    offset += coarse - fine
    return Math.round(coarse * 1000)
  }
}
