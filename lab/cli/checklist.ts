/** The tasks of a lab as a list for a person: what is done, what is not, and why. */
import { styleText } from 'node:util'
import type { z } from 'zod'
import type { resultSchema } from '../console/operations/tasks.ts'
import { rounded, totalOf } from '../grading/model.ts'
import type { Io } from './command.ts'

/** How a task was judged, as the lab tells it. */
export type TaskResult = z.infer<typeof resultSchema>

const looks = {
  passed: ['✔', 'green'],
  failed: ['✘', 'red'],
  blocked: ['–', 'gray'],
  broken: ['!', 'yellow'],
} as const

/** Points of the list, what hints have cost taken off. */
export function pointsOf(results: readonly TaskResult[]): {
  readonly score: number
  readonly points: number
} {
  return totalOf({
    results: results.map((result) => ({
      ...resultOf(result),
      hint: { text: result.title, cost: result.hintCost },
    })),
  })
}

/** The whole list with its sum. */
export function checklist(results: readonly TaskResult[], io: Io): string {
  const width = Math.max(0, ...results.map(({ id }) => id.length))
  const { score, points } = pointsOf(results)
  const sum = io.pick({
    en: `${score} of ${points} points`,
    es: `${score} de ${points} puntos`,
  })
  return [...results.flatMap((result) => taskLines(result, io, width)), styleText('bold', sum)].join('\n')
}

/** One task: its line, and below it what it still lacks. */
export function taskLines(result: TaskResult, io: Io, width: number): string[] {
  const { id, outcome, title, score, points } = result
  const [mark, colour] = looks[outcome]
  const worth = `${rounded(score)}/${points}`.padStart(5)
  const line = `${styleText(colour, mark)} ${id.padEnd(width)} ${worth}  ${io.pick(title)}`
  return outcome === 'passed' ? [line] : [line, ...reasons(result, io).map((each) => `    ${each}`)]
}

function reasons(result: TaskResult, io: Io): string[] {
  const { assertions, reason, hasHint, hintCost, isHintTaken, id, reproduce, evidence, outcome } = result
  // A file that was handed in has no evidence in the journal, but what is wrong in it can be told.
  const isCompared = assertions.some(({ difference }) => difference !== undefined)
  const isUntried =
    outcome === 'failed' &&
    !isCompared &&
    evidence === undefined &&
    reason === undefined &&
    reproduce === undefined
  // Whoever has not tried yet gets no solution.
  const missed = isUntried ? [] : assertions.filter(({ holds }) => !holds)
  const told = missed.flatMap(({ title, difference }) => [
    `✘ ${io.pick(title)}`,
    ...(difference === undefined ? [] : differenceLines(difference, io)),
  ])
  const isSaid = reason === undefined || missed.some(({ title }) => title.en === reason.en)
  const cost = hintCost === 0 ? '' : io.pick({ en: ` (costs ${hintCost})`, es: ` (cuesta ${hintCost})` })
  const fact = evidence?.facts?.at(-1)
  return [
    ...(isSaid ? [] : [io.pick(reason)]),
    ...told,
    ...(fact === undefined
      ? []
      : [
          io.pick({
            en: `nearest: fact ${fact} of the journal`,
            es: `lo más parecido: hecho ${fact} del diario`,
          }),
        ]),
    ...(reproduce === undefined ? [] : [`$ ${reproduce}`]),
    ...(hasHint && !isHintTaken
      ? [
          io.pick({
            en: `hint: \`lab check --hint ${id}\`${cost}`,
            es: `pista: \`lab check --hint ${id}\`${cost}`,
          }),
        ]
      : []),
  ]
}

function differenceLines(
  { expected, actual, at }: NonNullable<TaskResult['assertions'][number]['difference']>,
  io: Io,
): string[] {
  const [wanted, got] = [
    io.pick({ en: 'expected: ', es: 'esperado: ' }),
    io.pick({ en: 'actual:   ', es: 'obtenido: ' }),
  ]
  const indented = (label: string, text: string): string[] =>
    text.split('\n').map((line, index) => `  ${index === 0 ? label : ' '.repeat(label.length)}${line}`)
  const before = at === undefined ? undefined : actual.slice(0, at).split('\n').at(-1)
  const caret = before === undefined ? [] : [`  ${' '.repeat(got.length + before.length)}^`]
  const lines = indented(got, actual)
  const row = at === undefined ? lines.length : actual.slice(0, at).split('\n').length
  return [...indented(wanted, expected), ...lines.toSpliced(row, 0, ...caret)]
}

/** What the sum counts. */
function resultOf(result: TaskResult): Omit<Parameters<typeof totalOf>[0]['results'][number], 'hint'> {
  const { id, group, title, outcome, points, score, isHintTaken, milliseconds } = result
  return { id, group, title, outcome, points, score, isHintTaken, milliseconds, assertions: [] }
}
