/** The words that several formats share, and how they write numbers. */
import { quantity } from '../../kit/quantity.ts'
import type { Outcome } from '../../check.ts'
import type { Text } from '../../service.ts'
import { totalOf, type CheckResult, type Flag, type Report } from '../model.ts'

/** What stands before each line of an explanation. */
export const labels = {
  expected: { en: 'expected', es: 'esperado' },
  actual: { en: 'actual', es: 'recibido' },
  reproduce: { en: 'see it', es: 'compruébalo' },
  reference: { en: 'reference', es: 'referencia' },
  hint: { en: 'hint', es: 'pista' },
  evidence: { en: 'evidence', es: 'prueba' },
  said: { en: 'what was said', es: 'lo que se dijo' },
  total: { en: 'Total', es: 'Total' },
  student: { en: 'Student', es: 'Estudiante' },
  target: { en: 'Target', es: 'Servidor' },
  file: { en: 'File', es: 'Fichero' },
  begun: { en: 'Begun', es: 'Inicio' },
  seed: { en: 'Seed', es: 'Semilla' },
  lab: { en: 'Lab', es: 'Laboratorio' },
  points: { en: 'Points', es: 'Puntos' },
  check: { en: 'Check', es: 'Comprobación' },
  outcome: { en: 'Outcome', es: 'Resultado' },
  remarks: { en: 'Remarks', es: 'Observaciones' },
  unfit: { en: 'Nothing could be graded', es: 'No se pudo corregir nada' },
  broken: {
    en: 'this is no fault of yours and costs no points; tell your teacher',
    es: 'no es culpa tuya ni resta puntos; avisa a tu docente',
  },
  withheld: {
    en: 'it has no points until your teacher has looked at it',
    es: 'no tiene puntos hasta que tu docente lo haya mirado',
  },
} as const satisfies Record<string, Text>

/** How a check ended, in a word. */
export const outcomes: Readonly<Record<Outcome, Text>> = {
  passed: { en: 'passed', es: 'superada' },
  failed: { en: 'failed', es: 'fallada' },
  blocked: { en: 'blocked', es: 'bloqueada' },
  broken: { en: 'broken', es: 'averiada' },
}

/** So many checks that ended so, as `3 passed`. */
const counted: Readonly<Record<Outcome, (count: number) => Text>> = {
  passed: (count) => ({ en: `${count} passed`, es: `${count} ${count === 1 ? 'superada' : 'superadas'}` }),
  failed: (count) => ({ en: `${count} failed`, es: `${count} ${count === 1 ? 'fallada' : 'falladas'}` }),
  blocked: (count) => ({
    en: `${count} blocked`,
    es: `${count} ${count === 1 ? 'bloqueada' : 'bloqueadas'}`,
  }),
  broken: (count) => ({ en: `${count} broken`, es: `${count} ${count === 1 ? 'averiada' : 'averiadas'}` }),
}

/** What kind of thing was graded. */
export function targetLabel({ isFile }: Pick<Report, 'isFile'>): Text {
  return isFile === true ? labels.file : labels.target
}

/** Why nothing could be graded, with the kinds of the flags that say the same; undefined where something was. */
export function failureText({ failure, flags }: Report, language: keyof Text): string | undefined {
  if (failure === undefined) return undefined
  const kinds = [...new Set(flags.filter((flag) => isSame(flag, failure)).map(({ kind }) => kind))]
  const named = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
  return `${labels.unfit[language]}${named}: ${failure[language]}`
}

/** The flags that tell more than why nothing could be graded. */
export function remarksOf({ failure, flags }: Report): readonly Flag[] {
  return failure === undefined ? flags : flags.filter((flag) => !isSame(flag, failure))
}

function isSame({ text }: Flag, failure: Text): boolean {
  return text.en === failure.en
}

/** The kinds of the flags, each once. */
export function flagKinds({ flags }: Pick<Report, 'flags'>): string[] {
  return [...new Set(flags.map(({ kind }) => kind))]
}

/** Points as a person reads them: 7.5, or 7,5 in Spanish. */
export function pointsText(points: number, language: keyof Text): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2, useGrouping: false }).format(points)
}

/** As `7.5 of 10 points (3 passed, 1 failed)`. */
export function totalText(results: readonly CheckResult[], language: keyof Text): string {
  const { score, points, counts } = totalOf({ results })
  const ends = (['passed', 'failed', 'blocked', 'broken'] as const)
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => counted[outcome](counts[outcome])[language])
  const whole = {
    en: `${pointsText(score, 'en')} of ${quantity(points, 'point', 'points', pointsText(points, 'en'))}`,
    es: `${pointsText(score, 'es')} de ${quantity(points, 'punto', 'puntos', pointsText(points, 'es'))}`,
  }[language]
  return ends.length === 0 ? whole : `${whole} (${ends.join(', ')})`
}
