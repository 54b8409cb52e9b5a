/** Recursion: where the zones' knowledge ends, and the way from there through other servers and back (RFC 1034 §4.3.2). */
import type { Answer } from '../authority.ts'
import { targetOf, TYPE } from '../records/types.ts'
import { EXTENDED_ERROR, type ExtendedError } from '../wire/extended-error.ts'
import type { Question, RecordSet } from '../wire/message.ts'
import { RCODE } from '../wire/codes.ts'
import { printName, type Name } from '../wire/name.ts'
import { findZone, locate, type Zones } from '../zone/lookup.ts'
import type { Wishes } from './asking.ts'
import type { Forwarder } from './forwarder.ts'

/** Times that aliases may lead out of the zones for one answer. */
const EXIT_LIMIT = 8

/** A whole answer; without authority, and with the reason if its code is that of a failure. */
interface Recursed extends Answer {
  readonly source: 'forwarder' | 'cache'
  readonly extendedError?: ExtendedError
}

/** Whether the lab has the last word on a name, by its key: it lies in a zone, and neither at nor below a cut of it. */
export function isOwn(zones: Zones, key: string): boolean {
  const zone = findZone(zones, key)
  return zone !== undefined && locate(zone, key, TYPE.a).kind !== 'cut'
}

/** The name at which an answer from the zones leaves off and recursion begins; undefined if it is whole. */
export function exitOf(zones: Zones, question: Question, found: Answer): Name | undefined {
  if (found.outside !== undefined) return found.outside
  const last = lastName(question, found.answer)
  const zone = findZone(zones, last.key)
  // A referral is for those who walk the tree themselves.
  return zone !== undefined && locate(zone, last.key, question.type).kind === 'cut' ? last : undefined
}

function lastName({ name, type }: Question, answer: readonly RecordSet[]): Name {
  if (type === TYPE.cname || type === TYPE.any) return name
  const data = answer.findLast((set) => set.type === TYPE.cname)?.data[0]
  return (data && targetOf(TYPE.cname, data)) ?? name
}

/** Asks the forwarder, and the zones (`inside`) wherever aliases lead back into them. */
export async function recurse(
  forwarder: Forwarder,
  question: Question,
  wishes: Wishes,
  inside: (question: Question) => { readonly found: Answer | undefined; readonly exit: Name | undefined },
): Promise<Recursed> {
  const answer: RecordSet[] = []
  const seen = new Set<string>()
  let source: Recursed['source'] = 'cache'
  for (let { name } = question; !seen.has(name.key) && seen.size < EXIT_LIMIT;) {
    seen.add(name.key)
    const part = await forwarder.resolve({ ...question, name }, wishes)
    if (part.source === 'forwarder') source = 'forwarder'
    if ('failure' in part) return failed(part.failure, source)
    answer.push(...part.answer)
    const required = answer.length > 0 ? 'answer' : 'authority'
    if (part.inside === undefined) return { ...part, answer, source, required, authoritative: false }
    const { found, exit } = inside({ ...question, name: part.inside })
    answer.push(...(found?.answer ?? []))
    if (found !== undefined && exit === undefined)
      return { ...found, answer: [...new Set(answer)], source, authoritative: false }
    name = exit ?? part.inside
  }
  // "CNAME loops signalled as an error" (RFC 1034 §3.6.2).
  const text = `the aliases of ${printName(question.name)} lead in a circle or too far`
  return failed({ code: EXTENDED_ERROR.other, text }, source)
}

function failed(extendedError: ExtendedError, source: Recursed['source']): Recursed {
  return {
    rcode: RCODE.SERVFAIL,
    source,
    extendedError,
    authoritative: false,
    answer: [],
    authority: [],
    additional: [],
    required: 'answer',
  }
}
