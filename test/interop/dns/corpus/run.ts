/** Serves zones with the service and with BIND, and compares the answers to all questions about them. */
import type { Address } from '../../../../lab/service.ts'
import { openBind } from '../../../conformance/dns/bind.ts'
import { openLab } from '../../../lab.ts'
import { askAll, type CorpusAnswer } from './answers.ts'
import { compare, type Comparison } from './compare.ts'
import { ACROSS_ZONES, DIFFERENCES, type Pair } from './differences.ts'
import { Names } from './names.ts'
import { questionsAbout, type CorpusQuestion } from './questions.ts'
import { masterFile, type CorpusZone } from './zone.ts'

// A SOA that is asked for and not there has no other time to live than others: BIND's older habit is off.
const OPTIONS = 'zero-no-soa-ttl no;'
// Nothing listens at the forwarder, so that what lies outside the zones fails at once.
const RECURSIVE = `${OPTIONS} allow-recursion { any; }; forward only; forwarders { 127.0.0.1 port 1; };`

/** What one set of zones has shown. */
export interface Result {
  readonly zones: number
  readonly first: Comparison
  /** What only a BIND that may recurse answers in full. */
  readonly again: Comparison
}

/** Compares the two over these zones. */
export async function compareOver(zones: readonly CorpusZone[]): Promise<Result> {
  const texts = zones.map((zone) => [zone.name === '' ? '.' : zone.name, masterFile(zone)] as const)
  const files = Object.fromEntries(texts.map(([, text], index) => [`${index}.db`, text]))
  await using lab = await openLab(
    `domain: lab.invalid\nservices: { dns: { zone: [${Object.keys(files).join(', ')}] } }`,
    { files },
  )
  const ours = lab.address('dns', 'dns')
  const names = new Names(zones)
  await using bind = await openBind(Object.fromEntries(texts), { options: OPTIONS })
  const first = compare(await askBoth(ours, bind.address, questionsAbout(zones)), DIFFERENCES, names)
  const isOfZones = (name: string): boolean =>
    DIFFERENCES.some((each) => each.name === name && each.isOfZones === true)
  const open = [...first.occurred].flatMap(([name, pairs]) => (isOfZones(name) ? pairs : []))
  await using recursive = await openBind(Object.fromEntries(texts), { options: RECURSIVE, recursion: true })
  const again = await askBoth(
    ours,
    recursive.address,
    [...new Set(open)].map(({ question }) => ({ ...question, recursionDesired: true })),
  )
  const others = [...DIFFERENCES.filter(({ name }) => !isOfZones(name)), ...ACROSS_ZONES]
  return {
    zones: zones.length,
    first,
    again: compare(again.filter(isWithin).map(withoutRecursion), others, names),
  }
}

async function askBoth(
  ours: Address,
  bind: Address,
  questions: readonly CorpusQuestion[],
): Promise<readonly Pair[]> {
  const overUdp = questions.filter(({ transport }) => transport === 'udp')
  const overTcp = overUdp.map((question) => ({ ...question, transport: 'tcp' as const }))
  const [mine, theirs] = await Promise.all([
    askAll(ours, questions),
    askAll(bind, [...questions, ...overTcp]),
  ])
  const whole = new Map(overUdp.map((question, index) => [question, theirs[questions.length + index]]))
  return questions.map((question, index): Pair => {
    const [a, b] = [mine[index], theirs[index]]
    if (a === undefined || b === undefined) throw new Error('an answer is missing')
    return { question, ours: a, bind: b, whole: whole.get(question) ?? b }
  })
}

/** Whether BIND found all in its zones. */
function isWithin({ bind }: Pair): boolean {
  return bind.rcode !== 'SERVFAIL'
}

function withoutRecursion(pair: Pair): Pair {
  const without = (answer: CorpusAnswer): CorpusAnswer => ({
    ...answer,
    flags: answer.flags.replace(' RA', ''),
  })
  return { ...pair, bind: without(pair.bind), whole: without(pair.whole) }
}
