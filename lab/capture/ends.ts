/** Between which addresses a flow is shown, where the system does not tell them all. */
import { isIP, isIPv4 } from 'node:net'
import { canonicalAddress } from '../kit/address.ts'
import type { Flow } from '../wire/flow.ts'

/** The first port that Linux gives to whoever connects, and how many there are. */
const EPHEMERAL = 32_768
const MANY = 28_232

/**
 * The lab's end and the other one, both as IPv4 or both as IPv6, given where clients reach the lab. An end that listens on all
 * addresses is shown there, and so is one whose connection never stood.
 */
export function hostsOf(
  local: string,
  remote: string,
  address: string,
): { readonly local: string; readonly remote: string } {
  const known = [remote, local].map(canonicalAddress).find((host) => isIP(host) !== 0)
  const isFour = known === undefined || isIPv4(known)
  const other = hostOf(remote, isFour) ?? (isFour ? '0.0.0.0' : '::')
  const own = hostOf(local, isFour)
  return { local: own === undefined || isAny(own) ? likely(other, address, isFour) : own, remote: other }
}

/** The lab's port; one that the system never told is made up. */
export function portOf({ id, local }: Flow): number {
  return local.port === 0 ? EPHEMERAL + (id % MANY) : local.port
}

function hostOf(host: string, isFour: boolean): string | undefined {
  const address = canonicalAddress(host)
  return isIP(address) === (isFour ? 4 : 6) ? address : undefined
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** The address through which the lab most probably talks to the other end. */
function likely(other: string, address: string, isFour: boolean): string {
  if (other === '::1' || other.startsWith('127.')) return isFour ? '127.0.0.1' : '::1'
  return hostOf(address, isFour) ?? (isFour ? '0.0.0.0' : '::')
}
