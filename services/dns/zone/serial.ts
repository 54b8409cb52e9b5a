/** Serial numbers of zones (RFC 1982). */
import type { Zone } from './zone.ts'

/** Whether the serial number is greater than the other; false for two that cannot be compared (RFC 1982 §3.2). */
export function isNewer(serial: number, other: number): boolean {
  const ahead = (serial - other) >>> 0
  return ahead > 0 && ahead < 0x8000_0000
}

/** The serial number in the data of a SOA record (RFC 1035 §3.3.13). */
export function readSerial(soa: Buffer): number {
  return soa.readUInt32BE(soa.length - 20)
}

/** The serial number of the zone. */
export function serialOf({ soa: { data } }: Pick<Zone, 'soa'>): number {
  const [first] = data
  return first === undefined ? 0 : readSerial(first)
}

/** The data of a SOA record with another serial number. */
export function withSerial(soa: Buffer, serial: number): Buffer {
  const changed = Buffer.from(soa)
  changed.writeUInt32BE(serial, changed.length - 20)
  return changed
}
