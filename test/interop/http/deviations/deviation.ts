/** What a real server does otherwise than ours with requests that ours refuses. */
export interface Deviation {
  readonly reason: string
  /** As `observe` tells it. */
  readonly outcome: string
  /** The titles of the requests. */
  readonly cases: readonly string[]
}

/** The titles of requests whose body stands in these chunks. */
export function inChunks(method: 'GET' | 'POST', chunks: readonly string[]): readonly string[] {
  return chunks.map((text) => `${method} in chunks ${JSON.stringify(text)}`)
}

/**
 * Compares what a server did, by titles, with what ours did, and tells each difference that is not listed, and each
 * listed one that it does not show any more; a request may be listed once only.
 */
export function judge(
  deviations: readonly Deviation[],
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): readonly string[] {
  const listed = new Map(
    deviations.flatMap(({ reason, outcome, cases }) => cases.map((each) => [each, { reason, outcome }])),
  )
  const faults = [...theirs].flatMap(([title, outcome]) => {
    const ourOutcome = ours.get(title)
    const deviation = listed.get(title)
    if (deviation === undefined)
      return outcome === ourOutcome ? [] : [`${title}: ours ${ourOutcome}, theirs ${outcome}, not listed`]
    if (outcome === ourOutcome) return [`${title}: both ${outcome}, but listed: ${deviation.reason}`]
    return outcome === deviation.outcome
      ? []
      : [`${title}: ${outcome}, but listed as ${deviation.outcome}: ${deviation.reason}`]
  })
  const titles = deviations.flatMap(({ cases }) => cases)
  const repeated = titles.filter((title, index) => titles.indexOf(title) !== index)
  const unknown = [...listed.keys()].filter((title) => !theirs.has(title))
  return [
    ...faults,
    ...repeated.map((title) => `${title}: listed twice`),
    ...unknown.map((title) => `${title}: listed, but there is no such request`),
  ]
}
