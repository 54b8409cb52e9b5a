/** From a captured frame to the datagram or the segment in it. */

/** One end of a conversation, as frames name it. */
export interface End {
  /** 4 or 16 octets, one character each. */
  readonly address: string
  readonly port: number
}

/** A datagram of UDP or a segment of TCP. */
export interface Packet {
  readonly source: End
  readonly destination: End
  readonly payload: Buffer
  /** Octets of the payload that were not kept when the frame was captured. */
  readonly missing: number
  /** Undefined for UDP. */
  readonly tcp: Tcp | undefined
}

/** What a segment says of itself (RFC 9293 §3.1). */
export interface Tcp {
  readonly sequence: number
  readonly acknowledgment: number
  /** A sum of `TCP`. */
  readonly flags: number
}

/** The flags of a segment that matter here. */
export const TCP_FLAG = { fin: 1, syn: 2, reset: 4, acknowledgment: 16 } as const

/**
 * Why a frame says nothing: `link`, its link layer is not known; `fragment`, a piece of an IP packet; `cut`, too little of it
 * was kept; `other`, it carries neither UDP nor TCP.
 */
export type Unread = 'link' | 'fragment' | 'cut' | 'other'

const [IPV4, IPV6] = [0x0800, 0x86dd]
const [UDP, TCP] = [17, 6]
/** Octets of IPv4 and UDP without content. */
const LEAST = 28

/** IEEE 802.1Q, 802.1ad, and the older tag of some switches. */
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])
/** Tags of one frame, and extension headers of one packet. */
const DEPTH = 8

/** Numbers of IPv6 in the null header, each of another BSD. */
const FAMILIES6: ReadonlySet<number> = new Set([10, 23, 24, 28, 30])

/** Where the IP packet begins, by the link layer (https://www.tcpdump.org/linktypes.html); undefined if it carries another. */
const links = new Map<number, (octets: Buffer) => number | undefined>([
  [0, (octets) => behindNull(octets)],
  [1, (octets) => behindTags(octets, 12)],
  [12, () => 0],
  [14, () => 0],
  [101, () => 0],
  [108, (octets) => behindNull(octets)],
  // Linux "cooked": the protocol stands at the end of the header, or (in its second form) at its beginning.
  [113, (octets) => behindTags(octets, 14)],
  [228, () => 0],
  [229, () => 0],
  [276, (octets) => (isIp(octets.readUInt16BE(0)) ? 20 : undefined)],
])

/** Takes a frame apart; whatever is in it, nothing is thrown. */
export function readPacket(link: number, octets: Buffer): Packet | Unread {
  const find = links.get(link)
  if (find === undefined) return 'link'
  // An error for each of millions would take long.
  if (octets.length < LEAST) return 'cut'
  try {
    const at = find(octets)
    return at === undefined ? 'other' : internet(octets.subarray(at))
  } catch (error) {
    // What was read lies behind the end of what was kept.
    if (error instanceof RangeError) return 'cut'
    throw error
  }
}

/** The address as people write it. */
export function addressOf({ address }: End): string {
  const octets = Buffer.from(address, 'latin1')
  if (octets.length === 4) return octets.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16))
  return groups.join(':')
}

/** Whether all who listen are meant, as in multicast DNS. */
export function isForMany({ address }: End): boolean {
  const first = address.charCodeAt(0)
  return address.length === 4 ? first >= 224 : first === 0xff
}

function isIp(type: number): boolean {
  return type === IPV4 || type === IPV6
}

function behindTags(octets: Buffer, place: number): number | undefined {
  for (let at = place; at <= place + 4 * DEPTH; at += 4) {
    const type = octets.readUInt16BE(at)
    if (isIp(type)) return at + 2
    if (!TAGS.has(type)) return undefined
  }
  return undefined
}

/** The family stands in the order of octets of the machine that captured. */
function behindNull(octets: Buffer): number | undefined {
  const families = [octets.readUInt32LE(0), octets.readUInt32BE(0)]
  return families.some((family) => family === 2 || FAMILIES6.has(family)) ? 4 : undefined
}

function internet(octets: Buffer): Packet | Unread {
  const version = octets.readUInt8(0) >> 4
  if (version === 4) return internet4(octets)
  return version === 6 ? internet6(octets) : 'other'
}

// RFC 791 §3.1
function internet4(octets: Buffer): Packet | Unread {
  const head = (octets.readUInt8(0) & 0xf) * 4
  // Where the network card cuts packets, the system may leave the length to it.
  const length = octets.readUInt16BE(2) || octets.length
  if (head < 20 || length < head) return 'other'
  if ((octets.readUInt16BE(6) & 0x3fff) !== 0) return 'fragment'
  const addresses = octets.toString('latin1', 12, 20)
  if (addresses.length < 8) return 'cut'
  const [from, to] = [addresses.slice(0, 4), addresses.slice(4)]
  return transport(octets.readUInt8(9), octets.subarray(head, length), length - head, from, to)
}

// RFC 8200 §3 and §4
function internet6(octets: Buffer): Packet | Unread {
  const length = octets.readUInt16BE(4) === 0 ? octets.length : 40 + octets.readUInt16BE(4)
  const addresses = octets.toString('latin1', 8, 40)
  if (addresses.length < 32) return 'cut'
  let [next, at] = [octets.readUInt8(6), 40]
  for (let depth = 0; depth < DEPTH && next !== UDP && next !== TCP; depth += 1) {
    const size = extension(next, octets, at)
    if (typeof size !== 'number') return size
    next = octets.readUInt8(at)
    at += size
  }
  if (at > length) return 'other'
  const [from, to] = [addresses.slice(0, 16), addresses.slice(16)]
  return transport(next, octets.subarray(at, length), length - at, from, to)
}

/** Octets of an extension header. */
function extension(type: number, octets: Buffer, at: number): number | Unread {
  const size = octets.readUInt8(at + 1)
  switch (type) {
    case 0:
    case 43:
    case 60:
    case 135:
      return (size + 1) * 8
    case 44:
      // RFC 6946: a fragment that is all of the packet is none.
      return (octets.readUInt16BE(at + 2) & 0xfff9) === 0 ? 8 : 'fragment'
    case 51:
      return (size + 2) * 4
    default:
      return 'other'
  }
}

/** `length`: octets of the whole, kept or not. */
function transport(
  protocol: number,
  octets: Buffer,
  length: number,
  from: string,
  to: string,
): Packet | Unread {
  if (protocol !== UDP && protocol !== TCP) return 'other'
  const ends = {
    source: { address: from, port: octets.readUInt16BE(0) },
    destination: { address: to, port: octets.readUInt16BE(2) },
  }
  const head = protocol === UDP ? 8 : (octets.readUInt8(12) >> 4) * 4
  if (head < 8 || head > length || (protocol === TCP && head < 20)) return 'other'
  // RFC 768: its own length, which may leave some of the packet out.
  const own = protocol === UDP ? Math.max(octets.readUInt16BE(4), head) : length
  const whole = Math.min(own, length)
  const payload = octets.subarray(head, whole)
  const missing = whole - head - payload.length
  if (protocol === UDP) return { ...ends, payload, missing, tcp: undefined }
  const tcp = {
    sequence: octets.readUInt32BE(4),
    acknowledgment: octets.readUInt32BE(8),
    flags: octets.readUInt8(13),
  }
  return { ...ends, payload, missing, tcp }
}
