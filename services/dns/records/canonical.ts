/** The canonical form of record data, by which DNSSEC signs and sorts (RFC 4034 §6). */
import { fieldsOf } from './types.ts'
import { fieldEnd } from './data.ts'
import type { Field } from './fields.ts'

/** Well-formed data with the names of the types of RFC 4034 §6.2 in lower case, those of NSEC excepted (RFC 6840 §5.1). */
export function canonicalData(code: number, data: Buffer): Buffer {
  let canonical = data
  let at = 0
  for (const { shape, keepsCase } of foldedFields(code)) {
    const end = fieldEnd(shape, data, at)
    const isFolded = (shape === 'name' || shape === 'compressible') && keepsCase !== true
    if (isFolded) canonical = lowerCased(canonical, at, end)
    at = end
  }
  return canonical
}

const NONE: readonly Field[] = []

/** The fields of a type, if there is a name to fold among them. */
function foldedFields(code: number): readonly Field[] {
  const fields = fieldsOf(code)
  return fields?.some(({ shape }) => shape === 'name' || shape === 'compressible') === true ? fields : NONE
}

// Length octets are at most 63 and so never look like letters.
function lowerCased(data: Buffer, start: number, end: number): Buffer {
  let copy: Buffer | undefined
  for (let at = start; at < end; at += 1) {
    const octet = data[at] ?? 0
    if (octet < 0x41 || octet > 0x5a) continue
    copy ??= Buffer.from(data)
    copy[at] = octet + 0x20
  }
  return copy ?? data
}
