/** What the frames between two addresses have in common: Ethernet and IP. */
import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../kit/address.ts'
import type { Direction, Flow } from '../wire/flow.ts'
import { checksumOf, sumOf } from './checksum.ts'
import { hostsOf } from './ends.ts'

/** What one direction's frames have in common. */
interface Head {
  /** Ethernet and IP, with lengths, identification and checksum at 0. */
  readonly octets: Buffer
  /** The sum of the IPv4 header as it stands there. */
  readonly sum: number
  /** The sum of both addresses and the protocol, which the checksums of TCP and UDP cover (RFC 9293 §3.1, RFC 8200 §8.1). */
  readonly pseudo: number
  /** RFC 791 identification of the next packet. */
  next: number
}

const ETHERNET = 14
const PROTOCOLS = { tcp: 6, udp: 17 } as const
/** Octets of an IPv4 packet, and of what follows an IPv6 header. */
const LARGEST = 65_535
/** Time to live, hop limit. */
const HOPS = 64
/** "lab", locally administered. */
const LAB_MAC = Buffer.from('026c61620001', 'hex')
/** Routes that are remembered. */
const MOST_ROUTES = 1000

/** Writes the beginnings of frames between an address of the lab and another one. */
export class Route {
  /** Octets of Ethernet and IP. */
  readonly head: number
  /** The most octets that an IP packet carries; for IPv6 such that the whole has 65,535, too, as Linux's MSS has it. */
  readonly most: number
  readonly #isFour: boolean
  readonly #heads: Readonly<Record<Direction, Head>>

  /** Throws a `RangeError` for what is no IP address. */
  constructor(transport: 'tcp' | 'udp', local: string, remote: string) {
    const [lab, other] = [octetsOf(local), octetsOf(remote)]
    if (lab.length !== other.length) throw new RangeError(`${local} and ${remote} cannot talk`)
    this.#isFour = lab.length === 4
    this.head = ETHERNET + (this.#isFour ? 20 : 40)
    this.most = LARGEST - (this.#isFour ? 20 : 40)
    const protocol = PROTOCOLS[transport]
    const mac = macOf(other)
    this.#heads = {
      in: headOf(protocol, [mac, LAB_MAC], [other, lab]),
      out: headOf(protocol, [LAB_MAC, mac], [lab, other]),
    }
  }

  /** Writes Ethernet and IP in front of so many octets; returns the sum of the pseudo-header, to which their length is still to be added. */
  write(frame: Buffer, at: number, direction: Direction, length: number): number {
    const head = this.#heads[direction]
    head.octets.copy(frame, at)
    const ip = at + ETHERNET
    if (!this.#isFour) {
      frame.writeUInt16BE(length, ip + 4)
      return head.pseudo
    }
    const total = 20 + length
    frame.writeUInt16BE(total, ip + 2)
    frame.writeUInt16BE(head.next, ip + 4)
    frame.writeUInt16BE(checksumOf(head.sum + total + head.next), ip + 10)
    head.next = (head.next + 1) & 0xffff
    return head.pseudo
  }
}

/** The routes of flows, of which thousands a second may share one. */
export class Routes {
  readonly #address: string
  readonly #known = new Map<string, Route>()

  /** Given where clients reach the lab. */
  constructor(address: string) {
    this.#address = address
  }

  of({ transport, local, remote }: Flow): Route {
    const key = `${transport} ${local.host} ${remote.host}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const hosts = hostsOf(local.host, remote.host, this.#address)
    const route = new Route(transport, hosts.local, hosts.remote)
    if (this.#known.size >= MOST_ROUTES) this.#known.clear()
    this.#known.set(key, route)
    return route
  }
}

function headOf(
  protocol: number,
  [sender, receiver]: readonly [Buffer, Buffer],
  [from, to]: readonly [Buffer, Buffer],
): Head {
  // RFC 791 §3.1 and RFC 8200 §3 up to the addresses; IPv4 must not be fragmented, as Linux says of TCP.
  const [type, ip] =
    from.length === 4
      ? ['0800', Buffer.of(0x45, 0, 0, 0, 0, 0, 0x40, 0, HOPS, protocol, 0, 0)]
      : ['86dd', Buffer.of(0x60, 0, 0, 0, 0, 0, protocol, HOPS)]
  const octets = Buffer.concat([receiver, sender, Buffer.from(type, 'hex'), ip, from, to])
  return {
    octets,
    sum: sumOf(octets, ETHERNET, octets.length),
    pseudo: protocol + sumOf(octets, ETHERNET + ip.length, octets.length),
    next: 1,
  }
}

/** An IP address as its 4 or 16 octets, an IPv4-mapped one as 4; throws a `RangeError` for anything else. */
export function octetsOf(host: string): Buffer {
  const address = canonicalAddress(host)
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) throw new RangeError(`"${host}" is no IP address`)
  // What ends in an IPv4 address, as `::1.2.3.4` does, ends in two more groups.
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...digits: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = digits.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [before = '', after] = groups.split('::')
  const [left, right] = [before, after ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const words = [
    ...(left ?? []),
    ...Array.from({ length: 8 - (left?.length ?? 0) - (right?.length ?? 0) }, () => '0'),
    ...(right ?? []),
  ]
  return Buffer.from(words.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

/** A locally administered address that is always the same for the same other end. */
function macOf(address: Buffer): Buffer {
  const mac = Buffer.of(0x02, 0x70, 0, 0, 0, 0)
  if (address.length === 4) address.copy(mac, 2)
  // FNV-1a
  else
    mac.writeUInt32BE(
      address.reduce((hash, octet) => Math.imul(hash ^ octet, 0x01000193) >>> 0, 0x811c9dc5),
      2,
    )
  return mac
}
