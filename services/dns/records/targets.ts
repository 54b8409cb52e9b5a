/** Where data leads on to: an alias's target, or the host whose addresses an answer adds. */
import { nameLength, nameOf, type Name } from '../wire/name.ts'

/** Finds the name in well-formed data, if it has one; `owner` is the record's own. */
export type Target = (data: Buffer, owner?: Name) => Name | undefined

/** The name at a fixed place. */
export function nameAt(at: number): Target {
  return (data) => nameOf(data.subarray(at, at + nameLength(data, at)))
}

/** The replacement of a NAPTR record whose flag says that SRV records or addresses stand there (RFC 3404 §4.3). */
export const naptrTarget: Target = (data) => {
  const flags = 5
  const services = flags + (data[flags - 1] ?? 0)
  const expression = services + 1 + (data[services] ?? 0)
  const replacement = expression + 1 + (data[expression] ?? 0)
  return /^[as]$/i.test(data.toString('latin1', flags, services)) ? nameAt(replacement)(data) : undefined
}

/** The target of SVCB and HTTPS; a dot stands for the owner, and in AliasMode for nothing (RFC 9460 §2.5). */
export const serviceTarget: Target = (data, owner) => {
  const target = nameAt(2)(data)
  if (target === undefined || target.wire.length > 1) return target
  return data.readUInt16BE(0) === 0 ? undefined : owner
}
