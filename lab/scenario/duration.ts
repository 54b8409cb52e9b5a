import { z } from 'zod'
import { explain } from '../kit/explain.ts'

/** Milliseconds of each unit. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A time as a person writes it, as in `500ms`, `5s`, `10min`, `2h` or `1d`. */
export const durationSchema = z.string().regex(
  /^\d{1,6}(?:ms|s|min|h|d)$/,
  explain({
    en: 'a time is written as in 500ms, 5s, 10min, 2h or 1d',
    es: 'un tiempo se escribe como en 500ms, 5s, 10min, 2h o 1d',
  }),
)

/** Milliseconds of a time that the schema takes. */
export function millisecondsOf(duration: string): number {
  const [, count = '0', unit = 's'] = /^(\d+)(\w+)$/.exec(duration) ?? []
  return Number(count) * (units[unit] ?? 0)
}
