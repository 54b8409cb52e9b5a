/** Serves zones with the service and with BIND, and compares the answers to all questions about them. */
import type { Address } from '../../../../lab/service.ts'
import { openBind } from '../../../conformance/dns/bind.ts'
import { openLab } from '../../../lab.ts'
import { askAll, readAnswers, type CorpusAnswer } from './answers.ts'
import { compare, differing, type Comparison } from './compare.ts'
import { DIFFERENCES } from './differences.ts'
import type { Pair } from './pair.ts'
import { ACROSS_ZONES, HOLLOW, SIGNED } from './special.ts'
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
export async function compareOver(
  zones: readonly CorpusZone[],
  sign?: (zone: CorpusZone) => string,
): Promise<Result> {
  const write = sign ?? masterFile
  const differences = sign === undefined ? DIFFERENCES : [...DIFFERENCES, ...SIGNED, ...HOLLOW]
  const texts = zones.map((zone) => [zone.name === '' ? '.' : zone.name, write(zone)] as const)
  const files = Object.fromEntries(texts.map(([, text], index) => [`${index}.db`, text]))
  await using lab = await openLab(
    `domain: lab.invalid\nservices: { dns: { zone: [${Object.keys(files).join(', ')}] } }`,
    { files },
  )
  const ours = lab.address('dns', 'dns')
  const names = new Names(zones)
  await using bind = await openBind(Object.fromEntries(texts), { options: OPTIONS })
  const first = compare(await askBoth(ours, bind.address, questionsAbout(zones)), differences, names)
  const isOfZones = (name: string): boolean =>
    DIFFERENCES.some((each) => each.name === name && each.isOfZones === true)
  const open = [...first.occurred].flatMap(([name, pairs]) => (isOfZones(name) ? pairs : []))
  await using recursive = await openBind(Object.fromEntries(texts), { options: RECURSIVE, recursion: true })
  const again = await askBoth(
    ours,
    recursive.address,
    [...new Set(open)].map(({ question }) => ({ ...question, recursionDesired: true })),
  )
  const others = [...differences.filter(({ name }) => !isOfZones(name)), ...ACROSS_ZONES]
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
  const [mine, theirs] = await Promise.all([askAll(ours, questions), askAll(bind, questions)])
  // What is equal octet by octet is read once.
  const others = theirs.map((octets, index) => (mine[index]?.equals(octets) === true ? undefined : octets))
  const [a, b] = await Promise.all([
    readAnswers(mine),
    readAnswers(others.filter((octets) => octets !== undefined)),
  ])
  const left = b.values()
  const pairs = questions.map((question, index): Pair => {
    const own = a[index]
    const other = others[index] === undefined ? own : left.next().value
    if (own === undefined || other === undefined) throw new Error('an answer is missing')
    return { question, ours: own, bind: other, whole: other }
  })
  return withWhole(bind, pairs)
}

/** Where they differ over UDP, BIND is asked again over TCP. */
async function withWhole(bind: Address, pairs: readonly Pair[]): Promise<readonly Pair[]> {
  const unequal = pairs.filter((pair) => pair.question.transport === 'udp' && differing(pair).length > 0)
  const questions = unequal.map(({ question }) => ({ ...question, transport: 'tcp' as const }))
  const answers = await readAnswers(await askAll(bind, questions))
  const whole = new Map(unequal.map((pair, index) => [pair, answers[index]]))
  return pairs.map((pair) => ({ ...pair, whole: whole.get(pair) ?? pair.whole }))
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
