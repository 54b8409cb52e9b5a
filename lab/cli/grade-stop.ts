/** Ctrl-C ends the grading; what is done so far is written. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController()
  const end = (): void => stop.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, end)
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, end)
    },
  }
}
