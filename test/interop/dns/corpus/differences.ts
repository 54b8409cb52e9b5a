/** Where the answers of the service and of BIND differ, and why each difference is meant. */
import type { CorpusAnswer } from './answers.ts'
import { parent } from './names.ts'
import {
  emptied,
  firstZone,
  has,
  isOfAlias,
  isProof,
  minimized,
  owner,
  referralOf,
  signerOf,
  targetOf,
  typeOf,
  type Difference,
} from './pair.ts'

const MINIMAL = new Set(['DS', 'CDS', 'DNSKEY', 'CDNSKEY'])

/** The differences, in the order in which they are taken out. */
export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'which errors are explained',
    why: 'RFC 8914 §2 leaves it to each server where an Extended DNS Error stands.',
    level(pair) {
      const without = (answer: CorpusAnswer): CorpusAnswer => ({
        ...answer,
        edns: answer.edns && { ...answer.edns, options: answer.edns.options.filter((code) => code !== 15) },
      })
      return { ...pair, ours: without(pair.ours), bind: without(pair.bind) }
    },
  },
  {
    name: 'what needs more room in BIND',
    why: 'RFC 2181 §9 sets TC for what is required; BIND sets it for the servers of the zone too, and compresses names of the same letter case only.',
    level(pair, names) {
      const { ours, bind, whole } = pair
      if (!has(bind, 'TC') || has(ours, 'TC') || !has(ours, 'AA')) return pair
      const isKept = (section: 'authority' | 'additional', line: string): boolean =>
        ours[section].includes(line) || (section === 'authority' && !names.isTop(owner(line)))
      return {
        ...pair,
        bind: {
          ...whole,
          edns: bind.edns,
          authority: whole.authority.filter((line) => typeOf(line) === 'SOA' || isKept('authority', line)),
          additional: whole.additional.filter((line) => isKept('additional', line)),
        },
      }
    },
  },
  {
    name: 'which set ANY gets over UDP',
    why: 'RFC 8482 §4.1 lets each server choose one; it must be whole.',
    level(pair) {
      const { question, ours, bind, whole } = pair
      if (question.type !== 'ANY' || question.transport !== 'udp' || ours.answer.length === 0) return pair
      const type = typeOf(ours.answer[0] ?? '')
      const set = whole.answer.filter((line) => typeOf(line) === type)
      const isWhole = set.length > 0 && set.toSorted().join('\n') === ours.answer.toSorted().join('\n')
      return isWhole || has(ours, 'TC') ? { ...pair, ours: { ...ours, answer: bind.answer } } : pair
    },
  },
  {
    name: 'how long chains of aliases may be',
    why: 'The bound is each server’s own: BIND takes up the question again 11 times, the service 16 times and then answers with what it has, from where clients go on.',
    level(pair) {
      const { ours, bind, whole } = pair
      const aliases = whole.answer.filter((line) => typeOf(line) === 'CNAME')
      const isStart = whole.answer.every((line, index) => line === ours.answer[index] || has(ours, 'TC'))
      const isCut = whole.rcode === 'SERVFAIL' && aliases.length >= 12 && isStart
      return isCut ? { ...pair, ours: { ...bind, edns: ours.edns } } : pair
    },
  },
  {
    name: 'aliases into other zones of the server',
    isOfZones: true,
    why: 'RFC 1034 §4.3.2 step 3a goes back to step 1, which looks through all zones; BIND stops unless it may recurse.',
    level(pair, names) {
      const { question, ours } = pair
      if (isOfAlias(question)) return pair
      const border = ours.answer.findIndex(
        (line) =>
          typeOf(line) === 'CNAME' &&
          names.zoneOf(targetOf(line)) !== undefined &&
          names.zoneOf(targetOf(line)) !== firstZone(pair, names),
      )
      const alias = ours.answer[border]
      if (alias === undefined) return pair
      // The signature of an alias stands behind it.
      const isSignature = (line: string): boolean => typeOf(line) === 'RRSIG' && owner(line) === owner(alias)
      const answer = [
        ...ours.answer.slice(0, border + 1),
        ...ours.answer.slice(border + 1, border + 2).filter(isSignature),
      ]
      // What proves that a wildcard made the alias is of the first zone.
      const signed = ours.authority.filter((line) => signerOf(line) === firstZone(pair, names)).map(owner)
      const proofs = ours.authority.filter((line) => isProof(line) && signed.includes(owner(line)))
      return { ...pair, ours: { ...ours, rcode: 'NOERROR', answer, authority: proofs, additional: [] } }
    },
  },
  {
    name: 'addresses of hosts in other zones of the server',
    isOfZones: true,
    why: 'RFC 1034 §4.3.2 step 6 adds what is useful from local data; BIND takes it from the one zone only unless it may recurse.',
    level(pair, names) {
      const { question, ours, bind } = pair
      const zone = firstZone(pair, names)
      const isInside = (line: string): boolean => names.zoneOf(owner(line)) === zone
      const isGlue = (line: string): boolean => names.isBelowCut(owner(line), zone)
      const mine = ours.additional.filter(
        (line) => isInside(line) || (isGlue(line) && bind.additional.includes(line)),
      )
      const theirs = bind.additional.filter((line) => isInside(line) || isGlue(line))
      // What is left out of a datagram may have taken the room of what BIND has.
      if (question.transport === 'udp' && mine.length < ours.additional.length)
        mine.push(...theirs.filter((line) => !mine.includes(line)))
      return { ...pair, ours: { ...ours, additional: mine }, bind: { ...bind, additional: theirs } }
    },
  },
  {
    name: 'addresses of servers above the cut',
    why: 'RFC 1034 §4.3.2 step 3b puts whatever addresses are available in a referral; BIND gives those below cuts only.',
    level(pair, names) {
      const cut = referralOf(pair, names)
      if (cut === undefined) return pair
      const zone = names.zoneOf(parent(cut) ?? cut)
      const additional = pair.ours.additional.filter((line) => names.isBelowCut(owner(line), zone))
      return { ...pair, ours: { ...pair.ours, additional } }
    },
  },
  {
    name: 'glue that does not fit',
    why: 'RFC 9471 §3.1 sets TC when glue is left out of a referral; BIND 9.18 is older.',
    level(pair, names) {
      const { ours, bind, whole } = pair
      if (has(bind, 'TC') || referralOf(pair, names) === undefined) return pair
      if (bind.additional.length >= whole.additional.length) return pair
      // What BIND leaves out may fit here, where more names are compressed.
      if (!has(ours, 'TC')) return { ...pair, bind: { ...bind, additional: whole.additional } }
      return { ...pair, ours: emptied(ours), bind: { ...emptied(bind), flags: ours.flags } }
    },
  },
  {
    name: 'what stands in truncated answers',
    why: 'RFC 2181 §9: clients ask again over TCP and do not use it. The service leaves out whole sets, BIND single records.',
    level(pair) {
      const { ours, bind } = pair
      if (!has(ours, 'TC') || !has(bind, 'TC')) return pair
      return { ...pair, ours: emptied(ours), bind: emptied(bind) }
    },
  },
  {
    name: 'minimal answers for EDNS with 512 octets',
    why: 'BIND leaves out what is not asked for when a client offers 512 octets; the service adds what fits.',
    level(pair, names) {
      const { question, ours, bind } = pair
      if (question.transport !== 'udp' || question.size !== 512 || !has(ours, 'AA')) return pair
      if (bind.additional.length > 0) return pair
      return { ...pair, ours: minimized(ours, names) }
    },
  },
  {
    name: 'minimal answers for keys and delegation signers',
    why: 'BIND leaves out what only fills large answers; the service adds what fits.',
    level(pair, names) {
      const { question, ours, bind } = pair
      if (!MINIMAL.has(question.type) || !has(ours, 'AA') || bind.additional.length > 0) return pair
      return { ...pair, ours: minimized(ours, names) }
    },
  },
  {
    name: 'addresses for sets of more than 13 records',
    why: 'BIND looks up no addresses for larger sets, to save work; the service stops at 64 sets of addresses.',
    level(pair) {
      const { ours, bind } = pair
      const lines = [...ours.answer, ...ours.authority]
      const sets = Map.groupBy(lines, (line) => `${owner(line)} ${typeOf(line)}`)
      const hosts = [...sets.values()]
        .filter((set) => set.length > 13)
        .flatMap((set) => set.map((line) => line.slice(line.lastIndexOf(' ') + 1)))
      const additional = ours.additional.filter((line) => !hosts.includes(owner(line)))
      if (additional.length === ours.additional.length) return pair
      // They may have taken the room of others, which BIND has then.
      const others = bind.additional.filter((line) => !additional.includes(line))
      return { ...pair, ours: { ...ours, additional: [...additional, ...others] } }
    },
  },
  {
    name: 'no addresses with ANY',
    why: 'BIND adds no addresses to answers for ANY; the service adds those of the servers that it names.',
    level(pair) {
      const { question, ours, bind } = pair
      if (question.type !== 'ANY' || bind.additional.length > 0) return pair
      return { ...pair, ours: { ...ours, additional: [] } }
    },
  },
  {
    name: 'records of DNSSEC in zones without signatures',
    why: 'They are data like others there; BIND leaves them out of answers for ANY and out of referrals.',
    level(pair) {
      const { question, ours, bind } = pair
      const without = (lines: readonly string[]): readonly string[] =>
        lines.filter((line) => !['DS', 'DNSKEY'].includes(typeOf(line)))
      if (question.type === 'ANY' && without(bind.answer).length === 0 && without(ours.answer).length === 0)
        return { ...pair, ours: { ...ours, flags: bind.flags, answer: [], authority: bind.authority } }
      const isKept = (line: string): boolean => typeOf(line) !== 'DS' || bind.authority.includes(line)
      return { ...pair, ours: { ...ours, authority: ours.authority.filter(isKept) } }
    },
  },
  {
    name: 'what lies behind targets of SVCB and HTTPS',
    why: 'RFC 9460 §4.1 asks for what the targets have; BIND also follows the aliases and records that it finds there.',
    level(pair) {
      const { question, ours, bind } = pair
      if (question.type !== 'HTTPS') return pair
      const onward = bind.additional.flatMap((line) =>
        ['CNAME', 'HTTPS'].includes(typeOf(line)) ? line.split(' ').slice(4, 6) : [],
      )
      const additional = bind.additional.filter(
        (line) =>
          ours.additional.includes(line) ||
          (!/ IN (?:RRSIG )?CNAME /.test(line) && !onward.includes(owner(line))),
      )
      return { ...pair, bind: { ...bind, additional } }
    },
  },
  {
    name: 'records of the type behind targets of SVCB and HTTPS',
    why: 'RFC 9460 §4.1 wants them for any target in the zone; BIND gives them for aliases (priority 0) only.',
    level(pair) {
      const { question, ours, bind } = pair
      const additional = ours.additional.filter(
        (line) => !/ IN (?:RRSIG )?HTTPS /.test(line) || bind.additional.includes(line),
      )
      return question.type === 'HTTPS' ? { ...pair, ours: { ...ours, additional } } : pair
    },
  },
  {
    name: 'asterisks as targets of SVCB and HTTPS',
    why: 'An asterisk that is a target is a name like others, as is one that is the owner (RFC 9460 §2.5.2); BIND looks up nothing.',
    level(pair) {
      const { question, ours, bind } = pair
      if (question.type !== 'HTTPS') return pair
      const additional = ours.additional.filter(
        (line) => !line.startsWith('*.') || bind.additional.includes(line),
      )
      return { ...pair, ours: { ...ours, additional } }
    },
  },
  {
    name: 'DS behind an alias to the top of a zone',
    why: 'RFC 4035 §3.1.4.1 has the zone above answer; BIND heeds that for the first name only.',
    level(pair, names) {
      const { question, ours, bind } = pair
      const alias = bind.answer.findLast((line) => typeOf(line) === 'CNAME')
      const target = alias === undefined ? '' : targetOf(alias)
      if (question.type !== 'DS' || !names.isTop(target)) return pair
      const isDenial = bind.authority.some((line) => typeOf(line) === 'SOA' && owner(line) === target)
      const isStart = bind.answer.every((line, index) => line === ours.answer[index])
      if (!isDenial || !isStart) return pair
      return { ...pair, ours: { ...ours, answer: bind.answer, authority: bind.authority } }
    },
  },
]
