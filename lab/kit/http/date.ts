const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time in milliseconds since 1970 as an IMF-fixdate (RFC 9110 §5.6.7). */
export function httpDate(time: number): string {
  return new Date(time).toUTCString()
}

/** The milliseconds since 1970 of a date in one of the three forms of RFC 9110 §5.6.7, at `now` for the century; undefined for all else. */
export function readHttpDate(text: string, now: number): number | undefined {
  const fixed =
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text)
  if (fixed !== null) return timeOf(fixed[3], fixed[2], fixed[1], fixed.slice(4))
  const old =
    /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/.exec(
      text,
    )
  if (old !== null) return timeOf(fullYear(Number(old[3]), now), old[2], old[1], old.slice(4))
  const asctime =
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text)
  if (asctime !== null) return timeOf(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6))
  return undefined
}

// RFC 9110 §5.6.7: more than 50 years ahead means the past.
function fullYear(short: number, now: number): number {
  const current = new Date(now).getUTCFullYear()
  const year = current - (current % 100) + short
  return year > current + 50 ? year - 100 : year
}

function timeOf(
  year: string | number | undefined,
  month: string | undefined,
  day: string | undefined,
  clock: readonly string[],
): number | undefined {
  const index = months.indexOf(month ?? '')
  const [hour = 0, minute = 0, second = 0] = clock.map(Number)
  // A leap second counts as the one after it.
  if (index < 0 || hour > 23 || minute > 59 || second > 60) return undefined
  const time = Date.UTC(Number(year), index, Number(day), hour, minute, second)
  return new Date(time).getUTCMonth() === index || second === 60 ? time : undefined
}
