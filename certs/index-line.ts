/** The lines of the index of `openssl ca`, and how serial numbers are written in it. */
import { isReason, type RevocationReason } from './crl.ts'

/** One certificate of the index. */
export interface RegisterEntry {
  /** In upper-case hexadecimal, as openssl names the files of newcerts/. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** As in `/O=telelab/CN=www.example.org`. */
  readonly subject: string
  readonly revoked?: { readonly at: number; readonly reason: RevocationReason }
}

/** A serial number as openssl writes it. */
export function serialText(serial: Buffer | string): string {
  return typeof serial === 'string'
    ? serial.replaceAll(':', '').toUpperCase()
    : serial.toString('hex').toUpperCase()
}

/** An entry as a line of the index, its end included: status, expiry, revocation and reason, serial number, file, subject. */
export function indexLine({ serial, notAfter, subject, revoked }: RegisterEntry): string {
  const status = revoked === undefined ? 'V' : 'R'
  const revocation = revoked === undefined ? '' : `${timeText(revoked.at)},${revoked.reason}`
  return `${[status, timeText(notAfter), revocation, serial, 'unknown', subject].join('\t')}\n`
}

/** The entry of a line; undefined for what is none. */
export function readLine(line: string): RegisterEntry | undefined {
  const [status, expiry = '', revocation = '', serial = '', , subject = ''] = line.split('\t')
  const notAfter = readTime(expiry)
  if (notAfter === undefined || !/^[0-9A-F]{1,64}$/i.test(serial)) return undefined
  const entry = { serial: serial.toUpperCase(), notAfter, subject }
  return status === 'R' ? { ...entry, revoked: readRevocation(revocation) } : entry
}

/** A serial number without leading zeros, which some software writes and some does not. */
export function bare(serial: string): string {
  return serial.replace(/^0+(?=.)/, '')
}

/** The octets of a serial number as DER wants them, without needless zeros. */
export function serialOctets(serial: string): Buffer {
  const hex = bare(serial)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

function readRevocation(text: string): { readonly at: number; readonly reason: RevocationReason } {
  const [time = '', named = ''] = text.split(',')
  return { at: readTime(time) ?? 0, reason: isReason(named) ? named : 'unspecified' }
}

/** As in `261121130501Z`; four digits for the year from 2050 on. */
export function timeText(milliseconds: number): string {
  const digits = `${new Date(milliseconds).toISOString().replace(/\.\d+Z$|\D/g, '')}Z`
  return Number(digits.slice(0, 4)) < 2050 ? digits.slice(2) : digits
}

function readTime(text: string): number | undefined {
  const full = text.length === 13 ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}
