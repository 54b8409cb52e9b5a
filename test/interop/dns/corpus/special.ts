/** Differences that only some zones, or some settings of BIND, bring to light. */
import type { CorpusAnswer } from './answers.ts'
import { firstZone, has, isProof, owner, type Difference } from './pair.ts'

/** What also differs where zones are signed. */
export const SIGNED: readonly Difference[] = [
  {
    name: 'servers beside the proof of a wildcard',
    why: 'The proof is required (RFC 4035 §3.1.3.3) and needs the room; BIND names the servers of the zone too.',
    level(pair, names) {
      const { ours, bind } = pair
      const isProved = ours.answer.length > 0 && ours.authority.some(isProof)
      if (!isProved || !has(ours, 'AA')) return pair
      const isOfServers = (line: string): boolean =>
        names.isTop(owner(line)) && / IN (?:NS|RRSIG NS) /.test(line)
      const authority = bind.authority.filter((line) => !isOfServers(line))
      const additional = bind.additional.filter((line) => ours.additional.includes(line))
      return { ...pair, bind: { ...bind, authority, additional } }
    },
  },
]

/** What also differs where such zones have asterisks that are nothing by themselves, as in `a.*.example`. */
export const HOLLOW: readonly Difference[] = [
  {
    name: 'the proof that an asterisk has no data since it is an empty non-terminal',
    why: 'RFC 4035 §3.1.3.4 wants the NSEC for the wildcard beside that for the name; BIND gives the latter only.',
    level(pair) {
      const { ours, bind } = pair
      const extra = ours.authority.filter((line) => !bind.authority.includes(line))
      const owners = extra.filter((line) => / IN NSEC \S+\.\*\./.test(line)).map(owner)
      const isHollow =
        extra.length > 0 && extra.every((line) => isProof(line) && owners.includes(owner(line)))
      return isHollow ? { ...pair, ours: { ...ours, authority: bind.authority } } : pair
    },
  },
]

/** What differs even from a BIND that may recurse, which looks through all zones. */
export const ACROSS_ZONES: readonly Difference[] = [
  {
    name: 'hosts in a zone within the zone',
    why: 'The nearest zone has the say; BIND takes what the zone of the question has of the name, though no cut leads on.',
    level(pair, names) {
      const zone = firstZone(pair, names)
      const inside = (answer: CorpusAnswer): CorpusAnswer => ({
        ...answer,
        additional: answer.additional.filter(
          (line) => names.zoneOf(owner(line)) === zone || !owner(line).endsWith(`.${zone}`),
        ),
      })
      return { ...pair, ours: inside(pair.ours), bind: inside(pair.bind) }
    },
  },
]
