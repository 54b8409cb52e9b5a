/** Numbers and times as a language writes them. */
import type { Language } from './context.ts'

/** How one language writes what is measured. */
export interface Format {
  readonly number: (value: number) => string
  /** As in `1.4 kB`. */
  readonly octets: (count: number) => string
  /** The time of the day to the millisecond, of milliseconds since 1970. */
  readonly clock: (at: number) => string
  /** Day and time to the second, of milliseconds since 1970. */
  readonly moment: (at: number) => string
  /** As in `1 h 02 min 03 s`. */
  readonly duration: (seconds: number) => string
  /** As in `1 message`, `2 messages`: the form for that number, with the number in front. */
  readonly count: (value: number, one: string, other: string) => string
}

/** The formats of a language; times are in the time zone of the browser, by 24 hours. */
export function formatOf(language: Language): Format {
  const locale = language === 'es' ? 'es-ES' : 'en-GB'
  const whole = new Intl.NumberFormat(locale)
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const plural = new Intl.PluralRules(locale)
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  return {
    number: (value) => whole.format(value),
    octets: (count) =>
      count < 1000
        ? `${whole.format(count)} B`
        : count < 1_000_000
          ? `${decimal.format(count / 1000)} kB`
          : `${decimal.format(count / 1_000_000)} MB`,
    clock: (at) => clock.format(at),
    moment: (at) => moment.format(at),
    duration,
    count: (value, one, other) => `${whole.format(value)} ${plural.select(value) === 'one' ? one : other}`,
  }
}

function duration(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(left / 3600)
  const minutes = Math.floor(left / 60) % 60
  if (hours > 0) return `${hours} h ${two(minutes)} min ${two(left % 60)} s`
  return minutes > 0 ? `${minutes} min ${two(left % 60)} s` : `${left} s`
}
