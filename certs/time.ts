/** Times as certificates, revocation lists and the index of `openssl ca` write them: the text of ASN.1's two types (RFC 5280 §4.1.2.5). */

/** The text of a GeneralizedTime, as in `20261121130501Z`, from milliseconds since 1970, cut to seconds. */
export function fullTimeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace(/\.\d+Z$|\D/g, '')}Z`
}

/** The same with two digits for the year until 2049, as a UTCTime has it, and four from 2050 on. */
export function timeText(milliseconds: number): string {
  const text = fullTimeText(milliseconds)
  return isShort(milliseconds) ? text.slice(2) : text
}

/** Whether RFC 5280 has a time written as a UTCTime. */
export function isShort(milliseconds: number): boolean {
  return new Date(milliseconds).getUTCFullYear() < 2050
}

/** Milliseconds since 1970 of the text of a GeneralizedTime; undefined if it is none. */
export function readFullTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}

/** The same of a UTCTime, whose years are those from 1950 to 2049. */
export function readShortTime(text: string): number | undefined {
  return readFullTime(`${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}`)
}
