/** Compares the answers of two servers record by record, known differences taken out. */
import type { CorpusAnswer } from './answers.ts'
import type { Difference, Pair } from './pair.ts'
import type { Names } from './names.ts'

/** What a comparison has found. */
export interface Comparison {
  readonly pairs: number
  readonly equal: number
  /** The pairs that each known difference was taken out of, which are equal without it and not with it. */
  readonly occurred: ReadonlyMap<string, readonly Pair[]>
  /** The pairs that differ in ways nobody has listed, as text. */
  readonly unlisted: readonly string[]
}

/** Compares all pairs. */
export function compare(
  pairs: readonly Pair[],
  differences: readonly Difference[],
  names: Names,
): Comparison {
  const occurred = new Map<string, Pair[]>()
  const unlisted: string[] = []
  let equal = 0
  for (const pair of pairs) {
    if (differing(pair).length === 0) {
      equal += 1
      continue
    }
    const used = explain(pair, differences, names)
    if (used === undefined) unlisted.push(describe(level(pair, differences, names)))
    else for (const name of used) occurred.set(name, [...(occurred.get(name) ?? []), pair])
  }
  return { pairs: pairs.length, equal, occurred, unlisted }
}

function level(pair: Pair, differences: readonly Difference[], names: Names): Pair {
  return differences.reduce((current, difference) => difference.level(current, names), pair)
}

/** The differences without which the pair would not come out equal; undefined if it does not with all. */
function explain(
  pair: Pair,
  differences: readonly Difference[],
  names: Names,
): readonly string[] | undefined {
  if (differing(level(pair, differences, names)).length > 0) return undefined
  const needed = differences.filter((difference) => {
    const others = differences.filter((each) => each !== difference)
    return differing(level(pair, others, names)).length > 0
  })
  return needed.map(({ name }) => name)
}

const SECTIONS = ['answer', 'authority', 'additional'] as const

/** The parts in which the answers differ. */
export function differing({ question, ours, bind }: Pair): readonly string[] {
  const parts = (answer: CorpusAnswer): Readonly<Record<string, unknown>> => ({
    error: answer.error,
    rcode: answer.rcode,
    flags: answer.flags,
    opcode: answer.opcode,
    questions: answer.questions,
    edns: answer.edns,
    // The order of records in a set has no meaning, that of an alias and its target has (RFC 1034 §3.6.2).
    order: question.type === 'ANY' ? '' : setsOf(answer.answer),
    ...Object.fromEntries(SECTIONS.map((section) => [section, answer[section]?.toSorted()])),
  })
  const [a, b] = [parts(ours), parts(bind)]
  return Object.keys(a).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
}

function setsOf(lines: readonly string[] | undefined): readonly string[] {
  return [
    ...new Set(
      lines?.map((line) =>
        line
          .split(' ')
          .filter((_, index) => index === 0 || index === 3)
          .join(' '),
      ),
    ),
  ]
}

function describe(pair: Pair): string {
  const { question, ours, bind } = pair
  const parts = differing(pair)
  const show = (answer: CorpusAnswer, other: CorpusAnswer): string =>
    [
      answer.error ??
        `${answer.rcode} [${answer.flags}] ${answer.size} octets ${JSON.stringify(answer.edns)}`,
      ...SECTIONS.flatMap((section) =>
        (answer[section] ?? [])
          .filter((line) => !(other[section] ?? []).includes(line))
          .map((line) => `only ${section}: ${line.slice(0, 200)}`),
      ),
    ].join('\n    ')
  return [
    `${question.name} ${question.type} ${JSON.stringify({ ...question, name: undefined, type: undefined })}`,
    `  differ in ${parts.join(', ')}`,
    `  ours: ${show(ours, bind)}`,
    `  BIND: ${show(bind, ours)}`,
  ].join('\n')
}
