/** The facts of a journal on disk, one after the other: whatever its size, only a piece of it is in memory. */
import { createReadStream } from 'node:fs'
import type { SeenFact } from '../check.ts'

/** Characters of the longest line that a journal has; what is longer is no fact of a lab. */
const LONGEST = 100_000

/** What stands before the data in a line that the lab itself has written. */
const HEAD =
  /^\{(?:"seq":\d+,)?"at":[\d.]+,"service":"[^"\\]{0,100}"(?:,"connection":\d+)?,"kind":"([^"\\]{1,100})"/

/** Marks in a line of a fact that tells who is at the other end of a connection. */
const ORIGIN = '"client":'

/** Calls `see` with each fact of the file whose kind is looked at, or that tells who a client is; resolves with the number of lines. */
export async function readFacts(
  file: string,
  looksAt: (kind: string) => boolean,
  see: (fact: SeenFact) => void,
): Promise<{ readonly lines: number; readonly damaged: number }> {
  let [lines, damaged, rest, isTooLong] = [0, 0, '', false]
  const take = (line: string): void => {
    if (line === '' && !isTooLong) return
    lines += 1
    const kind = HEAD.exec(line)?.[1]
    if (!isTooLong && kind !== undefined && !looksAt(kind) && !line.includes(ORIGIN)) return
    const fact = isTooLong ? undefined : factOf(line)
    isTooLong = false
    if (fact === undefined) damaged += 1
    else see(fact)
  }
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const text = rest + String(chunk)
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      take(text.slice(from, end))
      from = end + 1
    }
    rest = text.slice(from)
    if (rest.length <= LONGEST) continue
    rest = ''
    isTooLong = true
  }
  take(rest)
  return { lines, damaged }
}

/** The fact of a line; undefined if it is none, or only half a line that a killed lab has left. */
export function factOf(line: string): SeenFact | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  return isFact(value) ? value : undefined
}

function isFact(value: unknown): value is SeenFact {
  if (typeof value !== 'object' || value === null) return false
  const typeOf = (field: string): string => typeof Reflect.get(value, field)
  const data: unknown = Reflect.get(value, 'data')
  return (
    typeOf('at') === 'number' &&
    typeOf('service') === 'string' &&
    typeOf('kind') === 'string' &&
    // Only the line that tells what the disk has missed has none.
    typeOf('seq') === 'number' &&
    ['number', 'undefined'].includes(typeOf('connection')) &&
    (data === undefined || (typeof data === 'object' && data !== null))
  )
}
