/** A zone of the corpus: its records in presentation format, and the master file that holds them. */

/** One record; the owner is relative to the zone, `@` its top. */
export interface CorpusRecord {
  readonly owner: string
  readonly type: string
  readonly data: string
  readonly ttl?: number
}

/** A zone that both servers are given. */
export interface CorpusZone {
  /** Without the final dot; the root is empty. */
  readonly name: string
  readonly records: readonly CorpusRecord[]
}

/** Records from lines of `owner [ttl] type data`. */
export function zone(name: string, lines: string): CorpusZone {
  const records = lines
    .trim()
    .split('\n')
    .map((line): CorpusRecord => {
      const [, owner = '', ttl, type = '', data = ''] =
        /^\s*(\S+)\s+(?:(\d+)\s+)?(\S+)\s+(.*)$/.exec(line) ?? []
      if (type === '') throw new Error(`no record: ${line}`)
      return { owner, type, data, ...(ttl !== undefined && { ttl: Number(ttl) }) }
    })
  return { name, records }
}

/** A name of the zone with its final dot. */
export function absolute(owner: string, { name }: CorpusZone): string {
  const top = `${name}.`
  if (owner === '@') return top
  return top === '.' ? `${owner}.` : `${owner}.${top}`
}

/** The zone as a master file. */
export function masterFile(each: CorpusZone): string {
  const lines = each.records.map(
    ({ owner, ttl, type, data }) => `${absolute(owner, each)} ${ttl ?? 3600} IN ${type} ${data}`,
  )
  return [`$ORIGIN ${absolute('@', each)}`, ...lines, ''].join('\n')
}

/** The top of most zones: their SOA, and one server with its addresses. */
export const START = `@ 7200 SOA ns hostmaster 2026112101 1h 15m 1w 5m
@ NS ns
ns A 192.0.2.1
ns AAAA 2001:db8::1`

/** So many lines, made by their numbers. */
export const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')
