/** Two answers to one question, and what can be read from them. */
import type { CorpusAnswer } from './answers.ts'
import type { Names } from './names.ts'
import { parent } from './names.ts'
import type { CorpusQuestion } from './questions.ts'

/** One question with both answers. */
export interface Pair {
  readonly question: CorpusQuestion
  readonly ours: CorpusAnswer
  readonly bind: CorpusAnswer
  /** BIND's answer to the same over TCP, where nothing has to be left out. */
  readonly whole: CorpusAnswer
}

/** A difference that is known. */
export interface Difference {
  readonly name: string
  /** Why the service does as it does. */
  readonly why: string
  /** BIND shows no such difference to clients for which it may recurse. */
  readonly isOfZones?: boolean
  /** Takes the difference out of a pair in which it occurs; gives any other pair back as it is. */
  readonly level: (pair: Pair, names: Names) => Pair
}

/** The owner of a record that is written in a line. */
export function owner(line: string): string {
  return line.slice(0, line.indexOf(' '))
}

/** Its type. */
export function typeOf(line: string): string {
  return line.split(' ')[3] ?? ''
}

/** Whether it is a record that proves what is not there, or the signature of one. */
export function isProof(line: string): boolean {
  return / IN (?:RRSIG )?NSEC3? /.test(line)
}

/** The zone that has signed; undefined for what is no signature. */
export function signerOf(line: string): string | undefined {
  return typeOf(line) === 'RRSIG' ? line.split(' ')[11] : undefined
}

/** Whether a flag is set. */
export function has({ flags }: CorpusAnswer, flag: string): boolean {
  return flags.split(' ').includes(flag)
}

/** The cut that a referral is about; undefined for other answers. */
export function referralOf({ question, ours }: Pair, names: Names): string | undefined {
  const servers = ours.authority.find((line) => typeOf(line) === 'NS')
  if (servers === undefined) return undefined
  const last = ours.answer.at(-1)
  const isFollowed = last !== undefined && typeOf(last) === 'CNAME' && !isOfAlias(question)
  // Behind aliases AA says nothing of the last name, whose servers these are.
  const isOwn = isFollowed ? names.zoneOf(targetOf(last)) === owner(servers) : has(ours, 'AA')
  return isOwn && names.isTop(owner(servers)) ? undefined : owner(servers)
}

/** Whether an alias itself is an answer to the question. */
export function isOfAlias({ type }: CorpusQuestion): boolean {
  return type === 'CNAME' || type === 'ANY'
}

/** The name that the record leads on to. */
export function targetOf(line: string): string {
  return line.split(' ')[4] ?? ''
}

/** The zone in which the question begins. */
export function firstZone({ question }: Pair, names: Names): string | undefined {
  const isAbove = question.type === 'DS' && names.isTop(question.name.toLowerCase())
  const from = isAbove ? (parent(question.name) ?? question.name) : question.name
  return names.zoneOf(from) ?? names.zoneOf(question.name)
}

/** Without what BIND leaves out of answers that it keeps minimal: the zone's own servers and all addresses. */
export function minimized(answer: CorpusAnswer, names: Names): CorpusAnswer {
  const authority = answer.authority.filter((line) => typeOf(line) !== 'NS' || !names.isTop(owner(line)))
  return { ...answer, authority, additional: [] }
}

/** The answer without records. */
export function emptied(answer: CorpusAnswer): CorpusAnswer {
  return { ...answer, answer: [], authority: [], additional: [] }
}
