/** Work that one run does for all who wait for it. */

/**
 * Makes a function that runs `work` one at a time; whoever asks while a run is under way shares the next one with the
 * others who ask, and never the one that began before.
 */
export function createShared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function run(after: Promise<void> | undefined): Promise<void> {
    // How the earlier run ended concerns only those who waited for it.
    await Promise.allSettled([after])
    running = next
    next = undefined
    await work()
  }

  return () => {
    next ??= run(running)
    return next
  }
}
