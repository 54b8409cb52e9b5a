/** What of another server's message answers the question; all else is left out (RFC 2181 §5.4.1, RFC 5452 §6). */
import type { Resolution } from './cache.ts'
import { isWithin, type Name } from '../wire/name.ts'
import { targetOf, TYPE } from '../records/types.ts'
import { FLAG, RCODE, type Message, type Question, type RecordSet } from '../wire/message.ts'

/** Aliases followed in one message at most. */
const ALIAS_LIMIT = 16

/** Records that prove others (RFC 4034), for clients that ask for them. */
const PROOFS: ReadonlySet<number> = new Set([TYPE.rrsig, TYPE.nsec, TYPE.nsec3])

/** Whose message it is and for whom. */
interface Setting {
  readonly question: Question
  readonly message: Message
  /** DO (RFC 3225). */
  readonly dnssec: boolean
  /** Whether a name, by its key, lies in a zone of the lab, of which no other server may speak. */
  readonly isOwn: (key: string) => boolean
}

/** The part that may be passed on; undefined for a referral and for a message that says nothing of the question. */
export function relevantPart(setting: Setting): Resolution | undefined {
  const { question, message, isOwn } = setting
  const theirs = {
    answer: foreign(message.answer, isOwn),
    authority: foreign(message.authority, isOwn),
    additional: foreign(message.additional, isOwn),
  }
  const chain = follow(question, theirs.answer)
  const proofs = (sets: readonly RecordSet[]): readonly RecordSet[] =>
    setting.dnssec ? sets.filter((set) => PROOFS.has(set.type)) : []
  const names = new Set(chain.names.map((name) => name.key))
  const answer = [...chain.sets, ...proofs(theirs.answer).filter((set) => names.has(set.owner.key))]
  const part = { rcode: message.rcode, answer: [...new Set(answer)], authority: [], additional: [] }
  // The rest of an alias that leads into the lab's zones is the lab's to tell.
  if (isOwn(chain.last.key)) return { ...part, rcode: RCODE.NOERROR, inside: chain.last }
  const type = chain.isAnswered ? TYPE.ns : TYPE.soa
  const kept = theirs.authority.filter((set) => set.type === type && isWithin(chain.last.key, set.owner.key))
  if (!chain.isAnswered && kept.length === 0 && !isPlainDenial(setting, chain)) return undefined
  const authority = [...kept, ...proofs(theirs.authority)]
  const additional = addressesOf([...answer, ...kept], theirs.additional)
  return { ...part, authority, additional }
}

function foreign(sets: readonly RecordSet[], isOwn: (key: string) => boolean): readonly RecordSet[] {
  return sets.filter((set) => !isOwn(set.owner.key))
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
    const here = answer.filter((set) => set.owner.key === last.key && set.class === question.class)
    const found = here.filter((set) => set.type === question.type || question.type === TYPE.any)
    if (found.length > 0) return { sets: [...sets, ...found], names, last, isAnswered: true }
    const alias = here.find((set) => set.type === TYPE.cname)
    const target = alias?.data[0] && targetOf(TYPE.cname, alias.data[0])
    if (alias === undefined || target === undefined || sets.length >= ALIAS_LIMIT || sets.includes(alias))
      return { sets, names, last, isAnswered: false }
    sets.push(alias)
    names.push(target)
    last = target
  }
}

/** A denial without a SOA, which a referral is not (RFC 2308 §2.1 type 4, §2.2 type 3). */
function isPlainDenial({ message }: Setting, chain: Chain): boolean {
  if (message.rcode === RCODE.NXDOMAIN) return true
  const isReferral = message.authority.some((set) => set.type === TYPE.ns)
  const isRecursive = (message.flags & FLAG.recursionAvailable) !== 0
  return isRecursive && !isReferral && (message.answer.length === 0 || chain.sets.length > 0)
}

/** The addresses of the hosts that the sets lead on to. */
function addressesOf(sets: readonly RecordSet[], additional: readonly RecordSet[]): readonly RecordSet[] {
  const hosts = new Set(
    sets
      .filter((set) => set.type !== TYPE.cname)
      .flatMap((set) => set.data.map((data) => targetOf(set.type, data)?.key)),
  )
  return additional.filter(
    (set) => (set.type === TYPE.a || set.type === TYPE.aaaa) && hosts.has(set.owner.key),
  )
}
