/** Captures made by hand: frames, and the files that hold them. */

/** One end, as `10.0.0.1:53` or `[2001:db8::1]:53`. */
export type At = string

/** A captured frame. */
export interface Captured {
  readonly octets: Buffer
  /** Milliseconds since 1970; a second after the one before if not given. */
  readonly at?: number
  /** Octets on the wire, if fewer were kept. */
  readonly length?: number
}

const START = Date.UTC(2026, 10, 21)

function u16(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) octets.writeUInt16BE(value & 0xffff, index * 2)
  return octets
}

function u32(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value >>> 0)
  return octets
}

function endOf(at: At): { readonly address: Buffer; readonly port: number } {
  const [, six, four, port] = /^(?:\[(.*)\]|([\d.]*)):(\d+)$/.exec(at) ?? []
  if (six === undefined)
    return { address: Buffer.from((four ?? '').split('.').map(Number)), port: Number(port) }
  const [head = '', tail] = six.split('::')
  const groups = (text: string | undefined): number[] =>
    (text ?? '')
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16))
  const [before, after] = [groups(head), groups(tail)]
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return { address: u16(...all), port: Number(port) }
}

/** How an IP packet differs from the plainest. */
export interface IpOptions {
  /** The second word of the second line of IPv4: flags and offset. */
  readonly fragment?: number
  /** What the length field says; the true length if not given. */
  readonly length?: number
  /** Extension headers of IPv6: the type, and the header whose first octet is left for the next type. */
  readonly extensions?: readonly (readonly [number, Buffer])[]
}

function ip(from: Buffer, to: Buffer, protocol: number, content: Buffer, options: IpOptions = {}): Buffer {
  if (from.length === 4) {
    const length = options.length ?? 20 + content.length
    const head = [u16(0x4500, length, 0, options.fragment ?? 0), Buffer.of(64, protocol), u16(0)]
    return Buffer.concat([...head, from, to, content])
  }
  let [next, inner] = [protocol, content]
  for (const [type, header] of (options.extensions ?? []).toReversed()) {
    inner = Buffer.concat([Buffer.of(next), header.subarray(1), inner])
    next = type
  }
  return Buffer.concat([
    u32(0x6000_0000),
    u16(options.length ?? inner.length),
    Buffer.of(next, 64),
    from,
    to,
    inner,
  ])
}

/** A datagram as an IP packet. */
export function udp(from: At, to: At, payload: Buffer, options: IpOptions = {}): Buffer {
  const [source, destination] = [endOf(from), endOf(to)]
  const content = Buffer.concat([u16(source.port, destination.port, 8 + payload.length, 0), payload])
  return ip(source.address, destination.address, 17, content, options)
}

/** What a segment says. */
export interface SegmentOptions {
  readonly flags?: number
  readonly sequence: number
  readonly acknowledgment?: number
  readonly payload?: Buffer | string
}

/** Flags of TCP. */
export const FLAGS = { fin: 1, syn: 2, rst: 4, ack: 16 } as const

/** A segment as an IP packet. */
export function tcp(from: At, to: At, options: SegmentOptions, about: IpOptions = {}): Buffer {
  const { flags = FLAGS.ack, sequence, acknowledgment = 0, payload = '' } = options
  const [source, destination] = [endOf(from), endOf(to)]
  const head = [u16(source.port, destination.port), u32(sequence), u32(acknowledgment)]
  const rest = [u16(0x5000 | flags, 65_535, 0, 0), Buffer.from(payload)]
  return ip(source.address, destination.address, 6, Buffer.concat([...head, ...rest]), about)
}

/** An IP packet in a frame of Ethernet. */
export function ethernet(packet: Buffer, tags: readonly number[] = []): Buffer {
  const type = (packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800
  return Buffer.concat([Buffer.alloc(12, 2), ...tags.map((tag) => u16(tag, 1)), u16(type), packet])
}

/** What is said in a conversation: `> ` before what the client says, `< ` before what the server says. */
export interface Talk {
  readonly client?: At
  readonly server: At
  /** The first sequence numbers. */
  readonly starts?: readonly [client: number, server: number]
  readonly handshake?: boolean
  readonly close?: boolean
  /** Octets of the longest segment. */
  readonly most?: number
}

/** The segments of a conversation as IP packets, each end acknowledging what it has heard. */
export function conversation(said: readonly (readonly ['>' | '<', Buffer | string])[], talk: Talk): Buffer[] {
  const { client = '10.0.0.9:40000', server, starts = [1000, 2_000_000], most = 1460 } = talk
  const next = { '>': starts[0], '<': starts[1] }
  const packets: Buffer[] = []
  const send = (from: '>' | '<', flags: number, payload: Buffer = Buffer.alloc(0)): void => {
    const to = from === '>' ? '<' : '>'
    const isFirst = flags === FLAGS.syn
    const numbers = { sequence: next[from], ...(!isFirst && { acknowledgment: next[to] }) }
    const ends: [At, At] = from === '>' ? [client, server] : [server, client]
    packets.push(tcp(...ends, { flags, payload, ...numbers }))
    next[from] = (next[from] + payload.length + ((flags & 3) === 0 ? 0 : 1)) >>> 0
  }
  if (talk.handshake !== false) {
    send('>', FLAGS.syn)
    send('<', FLAGS.syn | FLAGS.ack)
    send('>', FLAGS.ack)
  }
  for (const [from, what] of said) {
    const octets = Buffer.from(what)
    for (let at = 0; at < octets.length; at += most) send(from, FLAGS.ack, octets.subarray(at, at + most))
  }
  if (talk.close !== false) {
    send('>', FLAGS.fin | FLAGS.ack)
    send('<', FLAGS.fin | FLAGS.ack)
    send('>', FLAGS.ack)
  }
  return packets
}

/** Lines of a dialogue as `conversation` takes them, each ended by CR LF. */
export function dialogue(text: string): (readonly ['>' | '<', string])[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, from = '', said = ''] = /^\s*([<>]) ?(.*)$/.exec(line) ?? []
      return [from === '<' ? '<' : '>', `${said}\r\n`] as const
    })
}

/** How a file differs from pcap in little-endian with microseconds and Ethernet. */
export interface FileOptions {
  readonly isBig?: boolean
  readonly isNano?: boolean
  readonly link?: number
}

function captured(frames: readonly (Buffer | Captured)[]): Required<Captured>[] {
  return frames.map((frame, index) => {
    const {
      octets,
      at = START + index * 1000,
      length = octets.length,
    } = Buffer.isBuffer(frame) ? { octets: frame } : frame
    return { octets, at, length }
  })
}

function writer(isBig: boolean): (size: 2 | 4, ...values: readonly number[]) => Buffer {
  return (size, ...values) => {
    const octets = Buffer.alloc(size * values.length)
    for (const [index, value] of values.entries()) {
      if (isBig) octets.writeUIntBE(value, index * size, size)
      else octets.writeUIntLE(value, index * size, size)
    }
    return octets
  }
}

/** A file of pcap. */
export function pcap(frames: readonly (Buffer | Captured)[], options: FileOptions = {}): Buffer {
  const { isBig = false, isNano = false, link = 1 } = options
  const write = writer(isBig)
  const magic = isNano ? 0xa1b23c4d : 0xa1b2c3d4
  const records = captured(frames).map(({ octets, at, length }) => {
    const fraction = Math.round((at % 1000) * (isNano ? 1e6 : 1e3))
    return Buffer.concat([write(4, Math.floor(at / 1000), fraction, octets.length, length), octets])
  })
  return Buffer.concat([write(4, magic), write(2, 2, 4), write(4, 0, 0, 262_144, link), ...records])
}

/** A block of pcapng. */
export function block(type: number, body: Buffer, isBig = false): Buffer {
  const write = writer(isBig)
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
  return Buffer.concat([write(4, type, padded.length + 12), padded, write(4, padded.length + 12)])
}

/** The block that begins a section. */
export function section(isBig = false): Buffer {
  const write = writer(isBig)
  const body = Buffer.concat([write(4, 0x1a2b3c4d), write(2, 1, 0), Buffer.alloc(8, 0xff)])
  return block(0x0a0d0d0a, body, isBig)
}

/** The block that describes an interface. */
export function interfaceBlock({
  isBig = false,
  link = 1,
  snap = 0,
  resolution,
  offset,
}: FileOptions & {
  readonly snap?: number
  readonly resolution?: number
  readonly offset?: bigint
} = {}): Buffer {
  const write = writer(isBig)
  const seconds = Buffer.alloc(8)
  if (isBig) seconds.writeBigInt64BE(offset ?? 0n)
  else seconds.writeBigInt64LE(offset ?? 0n)
  const options = [
    ...(resolution === undefined ? [] : [write(2, 9, 1), Buffer.of(resolution, 0, 0, 0)]),
    ...(offset === undefined ? [] : [write(2, 14, 8), seconds]),
    ...(resolution === undefined && offset === undefined ? [] : [write(2, 0, 0)]),
  ]
  return block(1, Buffer.concat([write(2, link, 0), write(4, snap), ...options]), isBig)
}

/** The block of a packet; `ticks` of the interface in a millisecond. */
export function packetBlock(
  frame: Buffer | Captured,
  { isBig = false, number = 0, ticks = 1000 }: { isBig?: boolean; number?: number; ticks?: number } = {},
): Buffer {
  const write = writer(isBig)
  const [{ octets, at, length } = { octets: Buffer.alloc(0), at: 0, length: 0 }] = captured([frame])
  const time = Math.round(at * ticks)
  const head = write(4, number, Math.floor(time / 2 ** 32), time % 2 ** 32, octets.length, length)
  return block(6, Buffer.concat([head, octets]), isBig)
}

/** A file of pcapng with one section and one interface. */
export function pcapng(
  frames: readonly (Buffer | Captured)[],
  { isBig = false, link = 1 }: FileOptions = {},
): Buffer {
  const blocks = captured(frames).map((frame) => packetBlock(frame, { isBig }))
  return Buffer.concat([section(isBig), interfaceBlock({ isBig, link }), ...blocks])
}

/** A question of DNS with one name of plain labels. */
export function question(name: string, type: number, id = 7): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]))
  return Buffer.concat([u16(id, 0x0100, 1, 0, 0, 0), ...labels, Buffer.of(0), u16(type, 1)])
}

/** Its answer, without records unless they are given as octets. */
export function answer(asked: Buffer, { rcode = 0, records = [] as readonly Buffer[] } = {}): Buffer {
  const octets = Buffer.concat([asked, ...records])
  octets.writeUInt16BE(0x8580 | rcode, 2)
  octets.writeUInt16BE(records.length, 6)
  return octets
}

/** Both datagrams of one exchange, in frames of Ethernet. */
export function exchange(name: string, type: number, { id = 7, server = '10.0.0.1:53' } = {}): Buffer[] {
  const asked = question(name, type, id)
  const client = '10.0.0.9:40000'
  return [ethernet(udp(client, server, asked)), ethernet(udp(server, client, answer(asked)))]
}

/** What is kept of octets where a capture cuts its frames short. */
export function cut(octets: Buffer, most: number): Captured {
  return { octets: octets.subarray(0, most), length: octets.length }
}
