/** The lines of the index of `openssl ca`, and how serial numbers are written in it. */
import { isReason, type RevocationReason } from './crl.ts'
import { readFullTime, readShortTime, timeText } from './time.ts'

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

/** The index does not say which of the two types it has written; their lengths do. */
function readTime(text: string): number | undefined {
  return text.length === 13 ? readShortTime(text) : readFullTime(text)
}
