/** Lists of networks in CIDR notation, as configurations name who may use a service. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** The networks `a.b.c.d/n` and `x::y/n`; an address alone stands for itself. */
export interface Networks {
  /** Whether the address lies in one of them; an IPv4-mapped IPv6 address counts as its IPv4 address, and text that is no address lies in none. */
  has(address: string): boolean
}

const FAMILY_BITS = { ipv4: 32, ipv6: 128 } as const

interface Network {
  readonly address: string
  readonly family: keyof typeof FAMILY_BITS
  readonly prefix: number
}

function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const family = familyOf(address)
  if (family === undefined || address.includes('%')) return undefined
  const bits = FAMILY_BITS[family]
  if (slash < 0) return { address, family, prefix: bits }
  const digits = text.slice(slash + 1)
  const prefix = Number(digits)
  return /^\d{1,3}$/.test(digits) && prefix <= bits ? { address, family, prefix } : undefined
}

function familyOf(address: string): Network['family'] | undefined {
  if (isIPv4(address)) return 'ipv4'
  return isIPv6(address) ? 'ipv6' : undefined
}

/** Whether the text is an address or a network that `createNetworks` takes. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** Bits of the address beyond the prefix are ignored; throws a `RangeError` that quotes the first text that is no network. */
export function createNetworks(list: readonly string[]): Networks {
  const block = new BlockList()
  const everything = new Set<Network['family']>()
  for (const text of list) {
    const network = parseNetwork(text)
    if (network === undefined) {
      throw new RangeError(
        `"${text}" is not a network: write an address or address/bits, as in 192.168.56.0/24`,
      )
    }
    block.addSubnet(network.address, network.prefix, network.family)
    if (network.prefix === 0) everything.add(network.family)
  }
  if (everything.size === 2) return { has: (address) => familyOf(address) !== undefined }
  return { has: (address) => isListed(block, address) }
}

function isListed(block: BlockList, address: string): boolean {
  // A zone (`fe80::1%eth0`) says on which link the address is, not which address it is (RFC 4007 §11).
  const zone = address.indexOf('%')
  const bare = zone < 0 ? address : address.slice(0, zone)
  const family = familyOf(bare)
  return family !== undefined && block.check(bare, family)
}
