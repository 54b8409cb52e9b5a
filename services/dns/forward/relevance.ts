/** What of another server's message answers the question; all else is left out (RFC 2181 §5.4.1, RFC 5452 §6). */
import { isWithin, type Name } from '../wire/name.ts'
import { targetOf, TYPE } from '../records/types.ts'
import { FLAG, type Message, type Question, type RecordSet } from '../wire/message.ts'
import { RCODE } from '../wire/codes.ts'

/** The part of another server's message that is passed on. */
export interface Resolution extends Pick<Message, 'rcode' | 'answer' | 'authority' | 'additional'> {
  /** Where the aliases lead into the lab's own zones, which are asked for the rest. */
  readonly inside?: Name
  /** Where the aliases lead if the message says nothing of the end; the servers are asked for the rest. */
  readonly onward?: Name
}

/** Aliases followed in one message at most. */
const ALIAS_LIMIT = 16
/** Seconds that a record may say of itself; a week (RFC 8767 §4). */
const TTL_LIMIT = 604_800
/** Seconds for which something may be said not to be there; three hours (RFC 2308 §5). */
const NEGATIVE_LIMIT = 10_800

/** Records that prove others (RFC 4034), for clients that ask for them. */
const PROOFS: ReadonlySet<number> = new Set([TYPE.rrsig, TYPE.nsec, TYPE.nsec3])

/** Codes of answers; YXDOMAIN says that a DNAME makes the name too long (RFC 6672 §2.2). */
const ANSWERS: ReadonlySet<number> = new Set([RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN])

/** Whose message it is and for whom. */
interface Setting {
  readonly question: Question
  readonly message: Message
  /** DO (RFC 3225). */
  readonly dnssec: boolean
  /** Whether a name, by its key, lies in a zone of the lab, of which no other server may speak. */
  readonly isOwn: (key: string) => boolean
}

/** Whether the code is that of an answer rather than a failure. */
export function isAnswer({ rcode }: Message): boolean {
  return ANSWERS.has(rcode)
}

/** The part that may be passed on; undefined for a referral and for a message that says nothing of the question. */
export function relevantPart(setting: Setting): Resolution | undefined {
  const { question, message, isOwn } = setting
  const theirs = {
    answer: usable(message.answer, setting),
    authority: usable(message.authority, setting),
    additional: usable(message.additional, setting),
  }
  const chain = follow(question, theirs.answer)
  const proofs = (sets: readonly RecordSet[]): readonly RecordSet[] =>
    setting.dnssec ? sets.filter((set) => PROOFS.has(set.type)) : []
  const owners = new Set([...chain.names.map((name) => name.key), ...chain.sets.map((set) => set.owner.key)])
  const answer = [...chain.sets, ...proofs(theirs.answer).filter((set) => owners.has(set.owner.key))]
  const part = { rcode: message.rcode, answer: [...new Set(answer)], authority: [], additional: [] }
  // The rest of an alias that leads into the lab's zones is the lab's to tell.
  if (isOwn(chain.last.key)) return { ...part, rcode: RCODE.NOERROR, inside: chain.last }
  const kept = chain.isAnswered ? serversOf(chain, theirs.authority) : denialOf(chain, theirs.authority)
  if (!chain.isAnswered && kept.length === 0 && message.rcode === RCODE.NOERROR) {
    // An alias that is all the server knows: the end is a question of its own (RFC 1034 §5.3.3 step 4c).
    if (chain.sets.length > 0) return { ...part, onward: chain.last }
    if (!isPlainDenial(message)) return undefined
  }
  const authority = [...kept, ...proofs(theirs.authority)]
  const additional = addressesOf([...answer, ...kept], theirs.additional, setting.dnssec)
  return { ...part, authority, additional }
}

/** The sets of the question's class that are not the lab's to tell, none longer-lived than may be. */
function usable(sets: readonly RecordSet[], { question, isOwn }: Setting): readonly RecordSet[] {
  return sets
    .filter((set) => set.class === question.class && !isOwn(set.owner.key))
    .map((set) => (set.ttl > TTL_LIMIT ? { ...set, ttl: TTL_LIMIT } : set))
}

interface Chain {
  readonly sets: readonly RecordSet[]
  /** The name that was asked for and the aliases' targets. */
  readonly names: readonly Name[]
  readonly last: Name
  /** Whether records of the type that was asked for stand at its end. */
  readonly isAnswered: boolean
}

/** From the name that was asked for over its aliases to the type that was asked for (RFC 1034 §5.3.3 step 4). */
function follow(question: Question, answer: readonly RecordSet[]): Chain {
  const sets: RecordSet[] = []
  const names = [question.name]
  let last = question.name
  for (;;) {
    const here = answer.filter((set) => set.owner.key === last.key)
    const found = here.filter((set) => set.type === question.type || question.type === TYPE.any)
    if (found.length > 0) return { sets: [...sets, ...found], names, last, isAnswered: true }
    // The alias of a whole tree stands before the one that was made of it (RFC 6672 §3.1).
    sets.push(...answer.filter((set) => isRedirectOf(set, last) && !sets.includes(set)))
    const alias = here.find((set) => set.type === TYPE.cname)
    const target = alias?.data[0] && targetOf(TYPE.cname, alias.data[0])
    if (alias === undefined || target === undefined || sets.length >= ALIAS_LIMIT || sets.includes(alias))
      return { sets, names, last, isAnswered: false }
    sets.push(alias)
    names.push(target)
    last = target
  }
}

function isRedirectOf(set: RecordSet, name: Name): boolean {
  return set.type === TYPE.dname && set.owner.key !== name.key && isWithin(name.key, set.owner.key)
}

/** The servers of the zone that the answer is from. */
function serversOf({ last }: Chain, authority: readonly RecordSet[]): readonly RecordSet[] {
  return authority.filter((set) => set.type === TYPE.ns && isWithin(last.key, set.owner.key))
}

/** The SOA that says for how long there is nothing, as its TTL too (RFC 2308 §3, §5). */
function denialOf({ last }: Chain, authority: readonly RecordSet[]): readonly RecordSet[] {
  const soa = authority.find((set) => set.type === TYPE.soa && isWithin(last.key, set.owner.key))
  const data = soa?.data[0]
  if (soa === undefined || data === undefined) return []
  return [{ ...soa, ttl: Math.min(soa.ttl, data.readUInt32BE(data.length - 4), NEGATIVE_LIMIT) }]
}

/** No data without a SOA, which a referral is not (RFC 2308 §2.2 type 3). */
function isPlainDenial({ flags, answer, authority }: Message): boolean {
  const isReferral = authority.some((set) => set.type === TYPE.ns)
  return (flags & FLAG.recursionAvailable) !== 0 && !isReferral && answer.length === 0
}

/** The addresses of the hosts that the sets lead on to. */
function addressesOf(
  sets: readonly RecordSet[],
  additional: readonly RecordSet[],
  dnssec: boolean,
): readonly RecordSet[] {
  const hosts = new Set(
    sets
      .filter((set) => set.type !== TYPE.cname && set.type !== TYPE.dname)
      .flatMap((set) => set.data.map((data) => targetOf(set.type, data)?.key)),
  )
  const isWanted = (type: number): boolean =>
    type === TYPE.a || type === TYPE.aaaa || (dnssec && type === TYPE.rrsig)
  return additional.filter((set) => isWanted(set.type) && hosts.has(set.owner.key))
}
