/** The tasks of a lab as a list for a person: what is done, what is not, and why. */
import { styleText } from 'node:util'
import type { z } from 'zod'
import { quantity } from '../kit/quantity.ts'
import type { resultSchema } from '../console/operations/tasks.ts'
import { differenceLines } from '../grading/formats/explain.ts'
import { rounded, totalOf } from '../grading/model.ts'
import { isUntried } from '../grading/untried.ts'
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
  const worth = Math.max(0, ...results.map((result) => worthOf(result).length))
  const { score, points } = pointsOf(results)
  const sum = io.pick({
    en: `${score} of ${quantity(points, 'point', 'points')}`,
    es: `${score} de ${quantity(points, 'punto', 'puntos')}`,
  })
  return [...results.flatMap((result) => taskLines(result, io, width, worth)), styleText('bold', sum)].join(
    '\n',
  )
}

/** One task: its line, and below it what it still lacks. */
export function taskLines(result: TaskResult, io: Io, width: number, worth = 0): string[] {
  const { id, outcome, title } = result
  const [mark, colour] = looks[outcome]
  const line = `${styleText(colour, mark)} ${id.padEnd(width)} ${worthOf(result).padStart(worth)}  ${io.pick(title)}`
  return outcome === 'passed' ? [line] : [line, ...reasons(result, io).map((each) => `    ${each}`)]
}

function worthOf({ score, points }: TaskResult): string {
  return `${rounded(score)}/${points}`
}

function reasons(result: TaskResult, io: Io): string[] {
  const { assertions, reason, hasHint, hintCost, isHintTaken, id, outcome, reproduce, evidence } = result
  // Whoever has not tried yet gets no solution.
  const missed = isUntried(result) ? [] : assertions.filter(({ holds }) => !holds)
  const told = missed.flatMap(({ title, difference }) => [
    `✘ ${io.pick(title)}`,
    ...differenceLines(difference, io.language).map(({ text }) => text),
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
            en: `nearest: fact ${fact}, \`lab log --fact ${fact}\``,
            es: `lo más parecido: hecho ${fact}, \`lab log --fact ${fact}\``,
          }),
        ]),
    ...(reproduce === undefined
      ? []
      : [`$ ${reproduce.startsWith('lab ') ? io.command(reproduce) : reproduce}`]),
    // Who cannot begin yet needs no hint.
    ...(hasHint && !isHintTaken && outcome !== 'blocked'
      ? [
          io.pick({
            en: `hint: \`lab check --hint ${id}\`${cost}`,
            es: `pista: \`lab check --hint ${id}\`${cost}`,
          }),
        ]
      : []),
  ]
}

/** What the sum counts. */
function resultOf(result: TaskResult): Omit<Parameters<typeof totalOf>[0]['results'][number], 'hint'> {
  const { id, group, title, outcome, points, score, isHintTaken, milliseconds } = result
  return { id, group, title, outcome, points, score, isHintTaken, milliseconds, assertions: [] }
}
