import type { Outcome } from '../check.ts'

/** Whether nothing shows that anybody has tried: what is missing would then be told as the solution. */
export function isUntried(result: {
  readonly outcome: Outcome
  readonly assertions: readonly { readonly difference?: unknown }[]
  readonly evidence?: unknown
  readonly reason?: unknown
  readonly reproduce?: unknown
}): boolean {
  const { outcome, assertions, evidence, reason, reproduce } = result
  // A file that was handed in has no evidence in the journal, but what is wrong in it can be told.
  const isCompared = assertions.some(({ difference }) => difference !== undefined)
  return (
    outcome === 'failed' &&
    !isCompared &&
    evidence === undefined &&
    reason === undefined &&
    reproduce === undefined
  )
}
